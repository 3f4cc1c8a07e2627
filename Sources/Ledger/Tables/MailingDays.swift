import Verdict

/// The days on which each stream was mailed, within one transaction: those that were told (`sent`), and those from which
/// reports about two or more of its addresses came. One address alone proves no mailing: its own accidents would be all
/// the mailings there are.
///
/// What was learned of a day is kept when its reports are pruned or erased.
package final class MailingDays {
    package struct Day: Hashable, Comparable {
        /// The number of its term.
        package var stream: Int64
        /// Days since 1970.
        package var day: Int64

        package init(stream: Int64, day: Int64) {
            self.stream = stream
            self.day = day
        }

        package static func < (left: Day, right: Day) -> Bool { (left.stream, left.day) < (right.stream, right.day) }
    }

    /// The lowest and the highest number of an address.
    private struct Numbers {
        var low: Int64
        var high: Int64
    }

    private let connection: any Connection
    private let terms: TermTable
    private let selectDay: any Query
    private let selectSent: any Query
    private let selectKnown: any Query
    private let upsert: any Query
    private let selectAddresses: any Query
    private var added: [Day: Numbers] = [:]
    private var known: [Int64: [Int64]] = [:]
    /// The days that became known in this transaction.
    package private(set) var learned = Set<Day>()

    private static let cacheLimit = 20_000

    package init(_ connection: any Connection, _ terms: TermTable) throws {
        self.connection = connection
        self.terms = terms
        selectDay = try connection.prepare("SELECT low, high, folded FROM mailing_day WHERE stream = ?1 AND day = ?2")
        selectSent = try connection.prepare("SELECT 1 FROM sent WHERE stream = ?1 AND day = ?2")
        selectKnown = try connection.prepare(
            """
            SELECT day FROM mailing_day WHERE stream = ?1 AND (low < high OR folded <> 0)
            UNION SELECT day FROM sent WHERE stream = ?1 ORDER BY 1
            """)
        upsert = try connection.prepare(
            """
            INSERT INTO mailing_day (stream, day, low, high) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (stream, day) DO UPDATE SET low = excluded.low, high = excluded.high
            """)
        // Only failures that are counted by mailings.
        selectAddresses = try connection.prepare(
            """
            SELECT DISTINCT o.address FROM delivery AS d
            JOIN outcome AS o ON o.id >= d.id << \(LedgerLimits.ordinalBits) AND o.id < (d.id + 1) << \(LedgerLimits.ordinalBits)
            WHERE d.stream = ?1 AND d.duplicate_of IS NULL AND d.mailed >= ?2 AND d.mailed <= ?3
                AND o.cause = \(Suppression.Cause.soft.rawValue) AND o.address IS NOT NULL
            """)
    }

    /// Notes a report about a mailing's mail to an address.
    func add(stream: Int64, day: Int64, address: Int64) {
        let day = Day(stream: stream, day: day)
        var numbers = added[day] ?? Numbers(low: address, high: address)
        numbers.low = min(numbers.low, address)
        numbers.high = max(numbers.high, address)
        added[day] = numbers
    }

    /// Writes what was noted.
    ///
    /// - Returns: the addresses whose failures are counted otherwise now that a day is known.
    func settle() throws -> Set<Int64> {
        var new = Set<Day>()
        for day in added.keys.sorted() {
            guard let numbers = added[day] else { continue }
            try bind(selectDay, day)
            let row: (Numbers, isFolded: Bool)? =
                try selectDay.step()
                ? (Numbers(low: selectDay.integer(0), high: selectDay.integer(1)), selectDay.integer(2) != 0) : nil
            selectDay.reset()
            let (old, isFolded) = (row?.0, row?.isFolded ?? false)
            let (low, high) = (min(old?.low ?? numbers.low, numbers.low), max(old?.high ?? numbers.high, numbers.high))
            if let old, old.low == low, old.high == high { continue }
            try bind(upsert, day)
            try upsert.bind(3, low)
            try upsert.bind(4, high)
            try upsert.execute()
            let wasKnown = isFolded || old.map { $0.low < $0.high } ?? false
            if low < high, !wasKnown, try !isSent(day) { new.insert(day) }
        }
        added.removeAll()
        return try learn(new)
    }

    /// Takes days as known from now on.
    ///
    /// - Returns: as ``settle()``.
    func learn(_ days: Set<Day>) throws -> Set<Int64> {
        learned.formUnion(days)
        var addresses = Set<Int64>()
        for day in days {
            known[day.stream] = nil
            try forEachAddress(of: day) { addresses.insert($0) }
        }
        return addresses
    }

    /// The addresses whose state may depend on whether a stream was mailed on a day.
    package func forEachAddress(of day: Day, _ body: (Int64) throws -> Void) throws {
        defer { selectAddresses.reset() }
        try selectAddresses.bind(1, day.stream)
        // A failure on the day itself, or a row that goes on after it; two days may be one mailing.
        try selectAddresses.bind(2, day.day - 1)
        try selectAddresses.bind(3, day.day + LedgerLimits.streakDays)
        while try selectAddresses.step() { try body(selectAddresses.integer(0)) }
    }

    /// Whether a day was known before this transaction.
    func isKnown(_ day: Day) throws -> Bool {
        defer { selectDay.reset() }
        try bind(selectDay, day)
        if try selectDay.step(), selectDay.integer(0) < selectDay.integer(1) || selectDay.integer(2) != 0 {
            return true
        }
        return try isSent(day)
    }

    private func isSent(_ day: Day) throws -> Bool {
        defer { selectSent.reset() }
        try bind(selectSent, day)
        return try selectSent.step()
    }

    /// The days of the streams of the failures that are counted by mailings.
    func known(for events: [AddressEvent]) throws -> [String: [Int64]] {
        var result: [String: [Int64]] = [:]
        for event in events where event.effect == .soft {
            guard let stream = event.stream, result[stream] == nil else { continue }
            result[stream] = try days(of: stream)
        }
        return result
    }

    /// The days on which a stream was mailed, ascending.
    package func days(of stream: String) throws -> [Int64] {
        guard let number = try terms.known(stream) else { return [] }
        if let days = known[number] { return days }
        if known.count >= MailingDays.cacheLimit { known.removeAll() }
        defer { selectKnown.reset() }
        try selectKnown.bind(1, number)
        var days: [Int64] = []
        while try selectKnown.step() { days.append(selectKnown.integer(0)) }
        known[number] = days
        return days
    }

    /// Adds what the stored reports tell, after they were changed; nothing is removed.
    static func recount(_ connection: any Connection) throws {
        try connection.run(
            """
            INSERT INTO mailing_day (stream, day, low, high)
            SELECT d.stream, d.mailed, min(o.address), max(o.address)
            FROM outcome AS o JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
            WHERE d.bulk = 1 AND d.held IS NULL AND d.stream IS NOT NULL AND d.mailed IS NOT NULL AND d.duplicate_of IS NULL
                AND o.address IS NOT NULL
            GROUP BY 1, 2
            ON CONFLICT (stream, day) DO UPDATE SET
                low = CASE WHEN excluded.low < mailing_day.low THEN excluded.low ELSE mailing_day.low END,
                high = CASE WHEN excluded.high > mailing_day.high THEN excluded.high ELSE mailing_day.high END
            """)
    }

    /// Forgets the number of an address that is erased, and keeps what is known of the days.
    static func erase(_ address: Int64, _ connection: any Connection) throws {
        try connection.run(
            """
            UPDATE mailing_day SET folded = 1, low = 0, high = 0
            WHERE low < high AND (low = \(address) OR high = \(address))
            """)
        try connection.run("DELETE FROM mailing_day WHERE folded = 0 AND low = \(address)")
    }

    private func bind(_ query: any Query, _ day: Day) throws {
        try query.bind(1, day.stream)
        try query.bind(2, day.day)
    }
}
