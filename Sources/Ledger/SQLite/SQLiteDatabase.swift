import CSQLite
import Synchronization

/// An open database. It is closed with the last reference to it; its statements hold one.
package final class SQLiteDatabase {
    /// How it is opened.
    enum Mode {
        /// To be read and written; the file is there.
        case readWrite
        /// To be read, by a URI that says how.
        case readOnlyURI
        case inMemory

        fileprivate var flags: Int32 {
            switch self {
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readOnlyURI: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            case .inMemory: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY
            }
        }
    }

    enum Transaction: String {
        /// Sees one state; takes the lock for writing when it writes first.
        case deferred = "BEGIN DEFERRED"
        /// Takes the lock for writing at once, so that it waits for another writer instead of failing.
        case immediate = "BEGIN IMMEDIATE"
    }

    fileprivate let handle: OpaquePointer
    let knownTerms = KnownTerms()

    /// Has no effect if SQLite was already used in this process.
    private static let settings = maildir_bounce_sqlite_counts_no_memory()

    /// - Parameter busySeconds: how long a statement waits for another program's lock.
    init(_ path: String, _ mode: Mode, busySeconds: Int = 0) throws(SQLiteFailure) {
        _ = SQLiteDatabase.settings
        var handle: OpaquePointer?
        // One thread at a time uses it (`LockedDatabase`).
        let code = sqlite3_open_v2(path, &handle, mode.flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle else {
            throw SQLiteFailure(code: SQLITE_NOMEM, message: "out of memory", systemError: 0)
        }
        self.handle = handle
        guard code == SQLITE_OK else { throw SQLiteFailure(handle, code) }
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Int32(clamping: busySeconds * 1_000))
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements without result rows, separated by semicolons.
    func run(_ statements: String) throws(SQLiteFailure) {
        let code = sqlite3_exec(handle, statements, nil, nil, nil)
        if code != SQLITE_OK { throw SQLiteFailure(handle, code) }
    }

    /// Runs statements in one transaction, which is rolled back if `body` returns nil or throws.
    func transaction<Result>(_ kind: Transaction, _ body: () throws -> Result?) throws -> Result? {
        try run(kind.rawValue)
        do {
            let result = try body()
            try run(result == nil ? "ROLLBACK" : "COMMIT")
            return result
        } catch {
            // After some failures SQLite has already rolled back.
            if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
            throw error
        }
    }

    /// Runs statements that see one state.
    func read<Result>(_ body: (SQLiteDatabase) throws -> Result) throws -> Result {
        let result: Result? = try transaction(.deferred) { try body(self) }
        guard let result else { throw DamagedLedger() }
        return result
    }

    /// Copies all pages, in one consistent state, into the existing, empty file `path`.
    func copy(to path: String) throws(SQLiteFailure) {
        let target = try SQLiteDatabase(path, .readWrite)
        // No other program uses it; the caller synchronises it.
        try target.run("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw SQLiteFailure(target.handle, sqlite3_extended_errcode(target.handle))
        }
        let code = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw SQLiteFailure(target.handle, code) }
    }

    // MARK: What is known of the file

    /// Whether it was opened for reading only, whatever was asked for.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") != 0 }

    /// Whether its file was renamed or removed since it was opened.
    var hasMoved: Bool {
        var hasMoved: Int32 = 0
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        return hasMoved != 0
    }

    /// Lets the files beside it stay, empty, when the last writer closes it.
    func keepWAL() {
        var isPersistent: Int32 = 1
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &isPersistent)
    }

    /// Lets the WAL stay as it is when this connection is closed.
    func leaveWAL() { _ = maildir_bounce_sqlite_leaves_wal(handle) }

    /// Some bytes of the file as they are on the disk, without what is in the WAL, through SQLite's own descriptor: closing
    /// another one would release its locks (fcntl(2)). Nil if they cannot be read; missing bytes are zero.
    func bytesOnDisk(_ count: Int, at offset: Int64) -> [UInt8]? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let file, let read = file.pointee.pMethods?.pointee.xRead
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        let code = read(file, &bytes, Int32(count), offset)
        return code == SQLITE_OK || code == SQLiteDatabase.shortRead ? bytes : nil
    }

    /// SQLITE_IOERR_SHORT_READ, a macro that Swift does not see.
    private static let shortRead = SQLITE_IOERR | 2 << 8

    // MARK: What was changed

    /// How many rows the last statement has changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// The number of the row that was inserted last.
    var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Records in a journal, or no longer in any, which rows are changed from now on.
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

    /// The version of the tables in it.
    func version() throws -> Int64 { try SQLiteConnection(self).integer("PRAGMA user_version") ?? 0 }
}

/// A database and its statements, used by one thread at a time.
final class LockedDatabase: @unchecked Sendable {
    // Used under the lock only.
    private let database: SQLiteDatabase
    private let lock = Mutex(())

    init(_ database: sending SQLiteDatabase) { self.database = database }

    /// Calls `body` with the database locked. `body` must not call this again.
    func use<Result>(_ body: (SQLiteDatabase) throws -> Result) throws -> Result {
        var result: Result?
        try lock.withLock { _ in result = try body(database) }
        guard let result else { throw DamagedLedger() }
        return result
    }
}

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
