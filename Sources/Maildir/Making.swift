import Bytes
import Glibc

extension Maildir {
    /// Opens the Maildir at `path`, and first creates missing folders: the Maildir itself, cur/, new/ and tmp/, with
    /// mode 0700 minus the umask. Its parent must exist.
    ///
    /// Created folders and their parents are fsynced, so that no message can end up in a folder that a power cut
    /// removes.
    ///
    /// - Throws: ``MaildirError`` of the category `cannotWrite`, `permission`, `tryAgain`, or as ``init(opening:)``.
    public static func make(at path: String) throws(MaildirError) -> Maildir {
        let root = try makeFolder(path, in: nil)
        for name in ["cur", "new", "tmp"] {
            _ = try makeFolder(name, in: root)
        }
        try root.sync()
        return try Maildir(opening: path)
    }

    /// Opens a folder, and makes it if it is missing; if root makes it, it gets its parent's owner. The parent is then
    /// touched, or, without a parent, fsynced.
    static func makeFolder(_ name: String, in parent: FolderHandle?) throws(MaildirError) -> FolderHandle {
        let made = systemCall { mkdirat(parent?.descriptor ?? AT_FDCWD, name, 0o700) }
        let folder: FolderHandle
        do {
            folder = try FolderHandle.open(name, in: parent).get()
        } catch {
            // If mkdir(2) failed for another reason than EEXIST, that is the reason to report.
            let cause = made.error == 0 || made.error == EEXIST ? error.errorNumber : made.error
            throw MaildirError(.make, error.path, errorNumber: cause)
        }
        guard made.error == 0 else { return folder }
        if let parent {
            giveToOwner(ofFolder: parent.descriptor, folder.descriptor)
            parent.touch()
        } else if case .success(let above) = FolderHandle.open("..", in: folder) {
            giveToOwner(ofFolder: above.descriptor, folder.descriptor)
            // A parent that we may write but not read cannot be opened, and so cannot be synchronised.
            above.touch()
            try above.sync()
        }
        return folder
    }
}
