/// A place where statements run: SQLite or PostgreSQL. To be used only inside the closure that lends it.
///
/// The statements are SQLite's, in what both understand: parameters `?1`, `?2`, …, and `INDEXED BY`, which PostgreSQL
/// does without.
package protocol Connection: AnyObject {
    /// What is known of terms already.
    var terms: TermCache { get }

    func prepare(_ sql: String) throws -> any Query

    /// A statement, executed once, whose answer may be larger than the memory.
    func prepareScan(_ sql: String) throws -> any Query

    /// Gives the rows that a statement with the condition `= ?1` finds for each of many keys, in no order.
    func forEach(_ keys: [RowValue], _ sql: String, _ body: (any Query) throws -> Void) throws

    /// Gives a text a number; another host may have done so just now.
    func insertTerm(_ text: String) throws -> Int64

    /// Whether it is better to ask for much at once than often.
    var answersSlowly: Bool { get }

    /// How many rows the last statement has changed.
    var changes: Int { get throws }

    /// The numbers for new rows of a table.
    func numbers(for table: NumberedTable) throws -> RowNumbers

    /// The last number that a delivery was given, also of one that is gone.
    func lastDelivery() throws -> Int64

    /// Sees to it that the numbers of deliveries that are deleted are not given again.
    func keepDeliveryNumbers() throws

    /// Takes new rows of a table, as a query over ``LedgerTable/names`` gives them.
    func sink(for table: LedgerTable) throws -> any RowSink

    /// Lets the numbers of new rows go on after those that came in through a sink.
    func renumber() throws

    /// Sees to it that nothing can be read any more of what this transaction deletes.
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
