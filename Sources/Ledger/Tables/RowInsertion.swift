/// Inserts rows into one table, many with one statement: starting and ending a statement costs SQLite more than a row.
final class RowInsertion {
    /// Inserts one row.
    let one: any Query
    private let connection: any Connection
    private let head: String
    private let columns: Int
    private let end: String
    private var many: (any Query)?

    /// Rows of a statement that inserts many.
    private static let rows = 16

    /// - Parameter end: what comes after the rows.
    init(_ connection: any Connection, into table: String, columns: [String], end: String = "") throws {
        self.connection = connection
        self.columns = columns.count
        self.end = end
        head = "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES "
        one = try connection.prepare(head + RowInsertion.places(rows: 1, columns: columns.count) + end)
    }

    /// Inserts rows.
    ///
    /// - Parameters:
    ///   - bind: binds the values of a row to a statement's parameters from a number on.
    ///   - done: called with the rows of each statement; it can ask how many were inserted, which waits for the answer.
    func insert(
        _ count: Int, bind: (_ row: Int, _ query: any Query, _ first: Int32) throws -> Void,
        done: (_ rows: Range<Int>, _ inserted: () throws -> Int) throws -> Void = { _, _ in }
    ) throws {
        var row = 0
        while row < count {
            // With a slow connection, statements are sent together anyway.
            let isSingle = count - row < RowInsertion.rows || connection.answersSlowly
            let rows = row..<row + (isSingle ? 1 : RowInsertion.rows)
            let query = isSingle ? one : try statementForMany()
            for (place, row) in rows.enumerated() { try bind(row, query, Int32(place * columns + 1)) }
            try query.execute()
            try done(rows) { try connection.changes }
            row = rows.upperBound
        }
    }

    private func statementForMany() throws -> any Query {
        if let many { return many }
        let query = try connection.prepare(head + RowInsertion.places(rows: RowInsertion.rows, columns: columns) + end)
        many = query
        return query
    }

    private static func places(rows: Int, columns: Int) -> String {
        (0..<rows).map { row in
            "(" + (1...columns).map { "?\(row * columns + $0)" }.joined(separator: ", ") + ")"
        }.joined(separator: ", ")
    }
}
