import Bytes
import Glibc

/// What is kept of the feed of changes besides its rows.
package enum Feed {
    /// Eight digits, other ones whenever the changes no longer lead from what a reader knows to what the ledger holds.
    package static let epochSetting = "feed-epoch"
    /// A reader that has read fewer than this many rows must begin again: the next ones are gone.
    static let firstSetting = "feed-first"
    /// At least the highest number that a row had which is gone.
    package static let lastSetting = "feed-last"
    /// Up to which second the ends of suppressions were told.
    package static let momentSetting = "feed-moment"
    /// The key of the hashes by which readers tell addresses apart.
    package static let keySetting = "feed-key"

    private static let epochDigits = 8
    /// Bytes of a hash.
    private static let hashBytes = 16

    /// Begins the feed in a ledger of the current version.
    package static func setUp(_ connection: any Connection) throws {
        var generator = SystemRandomNumberGenerator()
        let key = LedgerIdentity.randomDigits(&generator) + LedgerIdentity.randomDigits(&generator)
        try SettingTable.store(key, as: keySetting, connection)
        try SettingTable.store(String(Int64(time(nil))), as: momentSetting, connection)
        // Nobody was told of what version 0.1.0 has suppressed.
        let isEmpty = try connection.integer("SELECT 1 FROM address LIMIT 1") == nil
        for name in [firstSetting, lastSetting] { try SettingTable.store(isEmpty ? "0" : "1", as: name, connection) }
        try storeEpoch(connection)
    }

    /// Begins a new epoch: the rows so far are deleted. A number is left out, so that nobody has read all there is.
    ///
    /// - Parameter now: up to when the ends of suppressions count as told, if that is to be corrected.
    static func begin(_ connection: any Connection, at now: Int64? = nil) throws {
        if let now { try SettingTable.store(String(now), as: momentSetting, connection) }
        try storeEpoch(connection)
        try removeRows(connection, before: try last(connection) + 2)
    }

    /// How far a clock may be set back without a new epoch, in seconds.
    private static let tolerance: Int64 = 3_600

    /// Whether the clock was wrong when the ends of suppressions were last told.
    static func wasAhead(_ connection: any Connection, of now: Int64) throws -> Bool {
        try SettingTable.integer(momentSetting, connection).map { $0 > now + tolerance } ?? false
    }

    private static func storeEpoch(_ connection: any Connection) throws {
        var generator = SystemRandomNumberGenerator()
        let epoch = LedgerIdentity.randomDigits(&generator).prefix(epochDigits)
        try SettingTable.store(String(epoch), as: epochSetting, connection)
    }

    /// Deletes the rows before a number.
    ///
    /// - Returns: how many.
    @discardableResult
    static func removeRows(_ connection: any Connection, before end: Int64) throws -> Int {
        let number = end - 1
        guard number > (try SettingTable.integer(firstSetting, connection) ?? 0) else { return 0 }
        for name in [firstSetting, lastSetting] {
            let known = try SettingTable.integer(name, connection) ?? 0
            try SettingTable.store(String(max(known, number)), as: name, connection)
        }
        let delete = try connection.prepare("DELETE FROM change WHERE number <= ?1")
        try delete.bind(1, number)
        try delete.execute()
        return try connection.changes
    }

    /// Deletes the rows that were written before a second. One that has a later row before it stays: a clock was wrong.
    static func prune(_ connection: any Connection, before moment: Int64) throws -> Int {
        let kept = try connection.prepare("SELECT min(number) FROM change WHERE at >= ?1")
        try kept.bind(1, moment)
        let first = try kept.step() ? kept.optionalInteger(0) : nil
        kept.reset()
        return try removeRows(connection, before: try first ?? last(connection) + 1)
    }

    /// The highest number of a row so far.
    static func last(_ connection: any Connection) throws -> Int64 {
        max(
            try connection.integer("SELECT max(number) FROM change") ?? 0,
            try SettingTable.integer(lastSetting, connection) ?? 0)
    }

    static func hash(_ canonical: String, key: String) -> [UInt8] {
        Array(Forgetting.hash(canonical, key: Array(key.utf8)).prefix(hashBytes))
    }
}

/// Appends rows to `change`, in the transaction that changes the states.
final class ChangeWriter {
    private struct Row {
        var kind: LedgerChange.Kind
        var address: String?
        var domain: String?
        var hash: [UInt8]?
        var cause: Suppression.Cause?
        /// As the ledger stores it.
        var reason: String?
        var stream: String?
        var delivery: Int64?
    }

    private static let rowsAtATime = 5_000

    private let connection: any Connection
    private let terms: TermTable
    private var rows: [Row] = []
    private var key: String?
    private var moment: Int64?

    init(_ connection: any Connection, _ terms: TermTable) {
        self.connection = connection
        self.terms = terms
    }

    /// Notes what became of an address.
    ///
    /// - Parameter report: the delivery that brought it about, if there is one.
    func note(_ address: String, from old: AddressState?, to new: AddressState, report: Int64? = nil) throws {
        guard let (was, now) = try told(from: old, to: new) else { return }
        let hash = try hash(address)
        var row = Row(kind: .released, address: address, hash: hash, delivery: report)
        if was.status != now.status {
            switch now.status {
            case .suppressed: row.kind = .suppressed
            case .held: row.kind = .held
            case .free: row.kind = .released
            }
            // Of what is free: why it was not.
            let (state, status) = now.status == .free ? (old, was.status) : (new, now.status)
            if status == .held, let held = state?.held {
                row.cause = held.isComplaint ? .complaint : .hard
                row.reason = held.reason.text
            } else {
                row.cause = state?.suppression?.cause
                row.reason = state?.suppression?.storedReason
            }
            rows.append(row)
        }
        let cause = Suppression.Cause.unsubscribed
        for (kind, streams) in [
            (LedgerChange.Kind.suppressed, now.streams.subtracting(was.streams)),
            (.released, was.streams.subtracting(now.streams)),
        ] {
            for stream in streams.sorted() {
                rows.append(
                    Row(
                        kind: kind, address: address, hash: hash, cause: cause, reason: cause.name, stream: stream,
                        delivery: report))
            }
        }
    }

    /// Whether readers are told of a new state.
    func isTold(from old: AddressState?, to new: AddressState) throws -> Bool { try told(from: old, to: new) != nil }

    /// What readers knew of an address and what they are told now; `nil` if that is the same.
    private func told(from old: AddressState?, to new: AddressState) throws -> (was: ToldState, now: ToldState)? {
        // Most reports change nothing of this, or are the first about an address that stays free.
        if old?.isPlain ?? true, new.isPlain { return nil }
        let moment = try toldUntil()
        let (was, now) = (ToldState(old, at: moment), ToldState(new, at: moment))
        return was == now ? nil : (was, now)
    }

    /// Notes that the hash of a forgotten address, or of its unsubscribing from a stream, was removed.
    func noteRelease(ofForgotten canonical: String, stream: String?) throws {
        rows.append(Row(kind: .released, hash: try hash(canonical), stream: stream))
    }

    /// Removes the rows of an address and notes that it was erased.
    func erase(_ canonical: String, isKnown: Bool) throws {
        // The numbers of the last rows must not be given again.
        let last = try Feed.last(connection)
        let delete = try connection.prepare("DELETE FROM change WHERE address = ?1")
        try delete.bind(1, canonical)
        try delete.execute()
        guard try connection.changes > 0 || isKnown else { return }
        try SettingTable.store(String(last), as: Feed.lastSetting, connection)
        rows.append(Row(kind: .erased, hash: try hash(canonical)))
    }

    /// Notes what became of a domain.
    func note(_ domain: DomainPattern, from old: DomainTable.Row?, to new: DomainTable.Row) throws {
        let moment = try toldUntil()
        let (was, now) = (old?.holds(at: moment) ?? false, new.holds(at: moment))
        guard was != now else { return }
        rows.append(
            Row(
                kind: now ? .suppressed : .released, domain: domain.text, cause: new.suppression.cause,
                reason: new.suppression.storedReason))
    }

    /// Notes the suppressions that have ended since this was last done, in the order in which they ended, and the canaries
    /// that were to be answered by now.
    func noteLapses(until now: Int64) throws {
        let moment = try toldUntil()
        guard now > moment else { return }
        for (table, condition) in ChangeWriter.ending {
            // Both tables have a column of their own name.
            let select = try connection.prepareScan(
                """
                SELECT \(table), cause, reason FROM \(table)
                WHERE until > \(moment) AND until <= \(now) AND \(condition) ORDER BY until, \(table)
                """)
            while try select.step() {
                guard let cause = Suppression.Cause(rawValue: select.integer(1)) else { throw DamagedLedger() }
                var row = Row(kind: .lapsed, cause: cause, reason: try terms.text(select.integer(2)))
                let name = select.text(0)
                if table == "domain" {
                    row.domain = name
                } else {
                    row.address = name
                    row.hash = try hash(name)
                }
                rows.append(row)
                if rows.count >= ChangeWriter.rowsAtATime { try write() }
            }
        }
        let canaries = try connection.prepare(
            "SELECT kind || ' ' || target FROM canary WHERE \(CanaryTable.silent(after: moment, until: now)) ORDER BY due, token"
        )
        while try canaries.step() { rows.append(Row(kind: .overdue, reason: canaries.text(0))) }
        self.moment = now
        try SettingTable.store(String(now), as: Feed.momentSetting, connection)
    }

    /// Whether ``noteLapses(until:)`` would write something, or has not been done for a day.
    static func isLapseDue(_ connection: any Connection, at now: Int64) throws -> Bool {
        guard let moment = try SettingTable.integer(Feed.momentSetting, connection) else { return false }
        if try now >= moment + CalendarTime.secondsPerDay || Feed.wasAhead(connection, of: now) { return true }
        if now <= moment { return false }
        var due = ChangeWriter.ending.map { table, condition in
            "SELECT 1 FROM \(table) WHERE until > \(moment) AND until <= \(now) AND \(condition)"
        }
        due.append("SELECT 1 FROM canary WHERE \(CanaryTable.silent(after: moment, until: now))")
        return try connection.integer(due.joined(separator: " UNION ALL ") + " LIMIT 1") != nil
    }

    /// The tables whose suppressions may end, and which of their rows are suppressions.
    private static let ending = [("address", "cause IS NOT NULL"), ("domain", "released IS NULL")]

    /// Writes what was noted.
    func write() throws {
        if rows.isEmpty { return }
        let last = try Feed.last(connection)
        let at = Int64(time(nil))
        let columns = [
            "number", "at", "change", "address", "domain", "hash", "cause", "reason", "stream", "delivery",
        ]
        try RowInsertion(connection, into: "change", columns: columns).insert(rows.count) { place, query, first in
            let row = rows[place]
            try query.bind(first, last + 1 + Int64(place))
            try query.bind(first + 1, at)
            try query.bind(first + 2, row.kind.rawValue)
            try query.bind(first + 3, row.address)
            try query.bind(first + 4, row.domain)
            try query.bind(first + 5, .bytes(row.hash))
            try query.bind(first + 6, row.cause?.rawValue)
            try query.bind(first + 7, try terms.number(row.reason))
            try query.bind(first + 8, try terms.number(row.stream))
            try query.bind(first + 9, row.delivery)
        }
        rows.removeAll()
    }

    private func toldUntil() throws -> Int64 {
        if let moment { return moment }
        let stored = try SettingTable.integer(Feed.momentSetting, connection) ?? 0
        moment = stored
        return stored
    }

    private func hash(_ canonical: String) throws -> [UInt8] {
        if let key { return Feed.hash(canonical, key: key) }
        guard let stored = try SettingTable.text(Feed.keySetting, connection) else { throw DamagedLedger() }
        key = stored
        return Feed.hash(canonical, key: stored)
    }
}
