import Bytes
import Verdict

/// A domain that refuses mail now, for a reason that the sender can repair.
package struct SendersFault: Sendable, Equatable {
    /// The domain of the addresses.
    package var domain: String
    package var reason: Token<Reason>
    /// How many addresses it refused since then, each once.
    package var addresses: Int
    /// The first day of the failures that have lasted until now, in days since 1970 UTC.
    package var since: Int64
    /// When the latest refusal arrived, in seconds since 1970 UTC.
    package var latest: Int64
    /// What the server said last, cut to ``SendersFaults/exampleLength``.
    package var example: String?
}

/// What the sender has to repair, by the domains that refuse his mail.
package struct SendersFaults: Sendable, Equatable {
    /// How many days back failures are looked for.
    package static let windowDays: Int64 = 30
    /// A domain that has refused nothing for so many days takes mail again, as far as is known.
    package static let quietDays: Int64 = 7
    /// Characters of the example.
    package static let exampleLength = 200

    /// Most addresses first; at most as many as were asked for.
    package var worst: [SendersFault] = []
    /// How many pairs of a domain and a reason there are in all.
    package var count = 0
    /// How many addresses are refused for each reason, by all domains.
    package var byReason: [Token<Reason>: Int] = [:]

    /// Nobody refuses anything.
    package init() {}
}

extension LedgerStore {
    /// Which domains refuse mail for faults of the sender, as seen at `now`, in seconds since 1970 UTC.
    ///
    /// A pair of a domain and a reason is listed if it failed within the last ``SendersFaults/quietDays``. It counts from
    /// the first day after which no gap between two days with a failure is longer than that.
    package func sendersFaults(at now: Int64, limit: Int) throws(LedgerError) -> SendersFaults {
        try read { try SendersFaultsQuery($0, at: now).run(limit: limit) }
    }
}

/// Reads the failures that are the sender's fault, through their index, from the first delivery that may be of the time
/// in question.
private struct SendersFaultsQuery {
    private struct Pair: Hashable {
        var domain: String
        var reason: Int64
    }

    /// What is known of a domain and a reason.
    private struct Failures {
        /// A bit for each day of the window with a failure.
        var days: UInt64 = 0
        /// How many addresses failed last on each day of the window.
        var addresses = [UInt32](repeating: 0, count: Int(SendersFaults.windowDays) + 1)
        var latest: Int64 = -1
        /// The address that failed last, and its number.
        var address = ""
        var number: Int64 = 0

        /// Adds an address: its latest failure, and the days of all of them.
        mutating func add(_ address: String, _ number: Int64, latest: Int64, day: Int, days: UInt64) {
            self.days |= days
            addresses[day] += 1
            // Of two in one second the first by name, so that the order of writing does not matter.
            guard latest > self.latest || latest == self.latest && address < self.address else { return }
            (self.latest, self.address, self.number) = (latest, address, number)
        }

        /// The first day of the run of failures that ends with the last one.
        var start: Int {
            var start = UInt64.bitWidth - 1 - days.leadingZeroBitCount
            var day = start
            while day >= 0, start - day <= Int(SendersFaults.quietDays) {
                if days & 1 << UInt64(day) != 0 { start = day }
                day -= 1
            }
            return start
        }
    }

    private let connection: any Connection
    private let terms: TermTable
    private let now: Int64
    private let firstDay: Int64

    init(_ connection: any Connection, at now: Int64) throws {
        self.connection = connection
        self.now = now
        terms = try TermTable(connection, writes: false)
        firstDay = CalendarTime.day(of: now) - SendersFaults.windowDays
    }

    func run(limit: Int) throws -> SendersFaults {
        var pairs = [Pair: Failures]()
        try forEachAddress { pair, address, number, latest, days in
            let day = Int(CalendarTime.day(of: latest) - firstDay)
            pairs[pair, default: Failures()].add(address, number, latest: latest, day: day, days: days)
        }
        var result = SendersFaults()
        var found = [(fault: SendersFault, pair: Pair)]()
        for (pair, failures) in pairs where failures.latest > now - SendersFaults.quietDays * CalendarTime.secondsPerDay
        {
            let start = failures.start
            let addresses = failures.addresses[start...].reduce(0) { $0 + Int($1) }
            let fault = SendersFault(
                domain: pair.domain, reason: try terms.reason(pair.reason), addresses: addresses,
                since: firstDay + Int64(start), latest: failures.latest)
            result.byReason[fault.reason, default: 0] += addresses
            found.append((fault, pair))
        }
        result.count = found.count
        found.sort { left, right in
            (right.fault.addresses, left.fault.domain, left.fault.reason.text)
                < (left.fault.addresses, right.fault.domain, right.fault.reason.text)
        }
        result.worst = try found.prefix(max(0, limit)).map { fault, pair in
            var fault = fault
            fault.example = try example(pairs[pair]?.number ?? 0, pair.reason)
            return fault
        }
        return result
    }

    /// Calls `body` with each address and reason of a failure: its latest arrival, and a bit for each day of the window.
    private func forEachAddress(
        _ body: (_ pair: Pair, _ address: String, _ number: Int64, _ latest: Int64, _ days: UInt64) throws -> Void
    ) throws {
        let (soft, hard) = (Suppression.Cause.soft.rawValue, Suppression.Cause.hard.rawValue)
        let bit =
            "CAST(1 AS BIGINT) << CAST(d.arrival / \(CalendarTime.secondsPerDay) - \(firstDay) AS INTEGER)"
        let query = try connection.prepareScan(
            """
            SELECT a.address, a.id, f.reason, f.latest, f.days FROM (
                SELECT o.address AS address, o.reason AS reason, max(d.arrival) AS latest,
                    CAST(sum(DISTINCT \(bit)) AS BIGINT) AS days
                FROM outcome AS o INDEXED BY outcome_sender
                CROSS JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
                WHERE o.party = \(Party.sender.number) AND o.id >= ?1 AND o.cause IN (\(soft), \(hard))
                    AND o.address IS NOT NULL AND d.duplicate_of IS NULL AND d.arrival >= ?2 AND d.arrival <= ?3
                GROUP BY o.address, o.reason
            ) AS f CROSS JOIN address AS a ON a.id = f.address
            """)
        try query.bind(1, try firstDelivery() << LedgerLimits.ordinalBits)
        try query.bind(2, firstDay * CalendarTime.secondsPerDay)
        try query.bind(3, now)
        while try query.step() {
            let address = query.text(0)
            let pair = Pair(domain: CanonicalAddress.domain(ofCanonical: address), reason: query.integer(2))
            try body(pair, address, query.integer(1), query.integer(3), UInt64(bitPattern: query.integer(4)))
        }
    }

    /// The number from which on deliveries may have arrived in the window; those before were seen earlier.
    ///
    /// Numbers grow with the time at which a delivery was first seen, and nothing arrives later than that. A day is left
    /// for clocks of several hosts that differ.
    private func firstDelivery() throws -> Int64 {
        let start = (firstDay - 1) * CalendarTime.secondsPerDay
        let former = try ReportIndex.formerEnd(connection) ?? .max
        let query = try connection.prepare("SELECT id, first_seen FROM delivery WHERE id >= ?1 ORDER BY id LIMIT 1")
        var low: Int64 = 0
        var high = try connection.integer("SELECT max(id) FROM delivery") ?? 0
        while low < high {
            let middle = low + (high - low) / 2
            defer { query.reset() }
            try query.bind(1, middle)
            guard try query.step() else { break }
            // A row of version 0.1.0 was seen before the ledger was converted.
            if query.optionalInteger(1) ?? former < start {
                low = max(query.integer(0), middle) + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// What the server said when the address failed last for the reason.
    private func example(_ address: Int64, _ reason: Int64) throws -> String? {
        let query = try connection.prepare(
            """
            SELECT o.diagnostic FROM outcome AS o JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
            WHERE o.address = ?1 AND o.reason = ?2 AND o.party = \(Party.sender.number) AND d.arrival <= ?3
            ORDER BY d.arrival DESC, o.diagnostic, o.id LIMIT 1
            """)
        try query.bind(1, address)
        try query.bind(2, reason)
        try query.bind(3, now)
        guard try query.step(), let text = query.optionalText(0) else { return nil }
        return text.count > SendersFaults.exampleLength ? text.prefix(SendersFaults.exampleLength - 1) + "…" : text
    }
}
