/// The rows of `address` and the events behind them.
final class AddressTable {
    private let terms: TermTable
    private let selectState: Query
    private let selectEvents: Query

    static let stateColumns = """
        hard, soft, delayed, delivered, complaint, auto_reply, other, first_seen, last_seen, spelling, streaks,
        cause, reason, since, until, days
        """

    struct Entry {
        var id: Int64
        var state: AddressState
    }

    init(_ connection: Connection, _ terms: TermTable) throws {
        self.terms = terms
        selectState = try connection.prepare(
            "SELECT \(AddressTable.stateColumns), id FROM address WHERE address = ?1")
        selectEvents = try connection.prepare(
            """
            SELECT d.arrival, d.fingerprint, d.class, o.id, o.kind, o.reason, o.reply_code, o.status, o.spelling
            FROM outcome AS o JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
            WHERE o.address = ?1
            """)
    }

    func entry(_ canonical: String) throws -> Entry? {
        defer { selectState.reset() }
        try selectState.bind(1, canonical)
        guard try selectState.step() else { return nil }
        return Entry(id: selectState.integer(16), state: try AddressTable.state(selectState, terms))
    }

    /// Reads the columns `stateColumns`, which come first in the row.
    static func state(_ row: Query, _ terms: TermTable) throws -> AddressState {
        var state = AddressState()
        state.counters.hard = Int(row.integer(0))
        state.counters.soft = Int(row.integer(1))
        state.counters.delayed = Int(row.integer(2))
        state.counters.delivered = Int(row.integer(3))
        state.counters.complaint = Int(row.integer(4))
        state.counters.autoReply = Int(row.integer(5))
        state.counters.other = Int(row.integer(6))
        state.firstSeen = row.integer(7)
        state.lastSeen = row.integer(8)
        state.spelling = row.optionalText(9)
        if let streaks = row.withBytes(10, StreakCoding.decode) {
            guard let streaks else { throw DamagedLedger() }
            state.streaks = streaks
        }
        if let number = row.optionalInteger(11) {
            guard let cause = Suppression.Cause(rawValue: number) else { throw DamagedLedger() }
            state.suppression = Suppression(
                cause: cause, reason: try terms.text(row.integer(12)), since: row.integer(13),
                until: row.optionalInteger(14), days: Int(row.integer(15)))
        }
        return state
    }

    /// All that is known of an address, in no order.
    func events(_ address: Int64) throws -> [AddressEvent] {
        defer { selectEvents.reset() }
        try selectEvents.bind(1, address)
        var events = [AddressEvent]()
        while try selectEvents.step() {
            let effect = AddressEvent.Effect(
                class: try terms.text(selectEvents.integer(2)), kind: try terms.text(selectEvents.integer(4)),
                replyCode: selectEvents.optionalText(6), status: selectEvents.optionalText(7))
            events.append(
                AddressEvent(
                    arrival: selectEvents.integer(0), fingerprint: selectEvents.fingerprint(1),
                    ordinal: selectEvents.integer(3) & (1 << LedgerLimits.ordinalBits - 1), effect: effect,
                    reason: try terms.text(selectEvents.integer(5)), spelling: selectEvents.optionalText(8)))
        }
        return events
    }
}

/// Writes states back.
final class AddressWriter {
    private let terms: TermTable
    private let insert: Query
    private let update: Query
    private let delete: Query

    init(_ connection: Connection, _ terms: TermTable) throws {
        self.terms = terms
        let values = (1...17).map { "?\($0)" }.joined(separator: ", ")
        insert = try connection.prepare(
            """
            INSERT INTO address (\(AddressTable.stateColumns), streak, address, id)
            VALUES (\(values), ?19, ?18)
            """)
        let columns = AddressTable.stateColumns.split(separator: ",").enumerated()
            .map { "\($1.filter { !$0.isWhitespace }) = ?\($0 + 1)" }.joined(separator: ", ")
        update = try connection.prepare("UPDATE address SET \(columns), streak = ?17 WHERE id = ?18")
        delete = try connection.prepare("DELETE FROM address WHERE id = ?1")
    }

    /// Writes the state of an address; one of which nothing is known any more loses its row.
    func write(_ state: AddressState, id: Int64, newAddress: String?) throws {
        guard let firstSeen = state.firstSeen, let lastSeen = state.lastSeen else {
            if newAddress == nil {
                try delete.bind(1, id)
                try delete.execute()
            }
            return
        }
        let query = newAddress == nil ? update : insert
        try query.bind(1, state.counters.hard)
        try query.bind(2, state.counters.soft)
        try query.bind(3, state.counters.delayed)
        try query.bind(4, state.counters.delivered)
        try query.bind(5, state.counters.complaint)
        try query.bind(6, state.counters.autoReply)
        try query.bind(7, state.counters.other)
        try query.bind(8, firstSeen)
        try query.bind(9, lastSeen)
        try query.bind(10, state.spelling)
        try query.bind(11, StreakCoding.encode(state.streaks))
        try query.bind(12, state.suppression?.cause.rawValue)
        try query.bind(13, try terms.number(state.suppression?.reason))
        try query.bind(14, state.suppression?.since)
        try query.bind(15, state.suppression?.until)
        try query.bind(16, (state.suppression?.days).map(Int64.init))
        try query.bind(17, state.streakDays)
        try query.bind(18, id)
        if let newAddress {
            try query.bind(19, newAddress)
        }
        try query.execute()
    }
}

/// A row that this program cannot have written.
struct DamagedLedger: Error {}
