/// Runs statements in SQLite or PostgreSQL. Valid only inside the closure that receives it.
///
/// The statements are SQLite's, limited to what both understand: parameters `?1`, `?2`, …, and `INDEXED BY`, which is
/// removed for PostgreSQL.
package protocol Connection: AnyObject {
    /// What is known of terms already.
    var terms: TermCache { get }

    func prepare(_ sql: String) throws -> any Query

    /// A statement, executed once, whose answer may be larger than the memory.
    func prepareScan(_ sql: String) throws -> any Query

    /// Calls `body` with the rows that a statement with the condition `= ?1` finds for each of many keys, in no order.
    func forEach(_ keys: [RowValue], _ sql: String, _ body: (any Query) throws -> Void) throws

    /// Assigns a number to a text; another host may do so at the same time.
    func insertTerm(_ text: String) throws -> Int64

    /// Whether one large query is better than many small ones.
    var answersSlowly: Bool { get }

    /// How many rows the last statement has changed.
    var changes: Int { get throws }

    /// The numbers for new rows of a table.
    func numbers(for table: NumberedTable) throws -> RowNumbers

    /// The last number of a delivery, including deleted ones.
    func lastDelivery() throws -> Int64

    /// Prevents numbers of deleted deliveries from being reused.
    func keepDeliveryNumbers() throws

    /// A sink for new rows of a table, with the columns of ``LedgerTable/names``.
    func sink(for table: LedgerTable) throws -> any RowSink

    /// Makes the numbers of new rows continue after those inserted through a sink.
    func renumber() throws

    /// Makes data that this transaction deletes unreadable.
    func eraseForGood() throws
}

extension Connection {
    package func run(_ sql: String) throws {
        let query = try prepare(sql)
        while try query.step() {}
    }

    /// The first column of the first row.
    package func integer(_ sql: String) throws -> Int64? {
        let query = try prepare(sql)
        return try query.step() ? query.optionalInteger(0) : nil
    }
}
