/// A place where statements run: SQLite or PostgreSQL. To be used only inside the closure that lends it.
///
/// The statements are SQLite's, in what both understand: parameters `?1`, `?2`, …, and `INDEXED BY`, which PostgreSQL
/// does without.
class Connection {
    /// What is known of terms already.
    let terms: TermCache

    init(terms: TermCache = TermCache()) { self.terms = terms }

    func prepare(_ sql: String) throws -> Query { throw DamagedLedger() }

    /// A statement, executed once, whose answer may be larger than the memory.
    func prepareScan(_ sql: String) throws -> Query { try prepare(sql) }

    /// Gives the rows that a statement with the condition `= ?1` finds for each of many keys, in no order.
    func forEach(_ keys: [RowValue], _ sql: String, _ body: (Query) throws -> Void) throws {
        let query = try prepare(sql)
        for key in keys {
            defer { query.reset() }
            try query.bind(1, key)
            while try query.step() { try body(query) }
        }
    }

    /// Gives a text a number; another host may have done so just now.
    func insertTerm(_ text: String) throws -> Int64 {
        let insert = try prepare(
            "INSERT INTO term (text) VALUES (?1) ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING id")
        try insert.bind(1, text)
        guard try insert.step() else { throw DamagedLedger() }
        return insert.integer(0)
    }

    /// Whether it is better to ask for much at once than often.
    var answersSlowly: Bool { false }

    /// How many rows the last statement has changed.
    var changes: Int { get throws { 0 } }

    /// The numbers for new rows of a table.
    func numbers(for table: NumberedTable) throws -> RowNumbers { throw DamagedLedger() }

    /// The last number that a delivery was given, also of one that is gone.
    func lastDelivery() throws -> Int64 { throw DamagedLedger() }

    /// Sees to it that the numbers of deliveries that are deleted are not given again.
    func keepDeliveryNumbers() throws {}

    /// Takes new rows of a table, as a query over ``LedgerTable/names`` gives them.
    func sink(for table: LedgerTable) throws -> RowSink { throw DamagedLedger() }

    /// Lets the numbers of new rows go on after those that came in through a sink.
    func renumber() throws {}

    /// Sees to it that nothing can be read any more of what this transaction deletes.
    func eraseForGood() throws {}

    final func run(_ sql: String) throws {
        let query = try prepare(sql)
        while try query.step() {}
    }

    /// The first column of the first row.
    final func integer(_ sql: String) throws -> Int64? {
        let query = try prepare(sql)
        return try query.step() ? query.optionalInteger(0) : nil
    }
}
