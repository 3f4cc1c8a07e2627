import Bytes
import CRenameat2
import Glibc

/// Creates a ledger's file, completely or not at all.
///
/// It is built under another name in the same folder, synchronised to disk, and then renamed, unless another program
/// was faster. A program that is killed in between leaves a file under the other name, which does no harm.
enum NewLedgerFile {
    /// The prefix of the file's name while it is built; 16 random digits follow.
    static let temporaryPrefix = ".maildir-bounce-new."

    /// The two bytes of the header that say that a database is kept in WAL mode, and their value (section 1.3.3 of the file
    /// format). SQLite itself would make two files next to it to write them.
    private static let modeOffset: off_t = 18
    private static let walMode: [UInt8] = [2, 2]

    /// Creates the ledger `path`, which does not exist; another program may do so at the same time.
    static func make(_ path: String) throws(LedgerError) {
        let target = LedgerFile.target(path)
        try checkNothingIsLeft(of: target)
        try make(path, at: target) { (temporary) throws(LedgerError) in try build(temporary, path: path) }
    }

    /// The suffix of the copy of a ledger of version 0.1.0.
    static let copySuffix = ".before-0.2.0"

    /// Makes a copy of a ledger in its folder before its tables change, unless there already is one or the ledger is
    /// empty.
    static func keepCopy(of database: SQLiteDatabase, path: String) throws {
        let connection = SQLiteConnection(database)
        let tables = ["delivery", "address"]
        if try tables.allSatisfy({ try connection.integer("SELECT 1 FROM \($0) LIMIT 1") == nil }) { return }
        let target = LedgerFile.target(path) + copySuffix
        if LedgerFile.size(target) != nil { return }
        try make(path, at: target) { (temporary) throws(LedgerError) in
            do {
                try database.copy(to: LedgerFile.named(temporary))
            } catch {
                throw LedgerError(error, path: target, busySeconds: 0)
            }
        }
    }

    /// Creates a file, which `build` fills under another name, unless the name already exists.
    private static func make(
        _ path: String, at target: String, _ build: (String) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let folder = LedgerFile.folder(of: target)
        var generator = SystemRandomNumberGenerator()
        let temporary = folder + "/" + temporaryPrefix + LedgerIdentity.randomDigits(&generator)
        let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, LedgerFile.mode)
        guard descriptor >= 0 else {
            if errno == ENOENT {
                throw LedgerError(
                    .cannotWrite, "cannot make the ledger \(path): its folder does not exist; make it first")
            }
            throw LedgerFile.failure(path, errno, writing: true)
        }
        defer {
            unlink(temporary)
            close(descriptor)
        }
        try build(temporary)
        do throws(SystemError) {
            try finish(descriptor, temporary, target, folder: folder)
        } catch {
            if error.code != EEXIST { throw LedgerFile.failure(path, error.code, writing: true) }
        }
    }

    /// If a ledger was removed but not its WAL or journal, these would be applied to the new one.
    private static func checkNothingIsLeft(of target: String) throws(LedgerError) {
        for suffix in ["-wal", "-journal"] where (LedgerFile.size(target + suffix) ?? 0) > 0 {
            // Another program may have created it since, and be using it.
            guard try LedgerFile.kind(target) == .missing else { return }
            throw LedgerError(
                .inputOutput,
                "there is no ledger \(target), but its \(suffix) file is there; put the ledger back to it, or move that file "
                    + "away")
        }
    }

    private static func build(_ temporary: String, path: String) throws(LedgerError) {
        do {
            let database = try SQLiteDatabase(LedgerFile.named(temporary), .readWrite)
            // No other program uses it before it is complete: no file next to it, and one fsync at the end.
            try database.run(
                """
                PRAGMA journal_mode = MEMORY;
                PRAGMA synchronous = OFF;
                PRAGMA temp_store = MEMORY;
                PRAGMA application_id = \(Schema.applicationID);
                """)
            try Schema.migrate(database)
            try database.run(LedgerIdentity.insertion(LedgerIdentity.random()))
        } catch {
            throw LedgerError(error, path: path, busySeconds: 0)
        }
    }

    /// Gives the file its last bytes, its owner and its name. The error is EEXIST where the name is taken.
    private static func finish(
        _ descriptor: Int32, _ temporary: String, _ target: String, folder: String
    ) throws(SystemError) {
        guard pwrite(descriptor, walMode, walMode.count, modeOffset) == walMode.count else { throw SystemError.last }
        var status = stat()
        // The user who scans must be able to write files that root creates in that user's folder.
        if geteuid() == 0, stat(folder, &status) == 0 { _ = fchown(descriptor, status.st_uid, status.st_gid) }
        guard fsync(descriptor) == 0 else { throw SystemError.last }
        if renameat2(AT_FDCWD, temporary, AT_FDCWD, target, MAILDIR_RENAME_NOREPLACE) != 0 {
            let error = SystemError.last
            guard [EINVAL, ENOSYS, EOPNOTSUPP].contains(error.code) else { throw error }
            guard link(temporary, target) == 0 else { throw SystemError.last }
        }
        synchronise(folder)
    }

    /// The name must be on disk before anything in the file counts. If a folder cannot be opened or synchronised, the
    /// next commit synchronises the file.
    private static func synchronise(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
