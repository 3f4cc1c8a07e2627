import Ledger

/// The statements of the ledger on PostgreSQL, within a transaction.
final class PostgresConnection: Connection {
    let terms: TermCache
    let session: PostgresSession
    private var lastChanges = 0
    /// Statements without results that were not sent yet.
    private var waiting: [PostgresSession.Statement] = []
    private var cursors = 0

    /// - Parameter beginning: the statements that begin the transaction, sent with the first that follows.
    init(_ session: PostgresSession, beginning: [String]) {
        self.session = session
        waiting = beginning.map { PostgresSession.Statement(sql: $0) }
        terms = session.terms
        // The previous transaction may have been rolled back. Its numbers are not reused then, so the texts can stay.
        terms.removeNumbers()
    }

    func prepare(_ sql: String) throws -> any Query { PostgresQuery(self, PostgresConnection.translated(sql)) }

    func prepareScan(_ sql: String) throws -> any Query {
        cursors += 1
        return PostgresScan(self, PostgresConnection.translated(sql), cursor: "scan\(cursors)")
    }

    var changes: Int {
        get throws {
            try flush()
            return lastChanges
        }
    }

    /// How many statements are sent together.
    private static let waitingLimit = 500

    func later(_ statement: PostgresSession.Statement) throws {
        waiting.append(statement)
        if waiting.count >= PostgresConnection.waitingLimit { try flush() }
    }

    /// Sends the waiting statements.
    func flush() throws {
        if waiting.isEmpty { return }
        lastChanges = try sendWaiting().last?.changes ?? 0
    }

    /// Ends the transaction, with the waiting statements.
    func end(_ statement: String) throws {
        waiting.append(PostgresSession.Statement(sql: statement))
        _ = try sendWaiting()
    }

    private func sendWaiting() throws -> [PostgresRows] {
        let statements = waiting
        waiting.removeAll(keepingCapacity: true)
        return try session.pipeline(statements)
    }

    func execute(_ sql: String, _ parameters: [PostgresSession.Parameter]) throws -> PostgresRows {
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

    var answersSlowly: Bool { true }

    func insertTerm(_ text: String) throws -> Int64 {
        let insert = try prepare(
            "INSERT INTO term (text) VALUES (?1) ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING id")
        try insert.bind(1, text)
        guard try insert.step() else { throw DamagedLedger() }
        return insert.integer(0)
    }

    /// Sequences never reuse a number.
    func keepDeliveryNumbers() {}

    /// The server's own vacuum overwrites what is deleted.
    func eraseForGood() {}

    func sink(for table: LedgerTable) throws -> RowSink { PostgresSink(table, self) }

    func renumber() throws {
        try run("SELECT setval('address_number', 1 + (SELECT coalesce(max(id), 0) FROM address))")
        // The other ledger may have given numbers to deliveries that were deleted.
        try run(
            """
            SELECT setval('delivery_number', 1 + greatest(
                (SELECT max(id) FROM delivery), (SELECT max(known) FROM action),
                (SELECT CAST(value AS BIGINT) FROM setting WHERE name = '\(Schema.lastDeliverySetting)'), 0))
            """)
        for table in ["term", "action", "run", "brake_decision", "report_decision", "domain"] {
            try run(
                """
                SELECT setval(pg_get_serial_sequence('\(table)', 'id'), 1 + (SELECT coalesce(max(id), 0) FROM \(table)))
                """)
        }
    }

    /// Numbers that no other transaction has taken.
    func numbers(for table: NumberedTable) throws -> RowNumbers {
        RowNumbers(0..<0) { [self] in
            let number = try execute("SELECT nextval('\(table.rawValue)_number')", []).integer(0, 0)
            return number..<number + 1
        }
    }

    func lastDelivery() throws -> Int64 {
        try integer("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM delivery_number") ?? 0
    }

    func forEach(_ keys: [RowValue], _ sql: String, _ body: (any Query) throws -> Void) throws {
        if keys.isEmpty { return }
        let query = PostgresQuery(self, PostgresConnection.translated(sql.replacing("= ?1", with: "= ANY(?1)")))
        query.bindAll(PostgresArray(keys))
        while try query.step() { try body(query) }
    }

    /// SQLite's statement in PostgreSQL's syntax: with its parameters, and without hints about indexes and join order.
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
