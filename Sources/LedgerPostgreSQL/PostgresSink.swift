import Ledger

/// Writes rows in groups of some thousand.
struct PostgresSink: RowSink {
    private let table: LedgerTable
    private let connection: PostgresConnection
    private var rows: [PostgresArray]
    private var count = 0

    private static let rowsAtATime = 5_000

    init(_ table: LedgerTable, _ connection: PostgresConnection) {
        self.table = table
        self.connection = connection
        rows = table.columns.map { PostgresArray($0.type) }
    }

    mutating func append(_ row: [RowValue]) throws {
        for (place, value) in row.enumerated() { rows[place].append(value) }
        count += 1
        if count == PostgresSink.rowsAtATime { try finish() }
    }

    mutating func finish() throws {
        if count == 0 { return }
        try connection.later(
            PostgresSession.Statement(
                sql: "INSERT INTO \(table.name) (\(table.names)) SELECT * FROM \(table.given)",
                parameters: rows.parameters))
        try connection.flush()
        rows = table.columns.map { PostgresArray($0.type) }
        count = 0
    }
}
