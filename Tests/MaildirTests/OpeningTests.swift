import Glibc
import Testing

@testable import Maildir

@Suite("Opening a Maildir")
struct OpeningTests {
    @Test("that is none says in one line what is wrong")
    func noMaildir() throws {
        let folder = try TestFolder()
        mkdir("\(folder.path)/empty", 0o755)
        mkdir("\(folder.path)/half", 0o755)
        mkdir("\(folder.path)/half/new", 0o755)
        mkdir("\(folder.path)/linked", 0o755)
        mkdir("\(folder.path)/linked/cur", 0o755)
        symlink("cur", "\(folder.path)/linked/new")
        symlink("self", "\(folder.path)/self")
        close(open("\(folder.path)/file", O_CREAT | O_WRONLY, 0o644))
        let cases = [
            ("absent", "no such folder"), ("file", "not a folder"), ("file/below", "not a folder"),
            ("empty", "no new/"), ("half", "no cur/"), ("linked", "its new is no folder of its own"),
            ("self", "symbolic links"), (String(repeating: "x", count: 300), "too long"), ("a\nb", "no such folder"),
        ]
        for (name, reason) in cases {
            let error = #expect(throws: MaildirError.self) { try Maildir(opening: "\(folder.path)/\(name)") }
            #expect(error?.category == .noSuchMaildir)
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("cannot open \(folder.path)/") == true)
            #expect(error?.description.contains("give the path of a Maildir") == true)
            #expect(error?.description.contains("\n") == false)
        }
        #expect(category { try Maildir(opening: "") } == .noSuchMaildir)
    }

    @Test("has one identity by whatever path")
    func identity() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        symlink("Maildir", "\(folder.path)/link")
        let linked = try Maildir(opening: "\(folder.path)/./link/../link/")
        #expect(linked.identity == maildir.identity)
        #expect(maildir.identity.hasSuffix("/Maildir"))
        #expect(linked.path == "\(folder.path)/./link/../link/")
    }

    @Test("closes its descriptors with its last copy")
    func descriptors() throws {
        let folder = try TestFolder()
        var numbers: [Int32] = []
        do {
            let maildir = try folder.makeMaildir()
            numbers = [maildir.root.descriptor, maildir.new.descriptor, maildir.cur.descriptor]
            for number in numbers {
                #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
            }
        }
        // Another test may have got a number since, but not for a folder of this one.
        for number in numbers {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(number)", &buffer, buffer.count)
            let target = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            #expect(!target.contains(folder.path))
        }
    }

    @Test(
        "and listing, reading and locking it needs no permission to write, and leaves no trace",
        .enabled(if: Unprivileged.isPossible, "root has every permission, and setfsuid(2) is missing"))
    func readOnly() throws {
        let folder = try TestFolder()
        let own = try folder.makeMaildir()
        try write("hello", as: "a", in: own.new, mode: 0o444)
        try write("old", as: "b:2,S", in: own.cur, mode: 0o444)
        try write("private", as: "p", in: own.new, mode: 0)
        for part in ["new", "cur", "tmp", ""] { chmod("\(folder.path)/Maildir/\(part)", 0o555) }
        let before = try snapshot("\(folder.path)/Maildir")

        try Unprivileged.run {
            let maildir = try Maildir(opening: "\(folder.path)/Maildir")
            #expect(try maildir.listNew().map(\.printable) == ["a", "p"])
            #expect(try maildir.listCur().count == 1)
            #expect(try maildir.read(name("a"), from: .new, maximum: 100).bytes == Array("hello".utf8))
            let lock = try RunLock.tryAcquire(on: maildir)
            #expect(lock != nil)
            lock?.release()

            let refused: [() throws -> Void] = [
                { _ = try maildir.read(name("p"), from: .new, maximum: 100) },
                { try maildir.move(name("a"), to: .cur(flags: "S")) },
                { try maildir.deliver([1]) },
                { _ = try Maildir.make(at: "\(folder.path)/Maildir/sub") },
                {
                    _ = try Archive(root: "\(folder.path)/Maildir/archive").folder(named: "x")
                },
                { _ = try RunLock.tryAcquire(on: maildir, lockingFolder: false) },
            ]
            for attempt in refused { #expect(category(of: attempt) == .permission) }
        }
        #expect(try snapshot("\(folder.path)/Maildir") == before)
    }

    @Test(
        "that this user may not enter is a matter of permission",
        .enabled(if: Unprivileged.isPossible, "root has every permission, and setfsuid(2) is missing"))
    func forbidden() throws {
        let folder = try TestFolder()
        _ = try folder.makeMaildir("outer")
        _ = try folder.makeMaildir("inner")
        chmod("\(folder.path)/outer", 0)
        chmod("\(folder.path)/inner", 0o555)
        chmod("\(folder.path)/inner/new", 0)
        Unprivileged.run {
            for name in ["outer", "inner"] {
                #expect(
                    category { try Maildir(opening: "\(folder.path)/\(name)") } == .permission)
            }
        }
    }

    /// Names and change times of all there is, as text.
    private func snapshot(_ path: String) throws -> [String] {
        var lines: [String] = []
        for part in ["", "new", "cur", "tmp"] {
            let folder = try FolderHandle.open("\(path)/\(part)", in: nil).get()
            var status = stat()
            fstat(folder.descriptor, &status)
            lines.append("\(part) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)")
            for name in try folder.list(limit: nil) {
                guard let status = folder.status(of: name) else { continue }
                lines.append("\(part)/\(name) \(status.st_size) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)")
            }
        }
        return lines
    }
}
