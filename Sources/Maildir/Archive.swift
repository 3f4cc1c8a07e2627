import Bytes
import Glibc
import Synchronization

/// A folder of Maildirs, one for each kind of message, each of which a mail reader can open.
///
/// ```swift
/// let archive = Archive(root: "/home/bounces/archive")
/// try maildir.move(name, into: archive.folder(named: "hard-bounce"))
/// try archive.syncFolders()
/// try maildir.syncFolders()
/// ```
///
/// It may be used from several threads at once, and by several processes.
public final class Archive: Sendable {
    /// The path as it was given.
    public let root: String
    private let folders = Mutex<[String: Maildir]>([:])

    /// Does not create or open anything yet.
    public init(root: String) {
        self.root = root
    }

    /// The Maildir ROOT/NAME. If they are missing, ROOT, ROOT/NAME and its cur/, new/ and tmp/ are created, with mode
    /// 0700 minus the umask, and fsynced. The parent of ROOT must exist, so that a mistyped path is noticed.
    ///
    /// - Throws: ``MaildirError`` of the category `cannotWrite`, `permission` or `tryAgain`; `cannotWrite` also if
    ///   `name` cannot be a folder's name: empty, with a slash in it, or starting with a dot.
    public func folder(named name: String) throws(MaildirError) -> Maildir {
        try folders.withLock { (folders) throws(MaildirError) -> Maildir in
            if let folder = folders[name] { return folder }
            guard MessageName(name) != nil else {
                throw MaildirError(
                    .make, root + "/" + name, category: .cannotWrite, reason: "that is no name for a folder")
            }
            _ = try Maildir.makeFolder(root, in: nil)
            let folder = try Maildir.make(at: root + "/" + name)
            folders[name] = folder
            return folder
        }
    }

    /// Whether a path, as ``MaildirError/path`` has it, is the folder ROOT/NAME or in it.
    package func isPath(_ path: String, in name: String) -> Bool {
        let folder = escapedForTerminal(Array((root + "/" + name).utf8))
        return path == folder || path.hasPrefix(folder + "/")
    }

    /// Makes durable what was moved here since the last call: fsync(2) of each folder that was touched. Call it once
    /// per batch, before ``Maildir/syncFolders()`` of the Maildir that the messages came from, so that a message is on
    /// disk here before it is removed there.
    public func syncFolders() throws(MaildirError) {
        let opened = folders.withLock { Array($0.values) }
        for folder in opened {
            try folder.syncFolders()
        }
    }
}
