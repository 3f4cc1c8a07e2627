import Bytes
import Glibc

/// Checks of a ledger's file before SQLite opens it.
enum LedgerFile {
    /// The mode of a new ledger, minus the umask: it holds people's addresses.
    static let mode: mode_t = 0o640

    enum Kind: Equatable {
        case missing, regular(size: Int64), folder, other
    }

    static func kind(_ path: String) throws(LedgerError) -> Kind {
        var status = stat()
        if stat(path, &status) != 0 {
            switch errno {
            case ENOENT: return .missing
            case let code: throw failure(path, code)
            }
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular(size: Int64(status.st_size))
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// The file that a path leads to: itself, or what a symbolic link names, even if nothing is there yet.
    ///
    /// SQLite keeps its files next to that one.
    static func target(_ path: String) -> String {
        var path = path
        var status = stat()
        // As many links as the kernel follows.
        for _ in 0..<40 {
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { break }
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(path, &buffer, buffer.count)
            guard count > 0, count < buffer.count else { break }
            let link = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            path = link.hasPrefix("/") ? link : folder(of: path) + "/" + link
        }
        return path
    }

    /// The path in a form that SQLite always takes as a path, such as for a file named `:memory:`.
    static func named(_ path: String) -> String { path.hasPrefix("/") ? path : "./" + path }

    /// A file that SQLite keeps next to the ledger.
    static func companion(_ path: String, _ suffix: String) -> String { target(path) + suffix }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Refuses a ledger that this user may not write, before SQLite creates its files next to it with the ledger's mode
    /// and leaves them there. The folder must be writable too, for these files.
    static func checkWritable(_ path: String) throws(LedgerError) {
        if faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0 {
            throw failure(path, errno, writing: true)
        }
        if faccessat(AT_FDCWD, folder(of: target(path)), W_OK | X_OK, AT_EACCESS) != 0 {
            throw LedgerError(
                .cannotWrite,
                "cannot write in the folder of the ledger \(path): \(systemMessage(errno)); "
                    + "give this user the right, SQLite keeps files next to the ledger")
        }
    }

    static func failure(_ path: String, _ code: Int32, writing: Bool = false) -> LedgerError {
        let reason = systemMessage(code)
        switch code {
        case EACCES, EPERM:
            return LedgerError(
                writing ? .cannotWrite : .cannotOpen,
                "cannot \(writing ? "make or write" : "read") the ledger \(path): \(reason); "
                    + "run as its owner or give this user the right")
        case EROFS:
            return LedgerError(
                .cannotWrite, "cannot write the ledger \(path): \(reason); put it on a file system that can be written")
        case ENOSPC, EDQUOT:
            return full(path)
        case EFBIG:
            return tooLarge(path)
        case EIO:
            return LedgerError(.inputOutput, "cannot use the ledger \(path): \(reason); check the disk")
        default:
            return LedgerError(
                writing ? .cannotWrite : .cannotOpen, "cannot open the ledger \(path): \(reason); check the path")
        }
    }

    // MARK: What is not a ledger, or not a whole one

    static func empty(_ path: String) -> LedgerError {
        LedgerError(
            .inputOutput,
            "the ledger \(path) is empty, as a full disk or a copy that failed leaves it; restore it from a backup, or, if "
                + "there never was anything in it, remove it and scan again")
    }

    static func damaged(_ path: String, _ what: String) -> LedgerError {
        LedgerError(.inputOutput, "the ledger \(path) is damaged: \(what); restore it from a backup")
    }

    static func noDatabase(_ path: String) -> LedgerError {
        LedgerError(
            .inputOutput, "\(path) is not a ledger, nor any SQLite database; nothing was changed, check the path")
    }

    static func foreign(_ path: String) -> LedgerError {
        LedgerError(
            .inputOutput, "\(path) is the database of another program; nothing was changed, check the path")
    }

    static func full(_ path: String) -> LedgerError {
        LedgerError(.tryAgain, "no room for the ledger \(path): the disk is full; nothing was changed, make room")
    }

    /// The error for a limit on the size of files (ulimit -f, getrlimit(2)).
    static func tooLarge(_ path: String) -> LedgerError {
        LedgerError(
            .tryAgain,
            "no room for the ledger \(path): this process may write no larger files; nothing was changed, raise the limit "
                + "(ulimit -f)")
    }

    /// Whether the size of files that this process writes is limited.
    static var isSizeLimited: Bool {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 && limit.rlim_cur != rlim_t.max
    }

    /// Whether the ledger's file system has no block, or no inode, left for this user.
    static func isDiskFull(_ path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 || statvfs(folder(of: path), &status) == 0 else { return false }
        // No inodes at all: a file system that allocates them dynamically.
        return status.f_bavail == 0 || (status.f_files > 0 && status.f_favail == 0)
    }

    /// The size of a file next to the ledger, `nil` if there is none.
    static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }
}
