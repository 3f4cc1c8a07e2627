import Bytes
import Glibc

/// A Maildir: a folder in which each message is a file, new ones in new/, those that were seen in cur/.
///
/// It reads messages without trusting them, and moves them without ever losing one: no file is overwritten, and none is
/// removed unless the same bytes are already on disk at the target. It does not parse mail.
///
/// ```swift
/// let maildir = try Maildir(opening: "/home/bounces/Maildir")
/// for name in try maildir.listNew() {
///     let message = try maildir.read(name, from: .new, maximum: 1 << 20)
///     print(name.printable, message.size)
///     try maildir.move(name, to: .cur(flags: "S"))
/// }
/// try maildir.syncFolders()
/// ```
///
/// A `Maildir` holds three file descriptors, which close with its last copy. All of it may be used from several
/// threads at once. Opening, listing and reading need no permission to write and leave no trace, apart from the
/// access time that the file system may keep.
public struct Maildir: Sendable {
    /// Where a message can be.
    public enum Folder: String, Sendable, CaseIterable {
        /// Delivered, and not yet looked at.
        case new
        /// Seen by a mail reader, or by us.
        case cur
    }

    /// The path as it was given, for messages.
    public let path: String

    /// The absolute path without symbolic links, which identifies the Maildir in all runs, whatever path the caller
    /// gave. If it is not valid UTF-8, invalid bytes are written as `\xNN`.
    public let identity: String

    let root: FolderHandle
    let new: FolderHandle
    let cur: FolderHandle
    let renaming: RenameMethod
    let archivedNames = ArchivedNames()

    /// Opens a Maildir that exists. Its new/ and cur/ must be real folders; tmp/ is opened only when something is
    /// written, so that a Maildir without one can be read.
    ///
    /// - Throws: ``MaildirError`` of the category `noSuchMaildir` if nothing is there, if it is not a folder, or if
    ///   new/ or cur/ is missing; `permission`; `tryAgain`.
    public init(opening path: String) throws(MaildirError) {
        try self.init(opening: path, renaming: .renameat2)
    }

    init(opening path: String, renaming: RenameMethod) throws(MaildirError) {
        guard let resolved = realpath(path, nil) else { throw Self.openingError(path, errno) }
        defer { free(resolved) }
        let bytes = [UInt8](UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        identity = String(validating: bytes, as: UTF8.self) ?? escapedForTerminal(bytes)
        self.path = path
        self.renaming = renaming
        do {
            root = try FolderHandle.open(path, in: nil).get()
        } catch {
            throw Self.openingError(path, error.errorNumber)
        }
        new = try Self.openPart("new", of: root)
        cur = try Self.openPart("cur", of: root)
    }

    func handle(_ folder: Folder) -> FolderHandle {
        switch folder {
        case .new: new
        case .cur: cur
        }
    }

    /// tmp/, where a file is written before it gets its name in new/ or cur/.
    func openTmp(for operation: MaildirError.Operation) throws(MaildirError) -> FolderHandle {
        do {
            return try FolderHandle.open("tmp", in: root).get()
        } catch {
            throw MaildirError(operation, error.path, errorNumber: error.errorNumber)
        }
    }

    /// Makes moves and deliveries since the last call durable: fsync(2) of cur/, then of new/, each only if it was
    /// touched. Call it once per batch; until then a power cut can bring moved messages back to new/, from where the
    /// next run moves them again, but it can lose none.
    ///
    /// cur/ comes first, since on a file system that does not write a rename atomically the new name must be on disk
    /// before the old one is removed. For the same reason call ``Archive/syncFolders()`` before this.
    public func syncFolders() throws(MaildirError) {
        try cur.sync()
        try new.sync()
    }

    private static func openPart(_ name: String, of root: FolderHandle) throws(MaildirError) -> FolderHandle {
        do {
            return try FolderHandle.open(name, in: root).get()
        } catch {
            let reason: String? =
                switch error.errorNumber {
                case ENOENT: "it has no \(name)/, so it is no Maildir"
                case ENOTDIR, ELOOP: "its \(name) is no folder of its own, so it is no Maildir"
                default: nil
                }
            if let reason {
                throw MaildirError(
                    .open, root.path, category: .noSuchMaildir, errorNumber: error.errorNumber, reason: reason)
            }
            throw MaildirError(.open, error.path, errorNumber: error.errorNumber)
        }
    }

    private static func openingError(_ path: String, _ errorNumber: Int32) -> MaildirError {
        switch errorNumber {
        case ENOENT:
            MaildirError(
                .open, path, category: .noSuchMaildir, errorNumber: errorNumber, reason: "there is no such folder")
        case ENOTDIR:
            MaildirError(
                .open, path, category: .noSuchMaildir, errorNumber: errorNumber, reason: "it is not a folder")
        default:
            MaildirError(.open, path, errorNumber: errorNumber)
        }
    }
}
