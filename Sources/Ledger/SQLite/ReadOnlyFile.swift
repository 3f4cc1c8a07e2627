import Bytes
import Glibc
import Synchronization

/// A ledger's file, read without changing a byte of its folder.
///
/// SQLite creates and removes files next to a WAL database even when it only reads, so how to open it depends on what
/// is there:
///
/// - No `-wal` file, or an empty one: nobody has written since the last writer left, and the database file is complete.
///   It is opened `immutable`: no lock, no other file. A writer that starts meanwhile is noticed afterwards, since it
///   leaves a WAL or changes the file, and the read is repeated the other way.
/// - A `-wal` file with content and a `-shm` file: a writer is active, or was killed. It is opened with `readonly_shm`:
///   SQLite reads the shared index, or builds its own in memory if there is no writer, and writes to neither.
/// - A `-wal` file with content and no `-shm`: somebody has copied two files out of three. SQLite could only read this
///   after creating the third, so it is an error.
final class ReadOnlyFile: SQLiteEngine {
    let path: String
    let busySeconds: Int
    private let opened: Mutex<Opened?> = Mutex(nil)

    /// How often a read is repeated because a writer started in between.
    private static let attempts = 5

    private struct Opened: Sendable {
        var database: LockedDatabase
        /// The file's state when it was opened as immutable; nil otherwise.
        var mark: Mark?
    }

    /// The properties of the file that a writer always changes.
    private struct Mark: Equatable, Sendable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
        var hasWAL: Bool
    }

    init(path: String, busySeconds: Int) throws(LedgerError) {
        self.path = LedgerFile.named(path)
        self.busySeconds = busySeconds
        // Problems with the file are reported at once.
        try read { _ in }
    }

    func read<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result {
        var failure = LedgerError(
            .tryAgain, "the ledger \(path) is being changed all the time while it is read; try again")
        for _ in 0..<ReadOnlyFile.attempts {
            let opened = try current()
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(
                    try opened.database.use { try $0.read { try body(SQLiteConnection($0)) } })
            } catch {
                result = .failure(error)
            }
            // A result that was read while the file changed, or an error for that reason, is discarded.
            if let mark = opened.mark, mark != self.mark() {
                self.opened.withLock { $0 = nil }
                continue
            }
            switch result {
            case .success(let value): return value
            case .failure(let error):
                failure = self.error(error)
                throw failure
            }
        }
        throw failure
    }

    func write<Result>(_ body: (any Connection) throws -> Result?) throws(LedgerError) -> Result? {
        throw LedgerError.openedForReading(path)
    }

    func reader() -> any LedgerEngine { self }

    func checkpoint() throws(LedgerError) -> Bool { throw LedgerError.openedForReading(path) }

    func erase(remainsOf addresses: [String]) throws(LedgerError) -> Bool { throw LedgerError.openedForReading(path) }

    func giveBack() throws(LedgerError) -> LedgerRoom? { throw LedgerError.openedForReading(path) }

    private func current() throws(LedgerError) -> Opened {
        // An immutable file that has changed since it was read last must be opened again.
        let known = opened.withLock { $0 }
        if let known, known.mark == nil || known.mark == mark() {
            return known
        }
        let fresh = try open()
        opened.withLock { $0 = fresh }
        return fresh
    }

    private func mark() -> Mark? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Mark(
            inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec,
            hasWAL: (LedgerFile.size(LedgerFile.companion(path, "-wal")) ?? 0) > 0)
    }

    private func open() throws(LedgerError) -> Opened {
        switch try LedgerFile.kind(path) {
        case .missing:
            throw LedgerError(
                .cannotOpen, "there is no ledger \(path); a scan makes it, or check the path", isMissing: true)
        case .folder: throw LedgerError(.cannotOpen, "the ledger \(path) is a folder; name a file")
        case .other:
            throw LedgerError(.cannotOpen, "the ledger \(path) is a device, pipe or socket; name a regular file")
        case .regular(let size):
            // Not open(2): closing a descriptor releases the locks that this process may hold on the file (fcntl(2)).
            if faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 {
                throw LedgerFile.failure(path, errno)
            }
            guard size > 0 else { throw LedgerFile.empty(path) }
            let mark = self.mark()
            if mark?.hasWAL == true {
                if LedgerFile.size(LedgerFile.companion(path, "-shm")) == nil {
                    throw LedgerError(
                        .cannotOpen,
                        "the ledger \(path) has a -wal file without its -shm file and cannot be read without writing; "
                            + "open it once with a command that writes, or copy all three files")
                }
                return Opened(database: try open(query: "mode=ro&readonly_shm=1"), mark: nil)
            }
            return Opened(database: try open(query: "mode=ro&immutable=1"), mark: mark)
        }
    }

    private func open(query: String) throws(LedgerError) -> LockedDatabase {
        do {
            let database = try SQLiteDatabase(
                "file:\(ReadOnlyFile.escaped(path))?\(query)", .readOnlyURI, busySeconds: busySeconds)
            try WholeLedger.check(database, path: path)
            let version = try SQLiteFile.checkIdentity(database, path: path)
            if version < Schema.version {
                throw LedgerError(
                    .cannotOpen,
                    "the ledger \(path) has version \(version) and must be brought to version \(Schema.version) "
                        + "first; a scan does that")
            }
            try database.run("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -\(SQLiteFile.cacheKibibytes)")
            return LockedDatabase(database)
        } catch {
            throw LedgerError(error, path: path, busySeconds: busySeconds)
        }
    }

    /// A path, escaped for a URI.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            byte.isLetterOrDigit || "/.-_".utf8.contains(byte)
                ? String(Unicode.Scalar(byte)) : "%" + hexadecimal(byte, digits: 2, isUpperCase: true)
        }.joined()
    }
}
