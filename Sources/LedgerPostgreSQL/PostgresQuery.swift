import Ledger

/// A statement whose whole result is read at once.
class PostgresQuery: Query {
    let connection: PostgresConnection
    let sql: String
    var parameters: [PostgresSession.Parameter] = []
    var rows: PostgresRows?
    var row: Int32 = -1

    init(_ connection: PostgresConnection, _ sql: String) {
        self.connection = connection
        self.sql = sql
    }

    private func set(_ index: Int32, _ parameter: PostgresSession.Parameter) {
        while parameters.count < index { parameters.append(.value(.integer(nil))) }
        parameters[Int(index) - 1] = parameter
    }

    func bind(_ index: Int32, _ value: Int64?) throws { set(index, .value(.integer(value))) }
    func bind(_ index: Int32, _ value: String?) throws { set(index, .value(.text(value))) }
    func bind(_ index: Int32, _ value: [UInt8]?) throws { set(index, .value(.bytes(value))) }
    func bindAll(_ values: PostgresArray) { set(1, .array(values)) }

    func step() throws -> Bool {
        if rows == nil {
            rows = try connection.execute(sql, parameters)
        }
        row += 1
        return row < (rows?.count ?? 0)
    }

    func execute() throws {
        try connection.later(PostgresSession.Statement(sql: sql, parameters: parameters))
    }

    func reset() {
        rows = nil
        row = -1
    }

    func isNull(_ column: Int32) -> Bool { rows?.isNull(row, column) ?? true }
    func integer(_ column: Int32) -> Int64 { rows?.integer(row, column) ?? 0 }
    func optionalText(_ column: Int32) -> String? { rows?.text(row, column) }
    func blob(_ column: Int32) -> UnsafeRawBufferPointer? { rows?.blob(row, column) }
}
