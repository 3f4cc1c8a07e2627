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

    let handle: OpaquePointer

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
