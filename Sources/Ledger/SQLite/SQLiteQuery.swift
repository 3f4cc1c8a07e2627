import GRDBSQLite

/// A failed call of SQLite.
struct SQLiteFailure: Error {
    /// The extended result code.
    let code: Int32
    let message: String
    /// The errno behind it, where there is one.
    let systemError: Int32
}

/// The connection that GRDB opened, for the statements that run once a row.
///
/// GRDB's own statements cost more than SQLite's work itself at some ten thousand rows a second.
final class SQLiteConnection: Connection {
    private let handle: OpaquePointer
    /// Numbers to use, where others than those after the last.
    var given: [NumberedTable: RowNumbers] = [:]

    init(handle: OpaquePointer) { self.handle = handle }

    override func prepare(_ sql: String) throws -> Query { try SQLiteQuery(handle, sql) }

    override var changes: Int { get throws { Int(sqlite3_changes(handle)) } }

    /// Nothing else writes while this transaction does: the numbers go on after the last.
    override func numbers(for table: NumberedTable) throws -> RowNumbers {
        if let given = given[table] { return given }
        return RowNumbers(next: 1 + (try integer("SELECT max(id) FROM \(table.rawValue)") ?? 0))
    }

    override func sink(for table: LedgerTable) throws -> RowSink {
        SQLiteSink(table: table, insert: try prepare(table.insertion))
    }

    /// Notes in a journal which rows are changed from now on, or in none.
    func note(in journal: ChangeJournal?) {
        guard let journal else {
            sqlite3_update_hook(handle, nil, nil)
            return
        }
        sqlite3_update_hook(
            handle,
            { journal, _, _, table, row in
                guard let journal, let table else { return }
                Unmanaged<ChangeJournal>.fromOpaque(journal).takeUnretainedValue().note(table, row)
            }, Unmanaged.passUnretained(journal).toOpaque())
    }

    /// Overwrites what is deleted, where the SQLite of the system does not do so anyway.
    override func eraseForGood() throws { try run("PRAGMA secure_delete = ON") }
}

/// Writes rows one by one.
private struct SQLiteSink: RowSink {
    let table: LedgerTable
    let insert: Query

    func append(_ row: Query) throws {
        for (index, column) in table.columns.enumerated() {
            let place = Int32(index)
            switch column.element {
            case .integer: try insert.bind(place + 1, row.optionalInteger(place))
            case .text: try insert.bind(place + 1, row.optionalText(place))
            case .bytes: try insert.bind(place + 1, row.withBytes(place) { Array($0) })
            }
        }
        try insert.execute()
    }

    func finish() {}
}

/// The rows of the large tables that were made, changed or deleted.
final class ChangeJournal {
    private(set) var deliveries = Set<Int64>()
    private(set) var outcomes = Set<Int64>()
    private(set) var addresses = Set<Int64>()
    private(set) var terms = Set<Int64>()

    fileprivate func note(_ table: UnsafePointer<CChar>, _ row: Int64) {
        // The first letters tell these tables from each other and from the rest.
        switch (UInt8(bitPattern: table[0]), UInt8(bitPattern: table[1])) {
        case (UInt8(ascii: "d"), UInt8(ascii: "e")): deliveries.insert(row)
        case (UInt8(ascii: "o"), UInt8(ascii: "u")): outcomes.insert(row)
        case (UInt8(ascii: "a"), UInt8(ascii: "d")): addresses.insert(row)
        case (UInt8(ascii: "t"), UInt8(ascii: "e")): terms.insert(row)
        default: break
        }
    }
}

/// A prepared statement of SQLite.
final class SQLiteQuery: Query {
    private let connection: OpaquePointer
    private let statement: OpaquePointer

    fileprivate init(_ connection: OpaquePointer, _ sql: String) throws {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw SQLiteQuery.failure(connection, code)
        }
        self.connection = connection
        self.statement = statement
    }

    deinit {
        sqlite3_finalize(statement)
    }

    private static func failure(_ connection: OpaquePointer, _ code: Int32) -> SQLiteFailure {
        SQLiteFailure(
            code: code, message: String(cString: sqlite3_errmsg(connection)),
            systemError: sqlite3_system_errno(connection))
    }

    // SQLite's SQLITE_TRANSIENT, a macro that Swift cannot import: SQLite takes a copy.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK {
            throw SQLiteQuery.failure(connection, code)
        }
    }

    override func bind(_ index: Int32, _ value: Int64?) throws {
        if let value {
            try check(sqlite3_bind_int64(statement, index, value))
        } else {
            try check(sqlite3_bind_null(statement, index))
        }
    }

    override func bind(_ index: Int32, _ value: String?) throws {
        guard var value else {
            try check(sqlite3_bind_null(statement, index))
            return
        }
        let code = value.withUTF8 { bytes -> Int32 in
            guard let base = bytes.baseAddress else {
                return sqlite3_bind_text(statement, index, "", 0, SQLiteQuery.copied)
            }
            return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text(statement, index, $0, Int32(bytes.count), SQLiteQuery.copied)
            }
        }
        try check(code)
    }

    override func bind(_ index: Int32, _ value: [UInt8]?) throws {
        guard let value else {
            try check(sqlite3_bind_null(statement, index))
            return
        }
        let code = value.withUnsafeBytes { bytes -> Int32 in
            guard let base = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_zeroblob(statement, index, 0)
            }
            return sqlite3_bind_blob(statement, index, base, Int32(bytes.count), SQLiteQuery.copied)
        }
        try check(code)
    }

    /// Whether there is a row.
    override func step() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteQuery.failure(connection, code)
        }
    }

    /// Makes the statement ready for the next execution; a failure has been thrown by `step` already.
    override func reset() {
        sqlite3_reset(statement)
    }

    override func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    override func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(statement, column)
    }

    override func optionalText(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(statement, column) else { return nil }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    override func blob(_ column: Int32) -> UnsafeRawBufferPointer? {
        if isNull(column) { return nil }
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }
}
