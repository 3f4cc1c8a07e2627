/// The rows of `action`: suppressions and releases by hand, in the order in which they were taken.
final class ActionTable {
    private let connection: any Connection
    private let terms: TermTable
    private let insertion: any Query
    /// The last delivery that the ledger has seen.
    private let known: Int64

    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.connection = connection
        self.terms = terms
        known = try connection.lastDelivery()
        insertion = try connection.prepare(
            """
            INSERT INTO action (address, at, kind, reason, until, author, note, known, stream, cause)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (address, at, kind, reason, stream, cause) DO NOTHING
            """)
    }

    /// Writes an action.
    ///
    /// - Returns: whether it was written; false if the same one was taken in the same second and nothing came since.
    func insert(_ action: ManualAction, of address: Int64) throws -> Bool {
        try insertion.bind(1, address)
        try insertion.bind(2, LedgerLimits.clamped(arrival: action.at))
        try insertion.bind(3, action.kind.rawValue)
        try insertion.bind(4, try reason(of: action))
        try insertion.bind(5, action.until.map(LedgerLimits.clamped))
        try insertion.bind(6, try terms.number(action.author?.stored(limit: LedgerLimits.textBytes)))
        try insertion.bind(7, action.note?.stored(limit: LedgerLimits.textBytes))
        try insertion.bind(8, known)
        try insertion.bind(9, try terms.number(action.stream) ?? 0)
        try insertion.bind(10, action.cause.rawValue)
        try insertion.execute()
        if try connection.changes > 0 { return true }
        guard try makeRoom(for: action, of: address) else { return false }
        try insertion.execute()
        return true
    }

    private func reason(of action: ManualAction) throws -> Int64 {
        try terms.number(action.storedReason)
    }

    /// Removes an action that was taken in the same second for the same reason, if another action, or for a release a
    /// report, has come since, so that the new one comes after that.
    ///
    /// - Returns: whether the action has to be written again.
    private func makeRoom(for action: ManualAction, of address: Int64) throws -> Bool {
        let select = try connection.prepare(
            """
            SELECT id, known, (SELECT max(id) FROM action WHERE address = ?1) FROM action
            WHERE address = ?1 AND at = ?2 AND kind = ?3 AND reason = ?4 AND stream = ?5 AND cause = ?6
            """)
        try select.bind(1, address)
        try select.bind(2, LedgerLimits.clamped(arrival: action.at))
        try select.bind(3, action.kind.rawValue)
        try select.bind(4, try reason(of: action))
        try select.bind(5, try terms.number(action.stream) ?? 0)
        try select.bind(6, action.cause.rawValue)
        guard try select.step() else { throw DamagedLedger() }
        let (id, before, last) = (select.integer(0), select.optionalInteger(1), select.integer(2))
        select.reset()
        if id == last, action.kind == .suppress || before == known { return false }
        let delete = try connection.prepare("DELETE FROM action WHERE id = ?1")
        try delete.bind(1, id)
        try delete.execute()
        return true
    }
}
