import CSQLite

/// A failed call of SQLite.
package struct SQLiteFailure: Error {
    /// The extended result code.
    package let code: Int32
    package let message: String
    /// The errno of the failed system call, if any.
    package let systemError: Int32
}

extension SQLiteFailure {
    /// The failure of the last call on a database.
    package init(_ handle: OpaquePointer, _ code: Int32) {
        self.init(
            code: code, message: String(cString: sqlite3_errmsg(handle)), systemError: sqlite3_system_errno(handle))
    }
}

/// A prepared SQLite statement, compiled on first use: most batches need only a few of the statements.
package final class SQLiteQuery: Query {
    private let database: SQLiteDatabase
    private let sql: String
    private var statement: OpaquePointer?
    /// Copies of the bound texts and blobs, by parameter. SQLite would allocate and free memory for each of them; these
    /// are reused.
    private var copies: [UnsafeMutableRawBufferPointer] = []

    package init(_ database: SQLiteDatabase, _ sql: String) {
        self.database = database
        self.sql = sql
    }

    deinit {
        sqlite3_finalize(statement)
        for copy in copies { copy.deallocate() }
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw SQLiteFailure(database.handle, code) }
    }

    private func compiled() throws -> OpaquePointer {
        if let statement { return statement }
        var fresh: OpaquePointer?
        try check(sqlite3_prepare_v2(database.handle, sql, -1, &fresh, nil))
        guard let fresh else { throw DamagedLedger() }
        statement = fresh
        return fresh
    }

    /// Copies bytes to memory that is kept until the parameter is bound again.
    private func copy(_ bytes: UnsafeRawBufferPointer, for index: Int32) -> UnsafeRawPointer? {
        let place = Int(index) - 1
        while copies.count <= place { copies.append(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
        var copy = copies[place]
        if copy.count < max(1, bytes.count) {
            copy.deallocate()
            copy = .allocate(byteCount: max(SQLiteQuery.leastCopy, 2 * bytes.count), alignment: 1)
            copies[place] = copy
        }
        copy.copyMemory(from: bytes)
        return UnsafeRawPointer(copy.baseAddress)
    }

    /// Bytes of the smallest copy. An empty text has one, too: with a null pointer SQLite would bind NULL.
    private static let leastCopy = 32

    package func bind(_ index: Int32, _ value: Int64?) throws {
        let statement = try compiled()
        if let value {
            try check(sqlite3_bind_int64(statement, index, value))
        } else {
            try check(sqlite3_bind_null(statement, index))
        }
    }

    package func bind(_ index: Int32, _ value: String?) throws {
        let statement = try compiled()
        guard var value else {
            try check(sqlite3_bind_null(statement, index))
            return
        }
        let (start, count) = value.withUTF8 { (copy(UnsafeRawBufferPointer($0), for: index), Int32($0.count)) }
        // The last argument says that the bytes are kept: the copy is ours.
        try check(sqlite3_bind_text(statement, index, start?.assumingMemoryBound(to: CChar.self), count, nil))
    }

    package func bind(_ index: Int32, _ value: [UInt8]?) throws {
        let statement = try compiled()
        guard let value else {
            try check(sqlite3_bind_null(statement, index))
            return
        }
        let start = value.withUnsafeBytes { copy($0, for: index) }
        try check(sqlite3_bind_blob(statement, index, start, Int32(value.count), nil))
    }

    /// Whether there is a row.
    package func step() throws -> Bool {
        switch sqlite3_step(try compiled()) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteFailure(database.handle, code)
        }
    }

    /// Makes the statement ready for the next execution; a failure has been thrown by `step` already.
    package func reset() {
        sqlite3_reset(statement)
    }

    package func execute() throws {
        defer { reset() }
        _ = try step()
    }

    package func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    package func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(statement, column)
    }

    package func optionalText(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(statement, column) else { return nil }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package func blob(_ column: Int32) -> UnsafeRawBufferPointer? {
        if isNull(column) { return nil }
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }
}
