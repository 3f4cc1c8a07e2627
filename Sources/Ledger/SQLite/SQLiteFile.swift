import CSQLite
import Glibc

/// A ledger's file, or a ledger in memory, that is read and written.
final class SQLiteFile: SQLiteEngine {
    /// SQLite's page cache, in KiB: 8 MiB. Writing 1,300,000 reports about 505,578 addresses in batches of 1,000 adds
    /// 11.2 MiB to a process at its peak (make simulate-week); a scan needs more on its own.
    static let cacheKibibytes = 8_192
    /// The number of WAL pages at which SQLite checkpoints: 64 MiB. A page that several batches change is moved once.
    static let checkpointPages = 16_384

    let path: String
    let busySeconds: Int
    private let database: LockedDatabase
    /// Nil for a ledger in memory.
    private let place: LedgerPlace?

    init(path: String, durability: LedgerStore.Durability, makes: Bool, busySeconds: Int) throws(LedgerError) {
        switch try LedgerFile.kind(path) {
        case .missing where !makes:
            throw LedgerError(
                .cannotOpen, "there is no ledger \(path); a scan or an import makes it, or check the path",
                isMissing: true)
        case .missing: try NewLedgerFile.make(path)
        case .regular(size: 0): throw LedgerFile.empty(path)
        case .regular: try LedgerFile.checkWritable(path)
        case .folder: throw LedgerError(.cannotWrite, "the ledger \(path) is a folder; name a file")
        case .other:
            throw LedgerError(.cannotWrite, "the ledger \(path) is a device, pipe or socket; name a regular file")
        }
        self.path = path
        self.busySeconds = busySeconds
        let database = LockedDatabase(
            try SQLiteFile.open(path, durability: durability, busySeconds: busySeconds))
        self.database = database
        do {
            place = try database.use { try $0.read { try LedgerPlace(path, $0) } }
        } catch {
            throw LedgerError(error, path: path, busySeconds: busySeconds)
        }
    }

    /// An empty ledger in memory.
    init() throws(LedgerError) {
        path = "(memory)"
        busySeconds = 0
        place = nil
        do {
            let database = try SQLiteDatabase(":memory:", .inMemory)
            try database.run("PRAGMA temp_store = MEMORY")
            try Schema.migrate(database)
            self.database = LockedDatabase(database)
        } catch {
            throw LedgerError(error, path: "(memory)", busySeconds: 0)
        }
    }

    /// Opens the file, and creates or migrates its tables.
    ///
    /// Two programs that do this at once each read, then write. SQLite cannot let both wait, since that would be a
    /// deadlock, but refuses one of them at once; that one has to start over.
    private static func open(
        _ path: String, durability: LedgerStore.Durability, busySeconds: Int
    ) throws(LedgerError) -> SQLiteDatabase {
        let start = ContinuousClock.now
        while true {
            do {
                return try openOnce(path, durability: durability, busySeconds: busySeconds)
            } catch {
                guard error.isBusy, start.duration(to: .now) < .seconds(busySeconds) else { throw error }
                usleep(reopeningPause)
            }
        }
    }

    /// How long a program that was refused waits before it starts over, in microseconds.
    private static let reopeningPause: UInt32 = 20_000

    private static func openOnce(
        _ path: String, durability: LedgerStore.Durability, busySeconds: Int
    ) throws(LedgerError) -> SQLiteDatabase {
        do {
            let database = try SQLiteDatabase(LedgerFile.named(path), .readWrite, busySeconds: busySeconds)
            try WholeLedger.check(database, path: path)
            let version = try checkIdentity(database, path: path)
            if database.isReadOnly {
                throw LedgerFile.failure(path, EACCES, writing: true)
            }
            // Without WAL no other program could read while a scan writes.
            let mode = try SQLiteConnection(database).prepare("PRAGMA journal_mode = WAL")
            guard try mode.step(), mode.text(0) == "wal" else {
                throw LedgerError(
                    .cannotWrite,
                    "the file system of the ledger \(path) has no shared memory for SQLite's WAL; "
                        + "put the ledger on a local disk")
            }
            mode.reset()
            // The empty files stay when the last writer closes, owned by it: a reader without write permission in the
            // folder needs them, and one with permission would create them under its own user and lock out the next
            // writer.
            database.keepWAL()
            try database.run(
                """
                PRAGMA journal_size_limit = 0;
                PRAGMA synchronous = \(durability.rawValue);
                PRAGMA cache_size = -\(cacheKibibytes);
                PRAGMA wal_autocheckpoint = \(checkpointPages);
                PRAGMA temp_store = MEMORY;
                PRAGMA secure_delete = ON;
                """)
            if version < Schema.version { try NewLedgerFile.keepCopy(of: database, path: path) }
            try Schema.migrate(database)
            return database
        } catch {
            throw openingError(error, path: path, busySeconds: busySeconds)
        }
    }

    /// If a path cannot be opened for writing, the cause is permissions or the folder.
    private static func openingError(_ error: any Error, path: String, busySeconds: Int) -> LedgerError {
        let translated = LedgerError(error, path: path, busySeconds: busySeconds)
        let code = (error as? SQLiteFailure)?.code ?? SQLITE_OK
        if code & 0xFF == SQLITE_CANTOPEN, translated.category != .tryAgain {
            return LedgerError(.cannotWrite, translated.description)
        }
        return translated
    }

    /// Refuses another program's database, a ledger of a later version, and one that has lost its version or its
    /// tables. Returns the version.
    static func checkIdentity(_ database: SQLiteDatabase, path: String) throws -> Int64 {
        let connection = SQLiteConnection(database)
        // In one read transaction: another program may be migrating the ledger.
        let (application, version, tables) = try database.read { _ in
            (
                try connection.integer("PRAGMA application_id") ?? 0,
                try connection.integer("PRAGMA user_version") ?? 0, try connection.integer(tableCount) ?? 0
            )
        }
        guard application == Schema.applicationID else { throw LedgerFile.foreign(path) }
        if version > Schema.version {
            throw LedgerError(
                .cannotOpen,
                "the ledger \(path) has version \(version) and was written by a later maildir-bounce, this one knows "
                    + "version \(Schema.version); update this program")
        }
        guard version > 0 else { throw LedgerFile.damaged(path, "it says no version") }
        // An earlier version had fewer.
        guard version < Schema.version || tables == LedgerTable.all.count else {
            throw LedgerFile.damaged(path, "\(LedgerTable.all.count - Int(tables)) of its tables are not there")
        }
        return version
    }

    private static let tableCount =
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ("
        + LedgerTable.all.map { "'\($0.name)'" }.joined(separator: ", ") + ")"

    // MARK: Statements

    func write<Result>(_ body: (any Connection) throws -> Result?) throws(LedgerError) -> Result? {
        try writeHere { try body($0) }
    }

    func writeHere<Result>(_ body: (SQLiteConnection) throws -> Result?) throws(LedgerError) -> Result? {
        do {
            return try database.use { database in
                let result: Result?
                do {
                    result = try database.transaction(.immediate) {
                        try body(try database.knownTerms.connection(database))
                    }
                } catch {
                    database.knownTerms.cache.removeAll()
                    throw error
                }
                if result != nil {
                    try checkPlace(database)
                } else {
                    // After a rollback the cached terms are invalid.
                    database.knownTerms.cache.removeAll()
                }
                return result
            }
        } catch {
            throw self.error(error)
        }
    }

    /// Checks that the commit went to the ledger, and not to a file that was moved or deleted.
    private func checkPlace(_ database: SQLiteDatabase) throws {
        guard let place else { return }
        do {
            try place.check()
        } catch {
            // Everything goes into the file that was moved away, which is complete then, and the WAL is emptied: its
            // pages must not be used for the ledger that is there now. SQLite itself would leave them.
            try? database.run("PRAGMA wal_checkpoint(TRUNCATE)")
            throw error
        }
        do {
            try place.checkContents(database)
        } catch {
            // A truncated file with some of the pages would look complete.
            database.leaveWAL()
            throw error
        }
    }

    func read<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result {
        do {
            return try database.use { try $0.read { try body(try $0.knownTerms.connection($0)) } }
        } catch {
            throw self.error(error)
        }
    }

    func reader() throws(LedgerError) -> any LedgerEngine { try ReadOnlyFile(path: path, busySeconds: busySeconds) }

    /// Moves the WAL into the ledger and empties it. Returns whether that was done.
    func checkpoint() throws(LedgerError) -> Bool {
        do {
            return try database.use { try SQLiteFile.checkpoint(SQLiteConnection($0)) }
        } catch {
            throw self.error(error)
        }
    }

    private static func checkpoint(_ connection: any Connection) throws -> Bool {
        // The first column of the answer: whether another program prevented completion.
        try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") == 0
    }

    func erase(remainsOf addresses: [String]) throws(LedgerError) -> Bool {
        // In memory there is no file.
        guard LedgerFile.size(path) != nil else { return true }
        do {
            guard try ErasedBytes(addresses).areIn(file: path) else { return true }
            return try database.use { database in
                let connection = SQLiteConnection(database)
                return try rewrite(connection) == nil && SQLiteFile.checkpoint(connection)
            }
        } catch {
            throw self.error(error)
        }
    }

    /// Writes the whole file anew.
    ///
    /// - Returns: what prevented it; `nil` if it was done.
    private func rewrite(_ connection: any Connection) throws -> String? {
        do {
            // SQLite's copy goes to a file: it is as large as the ledger.
            try connection.run("PRAGMA temp_store = FILE")
            defer { try? connection.run("PRAGMA temp_store = MEMORY") }
            try connection.run("VACUUM")
            return nil
        } catch let failure as SQLiteFailure {
            switch failure.code & 0xFF {
            case SQLITE_BUSY, SQLITE_LOCKED: return "another program is writing to the ledger"
            case SQLITE_FULL: return "the disk has no room for a second copy of the ledger"
            default: throw failure
            }
        }
    }

    // MARK: Room

    /// If less than one part in this many is empty, rewriting the file is not worthwhile.
    static let worthyPart: Int64 = 16

    func giveBack() throws(LedgerError) -> LedgerRoom? {
        do {
            return try database.use { try giveBack(SQLiteConnection($0)) }
        } catch {
            throw self.error(error)
        }
    }

    private func giveBack(_ connection: any Connection) throws -> LedgerRoom {
        func pages(_ name: String) throws -> Int64 { try connection.integer("PRAGMA \(name)") ?? 0 }
        let size = try pages("page_size")
        let before = try pages("page_count") * size
        var room = LedgerRoom(before: before, after: before, unused: try pages("freelist_count") * size)
        if room.unused > 0, room.unused >= room.before / SQLiteFile.worthyPart {
            room.obstacle = try rewrite(connection)
        }
        let isMoved = try SQLiteFile.checkpoint(connection)
        if room.obstacle == nil, !isMoved { room.obstacle = "another program is reading the ledger" }
        room.unused = try pages("freelist_count") * size
        room.after = LedgerFile.size(path) ?? room.before
        return room
    }
}

/// The terms known from earlier transactions, valid as long as no other program has written since: it may have removed
/// some and reused their numbers.
final class KnownTerms {
    let cache = TermCache()
    private var version: Int64?

    /// Within a transaction.
    func connection(_ database: SQLiteDatabase) throws -> SQLiteConnection {
        let connection = SQLiteConnection(database, terms: cache)
        let version = try connection.integer("PRAGMA data_version")
        if version != self.version { cache.removeAll() }
        self.version = version
        return connection
    }
}
