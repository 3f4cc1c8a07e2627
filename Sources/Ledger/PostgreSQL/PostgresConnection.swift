/// The statements of the ledger on PostgreSQL, within a transaction.
final class PostgresConnection: Connection {
    let session: PostgresSession
    private var lastChanges = 0
    /// Statements that give no rows, not sent yet.
    private var waiting: [PostgresSession.Statement] = []
    private var cursors = 0

    /// - Parameter beginning: the statements that begin the transaction, which go with the first that follows.
    init(_ session: PostgresSession, beginning: [String]) {
        self.session = session
        waiting = beginning.map { PostgresSession.Statement(sql: $0) }
    }

    override func prepare(_ sql: String) throws -> Query { PostgresQuery(self, PostgresConnection.translated(sql)) }

    override func prepareScan(_ sql: String) throws -> Query {
        cursors += 1
        return PostgresScan(self, PostgresConnection.translated(sql), cursor: "scan\(cursors)")
    }

    override var changes: Int {
        get throws {
            try flush()
            return lastChanges
        }
    }

    /// How many statements go together.
    private static let waitingLimit = 500

    fileprivate func later(_ statement: PostgresSession.Statement) throws {
        waiting.append(statement)
        if waiting.count >= PostgresConnection.waitingLimit { try flush() }
    }

    /// Sends what waits.
    func flush() throws {
        if waiting.isEmpty { return }
        lastChanges = try sendWaiting().last?.changes ?? 0
    }

    /// Ends the transaction, with what waits.
    func end(_ statement: String) throws {
        waiting.append(PostgresSession.Statement(sql: statement))
        _ = try sendWaiting()
    }

    private func sendWaiting() throws -> [PostgresRows] {
        let statements = waiting
        waiting.removeAll(keepingCapacity: true)
        return try session.pipeline(statements)
    }

    fileprivate func execute(_ sql: String, _ parameters: [PostgresSession.Parameter]) throws -> PostgresRows {
        let rows: PostgresRows
        if waiting.isEmpty {
            rows = try session.execute(sql, parameters)
        } else {
            waiting.append(PostgresSession.Statement(sql: sql, parameters: parameters))
            guard let last = try sendWaiting().last else { throw DamagedLedger() }
            rows = last
        }
        lastChanges = rows.changes
        return rows
    }

    /// A term's text is the same for good, once there is one.
    override func knownTerm(_ number: Int64) -> String? { session.terms[number] }
    override func remember(_ text: String, as number: Int64) {
        if session.terms.count >= PostgresTerms.limit { session.terms.removeAll() }
        session.terms[number] = text
    }

    override var answersSlowly: Bool { true }

    override func sink(for table: LedgerTable) throws -> RowSink { PostgresSink(table, self) }

    override func renumber() throws {
        for table in ["delivery", "address"] {
            try run("SELECT setval('\(table)_number', 1 + (SELECT coalesce(max(id), 0) FROM \(table)))")
        }
        for table in ["term", "action", "run", "brake_decision"] {
            try run(
                """
                SELECT setval(pg_get_serial_sequence('\(table)', 'id'), 1 + (SELECT coalesce(max(id), 0) FROM \(table)))
                """)
        }
    }

    /// Numbers that no other transaction has taken.
    override func numbers(for table: NumberedTable) throws -> RowNumbers {
        RowNumbers(0..<0) { [self] in
            let number = try execute("SELECT nextval('\(table.rawValue)_number')", []).integer(0, 0)
            return number..<number + 1
        }
    }

    override func forEach<Key: RowKey>(_ keys: [Key], _ sql: String, _ body: (Query) throws -> Void) throws {
        let query = PostgresQuery(
            self, PostgresConnection.translated(sql.replacing("= ?1", with: "= ANY(?1)")))
        query.bindAll(Key.array(keys))
        while try query.step() { try body(query) }
    }

    /// SQLite's statement in PostgreSQL's words: parameters, and no word about indexes and the order of a join.
    private static func translated(_ sql: String) -> String {
        var result = sql.replacing("NOT INDEXED", with: "").replacing("CROSS JOIN", with: "JOIN")
        while let hint = result.firstRange(of: "INDEXED BY ") {
            let rest = result[hint.upperBound...]
            let end = rest.firstIndex { !($0.isLetter || $0 == "_") } ?? rest.endIndex
            result.replaceSubrange(hint.lowerBound..<end, with: "")
        }
        return result.replacing("?", with: "$")
    }
}

/// Writes rows some thousand at a time.
private struct PostgresSink: RowSink {
    private let table: LedgerTable
    private let connection: PostgresConnection
    private var rows: [PostgresArray]
    private var count = 0

    private static let rowsAtATime = 5_000

    init(_ table: LedgerTable, _ connection: PostgresConnection) {
        self.table = table
        self.connection = connection
        rows = table.columns.map { PostgresArray($0.element) }
    }

    mutating func append(_ row: Query) throws {
        table.append(row, to: &rows)
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
        rows = table.columns.map { PostgresArray($0.element) }
        count = 0
    }
}

/// A statement whose answer is read at once.
class PostgresQuery: Query {
    fileprivate let connection: PostgresConnection
    fileprivate let sql: String
    fileprivate var parameters: [PostgresSession.Parameter] = []
    fileprivate var rows: PostgresRows?
    fileprivate var row: Int32 = -1

    fileprivate init(_ connection: PostgresConnection, _ sql: String) {
        self.connection = connection
        self.sql = sql
    }

    private func set(_ index: Int32, _ parameter: PostgresSession.Parameter) {
        while parameters.count < index { parameters.append(.integer(nil)) }
        parameters[Int(index) - 1] = parameter
    }

    override func bind(_ index: Int32, _ value: Int64?) throws { set(index, .integer(value)) }
    override func bind(_ index: Int32, _ value: String?) throws { set(index, .text(value)) }
    override func bind(_ index: Int32, _ value: [UInt8]?) throws { set(index, .bytes(value)) }
    fileprivate func bindAll(_ values: PostgresArray) { set(1, .array(values)) }

    override func step() throws -> Bool {
        if rows == nil {
            rows = try connection.execute(sql, parameters)
        }
        row += 1
        return row < (rows?.count ?? 0)
    }

    override func execute() throws {
        try connection.later(PostgresSession.Statement(sql: sql, parameters: parameters))
    }

    override func reset() {
        rows = nil
        row = -1
    }

    override func isNull(_ column: Int32) -> Bool { rows?.isNull(row, column) ?? true }
    override func integer(_ column: Int32) -> Int64 { rows?.integer(row, column) ?? 0 }
    override func optionalText(_ column: Int32) -> String? { rows?.text(row, column) }
    override func blob(_ column: Int32) -> UnsafeRawBufferPointer? { rows?.blob(row, column) }
}

/// A statement whose answer may be larger than the memory, read some rows at a time.
final class PostgresScan: PostgresQuery {
    private let cursor: String
    private var isOpen = false

    private static let rowsAtATime = 10_000

    fileprivate init(_ connection: PostgresConnection, _ sql: String, cursor: String) {
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
