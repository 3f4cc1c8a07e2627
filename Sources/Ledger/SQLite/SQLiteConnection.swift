/// Runs statements in an SQLite database.
package final class SQLiteConnection: Connection {
    package let terms: TermCache
    private let database: SQLiteDatabase
    /// Numbers to use instead of those after the last.
    package var given: [NumberedTable: RowNumbers] = [:]

    package init(_ database: SQLiteDatabase, terms: TermCache = TermCache()) {
        self.database = database
        self.terms = terms
    }

    package func prepare(_ sql: String) throws -> any Query { SQLiteQuery(database, sql) }

    package func prepareScan(_ sql: String) throws -> any Query { try prepare(sql) }

    package func forEach(_ keys: [RowValue], _ sql: String, _ body: (any Query) throws -> Void) throws {
        let query = try prepare(sql)
        for key in keys {
            defer { query.reset() }
            try query.bind(1, key)
            while try query.step() { try body(query) }
        }
    }

    package var answersSlowly: Bool { false }

    package var changes: Int { get throws { database.changes } }

    /// Nothing else writes during this transaction: the numbers continue after the last.
    package func numbers(for table: NumberedTable) throws -> RowNumbers {
        if let given = given[table] { return given }
        let last = table == .delivery ? try lastDelivery() : try integer("SELECT max(id) FROM \(table.rawValue)") ?? 0
        return RowNumbers(next: 1 + last)
    }

    package func lastDelivery() throws -> Int64 {
        max(
            try integer("SELECT max(id) FROM delivery") ?? 0,
            try SettingTable.integer(Schema.lastDeliverySetting, self) ?? 0)
    }

    /// The other ledger may have given numbers to deliveries that were deleted.
    package func renumber() throws {
        let known = try integer("SELECT max(known) FROM action") ?? 0
        try setLastDelivery(max(known, try lastDelivery()))
    }

    package func keepDeliveryNumbers() throws { try setLastDelivery(try lastDelivery()) }

    /// Makes new deliveries get numbers above this one.
    package func setLastDelivery(_ number: Int64) throws {
        try SettingTable.store(String(number), as: Schema.lastDeliverySetting, self)
    }

    private lazy var termInsertion = SQLiteQuery(database, "INSERT INTO term (text) VALUES (?1)")

    /// Nothing else writes: a text without a number has none until it gets one here.
    package func insertTerm(_ text: String) throws -> Int64 {
        try termInsertion.bind(1, text)
        try termInsertion.execute()
        return database.lastRow
    }

    package func sink(for table: LedgerTable) throws -> RowSink {
        SQLiteSink(insert: try prepare(table.insertion))
    }

    /// Records in a journal, or no longer in any, which rows are changed from now on.
    package func note(in journal: ChangeJournal?) { database.note(in: journal) }

    /// Overwrites deleted data, if the system's SQLite does not do so by default.
    package func eraseForGood() throws { try run("PRAGMA secure_delete = ON") }
}

/// Writes rows one by one.
private struct SQLiteSink: RowSink {
    let insert: any Query

    func append(_ row: [RowValue]) throws {
        for (place, value) in row.enumerated() { try insert.bind(Int32(place) + 1, value) }
        try insert.execute()
    }

    func finish() {}
}
