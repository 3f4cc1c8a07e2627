import Glibc

/// The identity of a ledger's files at the time it was opened.
///
/// If another program removes or replaces one, SQLite continues to use the file that it has open, and its commits are
/// lost. So each commit checks afterwards.
struct LedgerPlace {
    private struct File: Equatable {
        var device: UInt64
        var inode: UInt64

        /// Nil if nothing is there.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    /// What SQLite keeps next to the ledger while a writer has it open.
    private static let suffixes = ["-wal", "-shm"]

    private let path: String
    private let target: String
    private let ledger: File?
    private let companions: [File?]
    private let identity: StoredIdentity?

    /// - Throws: `inputOutput` if the ledger was replaced since `database` opened it.
    init(_ path: String, _ database: SQLiteDatabase) throws {
        self.path = path
        target = LedgerFile.target(path)
        let target = self.target
        ledger = File(path)
        companions = Self.suffixes.map { File(target + $0) }
        identity = try StoredIdentity(database)
        if ledger == nil || database.hasMoved { throw replaced }
    }

    /// - Throws: `inputOutput` if the ledger's path is now another file, or missing.
    func check() throws(LedgerError) {
        let target = self.target
        guard File(path) == ledger, Self.suffixes.map({ File(target + $0) }) == companions else { throw replaced }
    }

    /// - Throws: `inputOutput` if the file was truncated, or another one was copied over it.
    func checkContents(_ database: SQLiteDatabase) throws(LedgerError) {
        try WholeLedger.check(database, path: path)
        if identity?.isThere(database, size: LedgerFile.size(target) ?? 0) == false { throw replaced }
    }

    private var replaced: LedgerError {
        LedgerError(
            .inputOutput,
            "the ledger \(path), or a file that SQLite keeps next to it, was removed or replaced during this run: what was "
                + "committed last is not in the file that is there now; put the right ledger there, then run it again"
        )
    }
}
