import Verdict

/// The brake's counts within one transaction: the addresses of each hour, and which hours are spikes.
final class BrakeTable {
    /// A provider and a reason, by the numbers of their terms.
    struct Pair: Hashable {
        var provider: Int64
        var reason: Int64
    }

    private struct HourRow: Hashable, Comparable {
        var pair: Pair
        var hour: Int64

        /// The order of the table.
        static func < (left: HourRow, right: HourRow) -> Bool {
            (left.pair.provider, left.pair.reason, left.hour) < (right.pair.provider, right.pair.reason, right.hour)
        }
    }

    /// What the counts of an hour gain or lose.
    private struct Change: Equatable {
        var addresses: Int64 = 0
        var votes: Int64 = 0
        var vouched: Int64 = 0
    }

    private let rule: Policy.Brake?
    private let terms: TermTable
    private let connection: any Connection
    private let insertMember: any Query
    private let selectMember: any Query
    private let updateMember: any Query
    private let deleteMember: any Query
    private let changeCount: RowInsertion
    private let deleteEmpty: any Query
    private let hasLarge: any Query
    private let hasStatus: any Query
    private let selectFirst: any Query
    private let selectCounts: any Query
    private let updateStatus: any Query
    private let selectMembers: any Query
    private let selectDecisions: any Query
    private var changes: [HourRow: Change] = [:]
    private var touched: [Pair: Int64] = [:]
    let statuses: BrakeStatuses

    init(_ connection: any Connection, _ terms: TermTable, rule: Policy.Brake?) throws {
        self.rule = rule
        self.terms = terms
        self.connection = connection
        let pair = "provider = ?1 AND reason = ?2"
        insertMember = try connection.prepare(
            """
            INSERT INTO brake_member (provider, reason, hour, address, weight) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO NOTHING
            """)
        let member = "\(pair) AND hour = ?3 AND address = ?4"
        selectMember = try connection.prepare("SELECT weight FROM brake_member WHERE \(member)")
        updateMember = try connection.prepare("UPDATE brake_member SET weight = ?5 WHERE \(member)")
        deleteMember = try connection.prepare(
            "DELETE FROM brake_member WHERE \(member)")
        changeCount = try RowInsertion(
            connection, into: "brake_hour", columns: ["provider", "reason", "hour", "addresses", "votes", "vouched"],
            end: """
                 ON CONFLICT (provider, reason, hour) DO UPDATE
                SET addresses = brake_hour.addresses + excluded.addresses, votes = brake_hour.votes + excluded.votes,
                    vouched = brake_hour.vouched + excluded.vouched
                """)
        deleteEmpty = try connection.prepare("DELETE FROM brake_hour WHERE \(pair) AND hour = ?3 AND addresses <= 0")
        hasLarge = try connection.prepare(
            """
            SELECT 1 FROM brake_hour INDEXED BY brake_large
            WHERE \(pair) AND hour >= ?3 AND addresses >= \(BrakeTimeline.floor) LIMIT 1
            """)
        hasStatus = try connection.prepare(
            "SELECT 1 FROM brake_hour INDEXED BY brake_status WHERE \(pair) AND hour >= ?3 AND status <> 0 LIMIT 1")
        selectFirst = try connection.prepare("SELECT min(hour) FROM brake_hour WHERE \(pair)")
        selectCounts = try connection.prepare(
            "SELECT hour, addresses, status, votes, vouched FROM brake_hour WHERE \(pair) AND hour >= ?3 ORDER BY hour")
        updateStatus = try connection.prepare("UPDATE brake_hour SET status = ?4 WHERE \(pair) AND hour = ?3")
        selectMembers = try connection.prepare("SELECT address FROM brake_member WHERE \(pair) AND hour = ?3")
        selectDecisions = try connection.prepare(
            "SELECT first_hour, last_hour, verdict FROM brake_decision WHERE \(pair) ORDER BY id")
        statuses = try BrakeStatuses(connection, terms)
    }

    /// Counts an address in the hour of its event, once for each hour. If `isCounted`, the hour's count includes it
    /// already. Provider and reason are numbers of terms.
    func add(
        _ address: Int64, provider: Int64, reason: Int64, _ event: AddressEvent, isCounted: Bool = false
    ) throws {
        guard rule != nil, event.isBraked else { return }
        let row = HourRow(pair: Pair(provider: provider, reason: reason), hour: event.hour)
        try bind(insertMember, row)
        try insertMember.bind(4, address)
        try insertMember.bind(5, event.weight)
        try insertMember.execute()
        if try connection.changes > 0 {
            if !isCounted { change(row, addresses: 1, from: 0, to: event.weight) }
        } else if let known = try weight(of: address, row), known < event.weight {
            try update(address, row, to: event.weight)
            if !isCounted { change(row, addresses: 0, from: known, to: event.weight) }
        }
    }

    /// Removes an address from the hour of an event that no longer exists, or gives it the weight of those that remain.
    func remove(_ address: Int64, provider: String, _ event: AddressEvent, remaining: Int64?) throws {
        let row = try row(provider, event)
        guard let known = try weight(of: address, row), known != remaining else { return }
        if let remaining {
            try update(address, row, to: remaining)
            change(row, addresses: 0, from: known, to: remaining)
        } else {
            try bind(deleteMember, row)
            try deleteMember.bind(4, address)
            try deleteMember.execute()
            change(row, addresses: -1, from: known, to: 0)
        }
    }

    private func weight(of address: Int64, _ row: HourRow) throws -> Int64? {
        defer { selectMember.reset() }
        try bind(selectMember, row)
        try selectMember.bind(4, address)
        return try selectMember.step() ? selectMember.integer(0) : nil
    }

    private func update(_ address: Int64, _ row: HourRow, to weight: Int64) throws {
        try bind(updateMember, row)
        try updateMember.bind(4, address)
        try updateMember.bind(5, weight)
        try updateMember.execute()
    }

    private func change(_ row: HourRow, addresses: Int64, from old: Int64, to new: Int64) {
        changes[row, default: Change()].addresses += addresses
        changes[row, default: Change()].votes += new - old
        changes[row, default: Change()].vouched += BrakeTimeline.vouched(new) - BrakeTimeline.vouched(old)
        touch(row)
    }

    /// Marks the spikes of a provider and reason for evaluation from an hour on.
    func touch(provider: String, reason: Token<Reason>, hour: Int64) throws {
        let pair = Pair(provider: try terms.number(provider) as Int64, reason: try terms.number(reason.text) as Int64)
        touch(HourRow(pair: pair, hour: hour))
    }

    private func touch(_ row: HourRow) {
        touched[row.pair] = min(touched[row.pair] ?? row.hour, row.hour)
    }

    /// Writes the counts and looks for spikes.
    ///
    /// - Returns: the addresses with an event in an hour that has become, or is no longer, a spike.
    func settle() throws -> Set<Int64> {
        let counts = changes.filter { $0.value != Change() }
        let rows = counts.keys.sorted()
        try changeCount.insert(rows.count) { row, query, first in
            try bind(query, rows[row], from: first)
            try query.bind(first + 3, counts[rows[row]]?.addresses)
            try query.bind(first + 4, counts[rows[row]]?.votes)
            try query.bind(first + 5, counts[rows[row]]?.vouched)
        }
        for (row, change) in counts where change.addresses < 0 {
            try bind(deleteEmpty, row)
            try deleteEmpty.execute()
        }
        changes.removeAll()
        var addresses = Set<Int64>()
        if let rule {
            for (pair, hour) in touched {
                try settle(pair, from: hour, rule, &addresses)
            }
        }
        touched.removeAll()
        return addresses
    }

    private func settle(
        _ pair: Pair, from hour: Int64, _ rule: Policy.Brake, _ addresses: inout Set<Int64>
    ) throws {
        let start = BrakeTimeline.firstChange(by: hour, rule)
        // A spike has at least one large hour, so most providers need only this check.
        let row = HourRow(pair: pair, hour: start)
        guard try exists(hasLarge, row) || statuses.hasAny() && exists(hasStatus, row) else { return }

        try bind(selectFirst, pair)
        let first = try selectFirst.step() ? selectFirst.integer(0) : start
        selectFirst.reset()
        let counts = try counts(pair, from: BrakeTimeline.firstHour(before: start, rule))
        let provider = try terms.text(pair.provider)
        let reason = try terms.reason(pair.reason)
        let new = BrakeTimeline.statuses(
            counts, first: first, from: start, canBeUsual: BrakeTimeline.canBeUsual(reason),
            decisions: try decisions(pair), rule: rule)
        for count in counts where count.hour >= start {
            let status = new[count.hour] ?? .normal
            if status == count.status {
                continue
            }
            let row = HourRow(pair: pair, hour: count.hour)
            try bind(updateStatus, row)
            try updateStatus.bind(4, status.rawValue)
            try updateStatus.execute()
            try statuses.set(status, provider: provider, reason: reason, hour: count.hour)
            try bind(selectMembers, row)
            while try selectMembers.step() {
                addresses.insert(selectMembers.integer(0))
            }
            selectMembers.reset()
        }
    }

    private func counts(_ pair: Pair, from hour: Int64) throws -> [BrakeCount] {
        defer { selectCounts.reset() }
        try bind(selectCounts, HourRow(pair: pair, hour: hour))
        var counts = [BrakeCount]()
        while try selectCounts.step() {
            counts.append(
                BrakeCount(
                    hour: selectCounts.integer(0), addresses: selectCounts.integer(1), votes: selectCounts.integer(3),
                    vouched: selectCounts.integer(4),
                    status: BrakeStatus(rawValue: selectCounts.integer(2)) ?? .normal))
        }
        return counts
    }

    private func decisions(_ pair: Pair) throws -> [BrakeDecision] {
        defer { selectDecisions.reset() }
        try bind(selectDecisions, pair)
        var decisions = [BrakeDecision]()
        while try selectDecisions.step() {
            decisions.append(
                BrakeDecision(
                    firstHour: selectDecisions.integer(0), lastHour: selectDecisions.integer(1),
                    verdict: BrakeStatus(rawValue: selectDecisions.integer(2)) ?? .held))
        }
        return decisions
    }

    /// The statuses under another rule, from the stored counts.
    static func statuses(
        _ connection: any Connection, _ terms: TermTable, under rule: Policy.Brake?
    ) throws -> BrakeStatuses {
        let result = BrakeStatuses()
        guard let rule else { return result }
        let table = try BrakeTable(connection, terms, rule: rule)
        let pairs = try connection.prepare(
            """
            SELECT DISTINCT provider, reason FROM brake_hour INDEXED BY brake_large
            WHERE addresses >= \(BrakeTimeline.floor)
            """)
        while try pairs.step() {
            let pair = Pair(provider: pairs.integer(0), reason: pairs.integer(1))
            let counts = try table.counts(pair, from: 0)
            guard let first = counts.first?.hour else { continue }
            let provider = try terms.text(pair.provider)
            let reason = try terms.reason(pair.reason)
            let statuses = BrakeTimeline.statuses(
                counts, first: first, from: 0, canBeUsual: BrakeTimeline.canBeUsual(reason),
                decisions: try table.decisions(pair), rule: rule)
            for (hour, status) in statuses {
                try result.set(status, provider: provider, reason: reason, hour: hour)
            }
        }
        return result
    }

    /// Counts everything again from the stored members, after the caller has written them all.
    func recount() throws {
        try connection.run(
            "UPDATE brake_hour SET addresses = folded, votes = folded_votes, vouched = folded_vouched, status = 0")
        try connection.run("DELETE FROM brake_hour WHERE addresses = 0")
        try connection.run(
            """
            INSERT INTO brake_hour (provider, reason, hour, addresses, votes, vouched)
            SELECT provider, reason, hour, count(*), CAST(sum(weight) AS BIGINT),
                count(CASE WHEN weight > \(BrakeTimeline.vote) THEN 1 END)
            FROM brake_member WHERE true GROUP BY 1, 2, 3
            ON CONFLICT (provider, reason, hour) DO UPDATE
            SET addresses = brake_hour.addresses + excluded.addresses, votes = brake_hour.votes + excluded.votes,
                vouched = brake_hour.vouched + excluded.vouched
            """)
        changes = [:]
        touched = [:]
        let pairs = try connection.prepare("SELECT provider, reason, min(hour) FROM brake_hour GROUP BY 1, 2")
        while try pairs.step() {
            touched[Pair(provider: pairs.integer(0), reason: pairs.integer(1))] = pairs.integer(2)
        }
        _ = try settle()
    }

    private func row(_ provider: String, _ event: AddressEvent) throws -> HourRow {
        HourRow(
            pair: Pair(
                provider: try terms.number(provider) as Int64, reason: try terms.number(event.reason.text) as Int64),
            hour: event.hour)
    }

    private func bind(_ query: any Query, _ pair: Pair, from first: Int32 = 1) throws {
        try query.bind(first, pair.provider)
        try query.bind(first + 1, pair.reason)
    }

    private func bind(_ query: any Query, _ row: HourRow, from first: Int32 = 1) throws {
        try bind(query, row.pair, from: first)
        try query.bind(first + 2, row.hour)
    }

    private func exists(_ query: any Query, _ row: HourRow) throws -> Bool {
        defer { query.reset() }
        try bind(query, row)
        return try query.step()
    }
}
