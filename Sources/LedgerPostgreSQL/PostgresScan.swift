import Ledger

/// A statement whose answer may be larger than the memory, read some rows at a time.
final class PostgresScan: PostgresQuery {
    private let cursor: String
    private var isOpen = false

    private static let rowsAtATime = 10_000

    init(_ connection: PostgresConnection, _ sql: String, cursor: String) {
        self.cursor = cursor
        super.init(connection, sql)
    }

    override func step() throws -> Bool {
        if !isOpen {
            try connection.flush()
            let declaration = PostgresSession.Statement(
                sql: "DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)", parameters: parameters)
            _ = try connection.session.pipeline([declaration])
            isOpen = true
        }
        row += 1
        if row < (rows?.count ?? 0) { return true }
        if let rows, rows.count < PostgresScan.rowsAtATime { return false }
        try connection.flush()
        let next = PostgresSession.Statement(sql: "FETCH \(PostgresScan.rowsAtATime) FROM \(cursor)")
        rows = try connection.session.pipeline([next])[0]
        row = 0
        return (rows?.count ?? 0) > 0
    }

    /// A scan is done once.
    override func reset() {}
}
