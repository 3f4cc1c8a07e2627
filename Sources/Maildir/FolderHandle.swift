import Bytes
import Glibc
import Synchronization

/// An open folder. Messages are accessed through its descriptor and names: no path is built for each message, and a
/// folder that is renamed during a run is still the same folder.
final class FolderHandle: Sendable {
    let descriptor: Int32
    /// For error messages only.
    let path: String
    /// Whether names were added or removed here since the last ``sync()``.
    private let isTouched = Atomic<Bool>(false)
    private let areFilesOurs = Atomic<Bool>(true)

    /// Whether files are opened with O_NOATIME; false after a file of another user (open(2)).
    var mayKeepAccessTimes: Bool {
        get { areFilesOurs.load(ordering: .relaxed) }
        set { areFilesOurs.store(newValue, ordering: .relaxed) }
    }

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Opens the folder `name` in `parent`, or the folder at the path `name` if there is no parent. A symbolic link in
    /// a parent's folder is not followed, so that others who may write there cannot redirect us.
    static func open(_ name: String, in parent: FolderHandle?) -> Result<FolderHandle, FolderOpeningFailure> {
        let path = parent.map { $0.path + "/" + name } ?? name
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (parent == nil ? 0 : O_NOFOLLOW)
        let answer = systemCall { openat(parent?.descriptor ?? AT_FDCWD, name, flags) }
        if answer.error != 0 { return .failure(FolderOpeningFailure(path: path, errorNumber: answer.error)) }
        return .success(FolderHandle(descriptor: answer.value, path: path))
    }

    /// Records that ``sync()`` has something to do.
    func touch() {
        isTouched.store(true, ordering: .releasing)
    }

    /// fsync(2) of the folder, if names in it were added or removed since the last time.
    func sync() throws(MaildirError) {
        guard isTouched.exchange(false, ordering: .acquiringAndReleasing) else { return }
        let answer = systemCall { fsync(descriptor) }
        // EINVAL: a file system without fsync for folders (some FUSE and CIFS ones).
        if answer.error != 0 && answer.error != EINVAL {
            touch()
            throw MaildirError(.sync, path, errorNumber: answer.error)
        }
    }

    /// What is under a name, without following it; `nil` if there is nothing, or stat(2) fails.
    func status(of name: MessageName) -> stat? {
        var status = stat()
        let answer = name.withCString { name in
            systemCall { fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) }
        }
        return answer.error == 0 ? status : nil
    }

    /// Whether both are the same folder, whatever the paths they were opened by.
    func isSame(as other: FolderHandle) -> Bool {
        var mine = stat()
        var others = stat()
        guard fstat(descriptor, &mine) == 0, fstat(other.descriptor, &others) == 0 else { return false }
        return mine.st_dev == others.st_dev && mine.st_ino == others.st_ino
    }

    /// Throws where this user may not add and remove names here.
    func checkWritable() throws(SystemError) {
        try systemCall { faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS) }.get()
    }

    /// Removes a name, if it is there.
    func unlink(_ name: MessageName) throws(SystemError) {
        let answer = name.withCString { name in systemCall { unlinkat(descriptor, name, 0) } }
        touch()
        if answer.error != ENOENT { try answer.get() }
    }
}

/// Gives a file or folder that root just created to the owner of its folder, so that that user can write it. Failure to
/// do so is ignored.
///
/// - Parameters:
///   - descriptor: what was created; a descriptor cannot be redirected by a link.
///   - folder: the descriptor of its folder.
package func giveToOwner(ofFolder folder: Int32, _ descriptor: Int32) {
    var status = stat()
    guard geteuid() == 0, fstat(folder, &status) == 0 else { return }
    _ = fchown(descriptor, status.st_uid, status.st_gid)
}

/// Why a folder could not be opened; the caller knows what that means.
struct FolderOpeningFailure: Error {
    let path: String
    let errorNumber: Int32
}
