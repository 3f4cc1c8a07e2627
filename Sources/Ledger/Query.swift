/// A table whose rows are numbered by whoever writes them.
enum NumberedTable: String {
    case delivery, address
}

/// A place where statements run: SQLite or PostgreSQL. To be used only inside the closure that lends it.
///
/// The statements are SQLite's, in what both understand: parameters `?1`, `?2`, …, and `INDEXED BY`, which PostgreSQL
/// does without.
class Connection {
    func prepare(_ sql: String) throws -> Query { throw DamagedLedger() }

    /// A statement, executed once, whose answer may be larger than the memory.
    func prepareScan(_ sql: String) throws -> Query { try prepare(sql) }

    /// Gives the rows that a statement with the condition `= ?1` finds for each of many keys, in no order.
    func forEach(_ keys: [some RowKey], _ sql: String, _ body: (Query) throws -> Void) throws {
        let query = try prepare(sql)
        for key in keys {
            defer { query.reset() }
            try key.bind(to: query)
            while try query.step() { try body(query) }
        }
    }

    /// The text of a term, where it was read before and is the same for good; see ``TermTable``.
    func knownTerm(_ number: Int64) -> String? { nil }
    func remember(_ text: String, as number: Int64) {}

    /// Whether it is better to ask for much at once than often.
    var answersSlowly: Bool { false }

    /// How many rows the last statement has changed.
    var changes: Int { get throws { 0 } }

    /// The numbers for new rows of a table.
    func numbers(for table: NumberedTable) throws -> RowNumbers { throw DamagedLedger() }

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

/// What rows can be looked up by.
protocol RowKey {
    func bind(to query: Query) throws
    static func array(_ keys: [Self]) -> PostgresArray
}

extension String: RowKey {
    func bind(to query: Query) throws { try query.bind(1, self) }
    static func array(_ keys: [String]) -> PostgresArray { PostgresArray(keys) }
}

extension [UInt8]: RowKey {
    func bind(to query: Query) throws { try query.bind(1, self) }
    static func array(_ keys: [[UInt8]]) -> PostgresArray { PostgresArray(keys) }
}

/// Numbers that no row of a table has.
final class RowNumbers {
    private var next: Int64
    private var end: Int64
    private let more: () throws -> Range<Int64>

    /// All from one on.
    convenience init(next: Int64) {
        self.init(next..<Int64.max) { throw DamagedLedger() }
    }

    /// Some, and then others, a range at a time.
    init(_ first: Range<Int64>, more: @escaping () throws -> Range<Int64>) {
        (next, end, self.more) = (first.lowerBound, first.upperBound, more)
    }

    func take() throws -> Int64 {
        if next == end {
            let range = try more()
            (next, end) = (range.lowerBound, range.upperBound)
        }
        defer { next += 1 }
        return next
    }
}

/// New rows of a table, from wherever they come.
protocol RowSink {
    mutating func append(_ row: Query) throws
    /// To be called after the last row.
    mutating func finish() throws
}

/// A prepared statement. Parameters count from 1, columns from 0.
class Query {
    func bind(_ index: Int32, _ value: Int64?) throws {}
    func bind(_ index: Int32, _ value: String?) throws {}
    func bind(_ index: Int32, _ value: [UInt8]?) throws {}

    /// Whether there is a row.
    func step() throws -> Bool { false }

    /// Makes the statement ready for the next execution; a failure has been thrown by `step` already.
    func reset() {}

    func isNull(_ column: Int32) -> Bool { true }
    func integer(_ column: Int32) -> Int64 { 0 }
    func optionalText(_ column: Int32) -> String? { nil }

    /// The bytes of a blob until the next step; nothing where the column is NULL.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer? { nil }

    final func bind(_ index: Int32, _ value: Int) throws { try bind(index, Int64(value)) }

    /// Executes a statement that gives no rows.
    func execute() throws {
        defer { reset() }
        _ = try step()
    }

    final func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    final func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    /// Lends the bytes of a blob; nothing where the column is NULL.
    final func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        blob(column).map(body)
    }

    final func fingerprint(_ column: Int32) -> Fingerprint {
        withBytes(column, Fingerprint.init(bytes:)) ?? Fingerprint(high: 0, low: 0)
    }

    final func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } ?? [] }
}
