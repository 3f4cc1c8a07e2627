import Glibc
import Testing

@testable import Maildir

@Suite("The lock on a Maildir", .timeLimit(.minutes(1)))
struct RunLockTests {
    @Test("is for one at a time, in one process too", arguments: [true, false])
    func exclusive(lockingFolder: Bool) throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let other = try Maildir(opening: maildir.path)
        let first = try #require(try RunLock.tryAcquire(on: maildir, lockingFolder: lockingFolder))
        #expect(try RunLock.tryAcquire(on: other, lockingFolder: lockingFolder) == nil)
        #expect(try RunLock.tryAcquire(on: maildir, lockingFolder: lockingFolder) == nil)
        first.release()
        first.release()
        let second = try #require(try RunLock.tryAcquire(on: other, lockingFolder: lockingFolder))
        #expect(try RunLock.tryAcquire(on: maildir, lockingFolder: lockingFolder) == nil)
        second.release()
    }

    @Test("goes with its last copy")
    func scope() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        do {
            _ = try #require(try RunLock.tryAcquire(on: maildir))
        }
        #expect(try RunLock.tryAcquire(on: maildir) != nil)
    }

    @Test("leaves no file behind where the folder can be locked")
    func noTrace() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let lock = try #require(try RunLock.tryAcquire(on: maildir))
        #expect(access("\(maildir.path)/\(RunLock.fileName)", F_OK) != 0)
        lock.release()
    }

    @Test("is kept from us by another process, and from it by us", .enabled(if: flockCommand, "needs flock(1)"))
    func otherProcess() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let holder = try Child(["flock", "--exclusive", maildir.path, "sh", "-c", "echo; cat"])
        #expect(holder.readByte() == UInt8(ascii: "\n"))
        #expect(try RunLock.tryAcquire(on: maildir) == nil)
        #expect(holder.wait() == 0)

        let lock = try #require(try RunLock.tryAcquire(on: maildir))
        let refused = ["flock", "--nonblock", "--conflict-exit-code", "42", maildir.path, "true"]
        #expect(try Child(refused).wait() == 42)
        lock.release()
        #expect(try Child(refused).wait() == 0)
    }

    @Test("as a file is taken only from a real file")
    func lockFile() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let path = "\(maildir.path)/\(RunLock.fileName)"
        let lock = try #require(try RunLock.tryAcquire(on: maildir, lockingFolder: false))
        lock.release()
        var status = stat()
        #expect(lstat(path, &status) == 0)
        #expect(status.st_mode == S_IFREG | 0o600)

        unlink(path)
        try #require(symlink("\(folder.path)/elsewhere", path) == 0)
        #expect(throws: MaildirError.self) { try RunLock.tryAcquire(on: maildir, lockingFolder: false) }
        #expect(access("\(folder.path)/elsewhere", F_OK) != 0)
    }

    private static var flockCommand: Bool {
        (try? Child(["flock", "--version"]).wait()) == 0
    }
}
