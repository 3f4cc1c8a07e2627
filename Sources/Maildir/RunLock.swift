import Bytes
import Glibc

/// The right to be the only run on a Maildir: an exclusive flock(2) on the Maildir's folder itself, so that nothing is
/// written and a user who may only read can take it too. The kernel releases it when the process ends, however it ends.
///
/// If the file system cannot lock a folder (NFS, which requires a descriptor open for writing; some FUSE and CIFS
/// ones), a file `.maildir-bounce.lock` in the Maildir is locked instead. It is not removed: otherwise two runs could
/// lock two files of the same name.
///
/// ```swift
/// guard let lock = try RunLock.tryAcquire(on: maildir) else { return }
/// defer { lock.release() }
/// ```
public struct RunLock: Sendable {
    /// The file that is locked if the folder cannot be.
    public static let fileName = ".maildir-bounce.lock"

    private let descriptor: OwnedDescriptor

    /// Takes the lock, without waiting; `nil` if somebody else holds it, in this process or in another.
    ///
    /// - Throws: ``MaildirError`` if the lock cannot be tested.
    public static func tryAcquire(on maildir: Maildir) throws(MaildirError) -> RunLock? {
        try tryAcquire(on: maildir, lockingFolder: true)
    }

    static func tryAcquire(on maildir: Maildir, lockingFolder: Bool) throws(MaildirError) -> RunLock? {
        if lockingFolder {
            // A separate descriptor: the lock belongs to the open file, and has to end with this value, not with the
            // Maildir.
            let folder = try open(".", O_RDONLY | O_DIRECTORY, in: maildir)
            do throws(SystemError) {
                return try lock(folder)
            } catch {
                switch error.code {
                case EBADF, ENOLCK, EINVAL, EOPNOTSUPP, ENOSYS: break
                case let code: throw MaildirError(.lock, maildir.path, errorNumber: code)
                }
            }
        }
        // O_NONBLOCK: a FIFO of that name must not make it wait.
        let file = try open(fileName, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, in: maildir)
        giveToOwner(ofFolder: maildir.root.descriptor, file.number)
        do throws(SystemError) {
            return try lock(file)
        } catch {
            throw MaildirError(.lock, maildir.path + "/" + fileName, errorNumber: error.code)
        }
    }

    /// Releases the lock. It is also released with the last copy of this value, but that may be too early: Swift ends a
    /// value's lifetime after its last use. So call this at the end, with `defer`.
    public func release() {
        _ = flock(descriptor.number, LOCK_UN)
    }

    /// Locks what was opened; nil if somebody else holds the lock.
    private static func lock(_ descriptor: OwnedDescriptor) throws(SystemError) -> RunLock? {
        let answer = systemCall { flock(descriptor.number, LOCK_EX | LOCK_NB) }
        if answer.error == EWOULDBLOCK { return nil }
        try answer.get()
        return RunLock(descriptor: descriptor)
    }

    private static func open(_ name: String, _ flags: Int32, in maildir: Maildir) throws(MaildirError)
        -> OwnedDescriptor
    {
        let answer = systemCall { openat(maildir.root.descriptor, name, flags | O_CLOEXEC, 0o600) }
        if answer.error != 0 { throw MaildirError(.lock, maildir.path + "/" + name, errorNumber: answer.error) }
        return OwnedDescriptor(number: answer.value)
    }
}

/// A file descriptor that closes with its last owner.
private final class OwnedDescriptor: Sendable {
    let number: Int32

    init(number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }
}
