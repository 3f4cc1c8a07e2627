import GRDBSQLite

/// A failed call of SQLite.
struct SQLiteFailure: Error {
    /// The extended result code.
    let code: Int32
    let message: String
    /// The errno behind it, where there is one.
    let systemError: Int32
}

/// A prepared statement of SQLite.
final class SQLiteQuery: Query {
    private let connection: OpaquePointer
    private let statement: OpaquePointer

    init(_ connection: OpaquePointer, _ sql: String) throws {
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
