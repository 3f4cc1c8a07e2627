import CSQLite
import Glibc

extension LedgerError {
    /// What a failure of SQLite means for the ledger at `path`.
    package init(_ error: any Error, path: String, busySeconds: Int) {
        switch error {
        case let error as LedgerError: self = error
        case let error as SQLiteFailure:
            self.init(
                code: error.code, message: error.message, systemError: error.systemError, path: path,
                busySeconds: busySeconds)
        case is DamagedLedger:
            self = LedgerFile.damaged(path, "a row cannot be read, or its index does not lead to it")
        default:
            self.init(.inputOutput, "cannot use the ledger \(path): \(error)")
        }
    }

    private init(code: Int32, message: String, systemError: Int32, path: String, busySeconds: Int) {
        if systemError == ENOSPC || systemError == EDQUOT {
            self = LedgerFile.full(path)
            return
        }
        switch code & 0xFF {
        case SQLITE_FULL: self = LedgerFile.full(path)
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(
                .tryAgain,
                "the ledger \(path) has been locked by another program for \(busySeconds) s; "
                    + "nothing was changed, try again", isBusy: true)
        case SQLITE_PROTOCOL:
            self.init(
                .tryAgain,
                "the ledger \(path) was left by a program that was killed while it wrote; the next scan, or another command "
                    + "that writes, puts it right")
        case SQLITE_NOTADB: self = LedgerFile.noDatabase(path)
        case SQLITE_CORRUPT: self = LedgerFile.damaged(path, message)
        case SQLITE_READONLY:
            self.init(
                .cannotWrite,
                "cannot write the ledger \(path) or its folder; run as the owner or give this user the right"
            )
        case SQLITE_CANTOPEN where LedgerFile.isDiskFull(path): self = LedgerFile.full(path)
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            self.init(
                .cannotOpen,
                "cannot open the ledger \(path) (\(message)); check the path and the rights on the file and its folder")
        // A full disk is not always reported as SQLITE_FULL; for the files next to the ledger it is an I/O error.
        case SQLITE_IOERR where LedgerFile.isDiskFull(path): self = LedgerFile.full(path)
        case SQLITE_IOERR where systemError == EFBIG || (code != Self.readError && LedgerFile.isSizeLimited):
            self = LedgerFile.tooLarge(path)
        case SQLITE_IOERR:
            self.init(
                .inputOutput,
                "cannot read or write the ledger \(path) (\(message)); check the disk, nothing was changed")
        case SQLITE_NOMEM:
            self.init(.tryAgain, "not enough memory for the ledger \(path); nothing was changed, try again")
        default:
            self.init(.inputOutput, "cannot use the ledger \(path): \(message) (SQLite code \(code))")
        }
    }

    /// SQLITE_IOERR_READ (sqlite3.h), whose macro Swift does not import.
    private static let readError = SQLITE_IOERR | 1 << 8
}
