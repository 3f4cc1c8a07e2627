import Bytes
import Glibc

/// Why something could not be done with a Maildir: what was tried, on which file, and what the system answered.
public struct MaildirError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a program does about the error.
    public enum Category: Hashable, Sendable {
        /// The path is not a Maildir: nothing is there, it is not a folder, or new/ or cur/ is missing (EX_NOINPUT,
        /// 66).
        case noSuchMaildir
        /// This user may not do that.
        case permission
        /// The message is no longer there: somebody else moved or removed it. Not an error; continue with the next.
        case vanished
        /// The name is not that of a regular file, so it is not a message. Continue with the next.
        case notRegular(FileKind)
        /// The target cannot be written, whatever the message (EX_CANTCREAT, 73).
        case cannotWrite
        /// Anything else that the system refuses (EX_IOERR, 74).
        case ioError
        /// The disk, the file system or the machine is in a state that has to be fixed first: full, over quota,
        /// read-only, failing, stale, out of file descriptors or memory (EX_TEMPFAIL, 75). Stop, and run again later.
        case tryAgain
    }

    /// What was tried; the words follow "cannot" in the description.
    public enum Operation: String, Hashable, Sendable {
        /// Opening the Maildir.
        case open
        /// Listing the names in a folder.
        case list
        /// Reading a message.
        case read
        /// Moving a message, or giving its copy a name.
        case move
        /// Adding or removing names in a folder.
        case change = "change what is in"
        /// Copying a message to another file system.
        case copy
        /// Delivering a message.
        case deliver
        /// Taking the lock.
        case lock
        /// Making a folder.
        case make = "create"
        /// fsync(2) of a folder or a file.
        case sync = "synchronise"
    }

    /// What to do about it.
    public let category: Category
    /// What was tried.
    public let operation: Operation
    /// The file or folder, safe for a terminal.
    public let path: String
    /// The `errno`; 0 if no system call failed.
    public let errorNumber: Int32
    /// Why, in place of what the system says about `errorNumber`.
    private let reason: String?
    /// Whether `path` is a message's, not a folder's.
    private let isAboutMessage: Bool

    init(
        _ operation: Operation, _ path: String, category: Category, errorNumber: Int32 = 0, reason: String? = nil
    ) {
        self.category = category
        self.operation = operation
        self.path = escapedForTerminal(Array(path.utf8))
        self.errorNumber = errorNumber
        self.reason = reason
        isAboutMessage = false
    }

    init(_ operation: Operation, _ path: String, errorNumber: Int32) {
        self.init(
            operation, path, category: Self.category(of: errorNumber, during: operation), errorNumber: errorNumber)
    }

    /// For a message: the path is the folder's and the name's.
    init(_ operation: Operation, _ folder: FolderHandle, _ name: MessageName, errorNumber: Int32) {
        self.init(
            operation, folder, name, category: Self.category(of: errorNumber, during: operation),
            errorNumber: errorNumber)
    }

    init(
        _ operation: Operation, _ folder: FolderHandle, _ name: MessageName, category: Category,
        errorNumber: Int32 = 0, reason: String? = nil
    ) {
        self.category = category
        self.operation = operation
        self.path = escapedForTerminal(Array(folder.path.utf8)) + "/" + name.printable
        self.errorNumber = errorNumber
        self.reason = reason
        isAboutMessage = true
    }

    /// One line: what was tried, what happened, what to do.
    public var description: String {
        var why = reason ?? systemMessage(errorNumber)
        if case .notRegular(let kind) = category { why = "it is \(kind), not a message" }
        return "cannot \(operation.rawValue) \(path): \(why); \(advice)"
    }

    /// Whether it concerns only this message: the others can still be read and moved.
    ///
    /// A file may be immutable, another user's in a sticky folder, a mount point, or have a name that gets too long or that
    /// the target's file system does not take. A folder whose names may not be changed, a full and a failing disk concern
    /// all messages.
    public var isOfOneMessage: Bool {
        switch category {
        case .vanished, .notRegular: true
        case .permission: isAboutMessage && (operation == .move || operation == .read)
        case .cannotWrite: isAboutMessage && operation == .move && errorNumber != ENOENT
        case .tryAgain: isAboutMessage && operation == .move && errorNumber == EBUSY
        case .noSuchMaildir, .ioError: false
        }
    }

    private var advice: String {
        switch category {
        case _ where isAboutMessage && operation == .move && isOfOneMessage && isFailure:
            "it is left where it is; see lsattr and ls -ld, and move it away by hand"
        case .noSuchMaildir: "give the path of a Maildir, the folder that holds cur/, new/ and tmp/"
        case .permission: "run as the owner of the Maildir, or give this user access to it"
        case .vanished: "another program has moved or removed it, so there is nothing to do"
        case .notRegular: "move it out of the Maildir"
        case .cannotWrite: "no message was lost; give another target, or make this one writable"
        case .ioError: "no message was lost; look into the system's log for the cause"
        case .tryAgain:
            switch errorNumber {
            case ENOSPC, EDQUOT: "no message was lost; free some space, then run again"
            case EFBIG: "no message was lost; raise the limit on the size of files (ulimit -f), then run again"
            case EROFS: "no message was lost; mount the file system for writing, then run again"
            case EMFILE, ENFILE, ENOMEM: "no message was lost; raise the limit, or run again when less is going on"
            default: "no message was lost; check the disk or the file server, then run again"
            }
        }
    }

    /// Whether the message still exists and is a regular file.
    private var isFailure: Bool {
        switch category {
        case .vanished, .notRegular: false
        default: true
        }
    }

    private static func category(of errorNumber: Int32, during operation: Operation) -> Category {
        switch errorNumber {
        case ENOSPC, EDQUOT, EFBIG, EIO, EROFS, ESTALE, EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY, ETIMEDOUT, ENOLCK:
            return .tryAgain
        case EACCES, EPERM:
            return .permission
        default:
            break
        }
        switch operation {
        case .open:
            let isPathFault = [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(errorNumber)
            return isPathFault ? .noSuchMaildir : .ioError
        case .read, .list, .sync, .lock:
            return .ioError
        case .move, .change, .copy, .make, .deliver:
            return .cannotWrite
        }
    }
}
