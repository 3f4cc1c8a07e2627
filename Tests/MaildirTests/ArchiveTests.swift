import Glibc
import Testing

@testable import Maildir

@Suite("An archive")
struct ArchiveTests {
    @Test("makes its folders when they are first asked for, for this user alone")
    func making() throws {
        let folder = try TestFolder()
        let archive = Archive(root: "\(folder.path)/archive")
        #expect(access("\(folder.path)/archive", F_OK) != 0)
        let bounces = try archive.folder(named: "hard-bounce")
        for part in ["", "/hard-bounce", "/hard-bounce/cur", "/hard-bounce/new", "/hard-bounce/tmp"] {
            var status = stat()
            try #require(stat("\(folder.path)/archive\(part)", &status) == 0)
            // 0700 less the umask, which does not take from the owner on any machine that tests run on.
            #expect(status.st_mode == S_IFDIR | 0o700)
        }
        #expect(try archive.folder(named: "hard-bounce").cur === bounces.cur)
        #expect(try Maildir(opening: "\(folder.path)/archive/hard-bounce").listCur().isEmpty)
    }

    @Test("completes a folder whose making was interrupted")
    func completing() throws {
        let folder = try TestFolder()
        mkdir("\(folder.path)/archive", 0o700)
        mkdir("\(folder.path)/archive/x", 0o700)
        mkdir("\(folder.path)/archive/x/cur", 0o700)
        let maildir = try Archive(root: "\(folder.path)/archive").folder(named: "x")
        try maildir.deliver([1])
        #expect(try maildir.listNew().count == 1)
    }

    @Test("refuses what is no name for a folder, and a root that cannot be")
    func refusing() throws {
        let folder = try TestFolder()
        let archive = Archive(root: "\(folder.path)/archive")
        for name in ["", ".", "..", "a/b", "../x", "a\0b"] {
            #expect(category { try archive.folder(named: name) } == .cannotWrite)
        }
        #expect(access("\(folder.path)/archive", F_OK) != 0)
        close(open("\(folder.path)/file", O_CREAT | O_WRONLY, 0o644))
        for root in ["file", "file/below", "missing/below"] {
            let archive = Archive(root: "\(folder.path)/\(root)")
            #expect(category { try archive.folder(named: "x") } == .cannotWrite)
        }
        #expect(access("\(folder.path)/missing", F_OK) != 0)
    }

    @Test("takes a message by rename within a file system", arguments: [RenameMethod.renameat2, .hardLink])
    func renaming(method: RenameMethod) throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let target = try folder.makeMaildir("target", renaming: method)
        try write("one", as: "a", in: maildir.new)
        let inode = maildir.new.status(of: name("a"))?.st_ino
        #expect(try maildir.move(name("a"), into: target) == name("a:2,S"))
        #expect(target.cur.status(of: name("a:2,S"))?.st_ino == inode)
        #expect(try contents(of: maildir).isEmpty)
        #expect(try contents(of: target) == ["cur/a:2,S": Array("one".utf8)])
        try target.syncFolders()
        try maildir.syncFolders()
    }

    @Test("has no second copy of a message that it already holds, and both of two that differ")
    func collision() throws {
        try Self.checkCollisions(source: TestFolder(), target: TestFolder())
    }

    @Test("knows a message again whose flags were changed, where the caller says that it may be there")
    func changedFlags() throws {
        try Self.checkChangedFlags(source: TestFolder(), target: TestFolder())
    }

    @Test("synchronises all its folders")
    func syncing() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let archive = Archive(root: "\(folder.path)/archive")
        for kind in ["hard-bounce", "soft-bounce"] {
            try write(kind, as: kind, in: maildir.new)
            try maildir.move(name(kind), into: archive.folder(named: kind))
        }
        try archive.syncFolders()
        try maildir.syncFolders()
        #expect(try archive.folder(named: "soft-bounce").listCur().map(\.printable) == ["soft-bounce:2,S"])
    }

    fileprivate static func checkCollisions(source: TestFolder, target: TestFolder) throws {
        let maildir = try source.makeMaildir()
        let archive = try target.makeMaildir()
        // As after a crash: the copy stands in cur/, and the source was not yet removed.
        try write("same", as: "a:2,S", in: archive.cur)
        try write("same", as: "a", in: maildir.new)
        #expect(try maildir.move(name("a"), into: archive) == name("a:2,S"))
        #expect(try contents(of: archive) == ["cur/a:2,S": Array("same".utf8)])
        #expect(try contents(of: maildir).isEmpty)

        // Other bytes under the same name, of the same size and of another one.
        for (content, expected) in [("diff", "a_1:2,S"), ("longer", "a_2:2,S")] {
            try write(content, as: "a", in: maildir.new)
            #expect(try maildir.move(name("a"), into: archive) == name(expected))
        }
        // And a crash after such a move is mended as well.
        try write("diff", as: "a", in: maildir.new)
        #expect(try maildir.move(name("a"), into: archive) == name("a_1:2,S"))
        #expect(
            try contents(of: archive) == [
                "cur/a:2,S": Array("same".utf8), "cur/a_1:2,S": Array("diff".utf8),
                "cur/a_2:2,S": Array("longer".utf8),
            ])

        // Large ones, which differ in their last byte only.
        let large = String(repeating: "x", count: 200_000)
        try write(large + "1", as: "b:2,S", in: archive.cur)
        try write(large + "2", as: "b", in: maildir.new)
        #expect(try maildir.move(name("b"), into: archive) == name("b_1:2,S"))
        try write(large + "1", as: "b", in: maildir.new)
        #expect(try maildir.move(name("b"), into: archive) == name("b:2,S"))
        #expect(try contents(of: maildir).isEmpty)
        #expect(try archive.listCur().count == 5)
    }

    fileprivate static func checkChangedFlags(source: TestFolder, target: TestFolder) throws {
        let maildir = try source.makeMaildir()
        let archive = try target.makeMaildir()
        let neighbours = ["a", "a,S=1:2,S", "a-x:2,S", "ab:2,S", "a_1:2,S", "a:2,F"]
        for name in neighbours { try write("of \(name)", as: name, in: archive.cur) }
        try write("same", as: "a:2,RST", in: archive.cur)
        try write("same", as: "a", in: maildir.new)
        #expect(try maildir.move(name("a"), into: archive, mayStandThere: true) == name("a:2,RST"))
        #expect(try contents(of: maildir).isEmpty)
        #expect(try archive.listCur().count == neighbours.count + 1)
        // One that is not there is moved like any other, also when its name is.
        try write("new one", as: "a", in: maildir.new)
        #expect(try maildir.move(name("a"), into: archive, mayStandThere: true) == name("a:2,S"))
        try write("c", as: "c", in: maildir.new)
        #expect(try maildir.move(name("c"), into: archive, mayStandThere: true) == name("c:2,S"))
        #expect(try archive.listCur().count == neighbours.count + 3)
        #expect(try contents(of: maildir).isEmpty)
    }
}

@Suite(
    "An archive on another file system",
    .enabled(if: OtherFileSystem.isThere, "/dev/shm is not there, or is where the temporary folder is"))
struct CrossFileSystemTests {
    @Test("gets a copy with time and mode, and the source goes", arguments: [RenameMethod.renameat2, .hardLink])
    func copying(method: RenameMethod) throws {
        let folder = try TestFolder()
        let other = try TestFolder(in: OtherFileSystem.path)
        let maildir = try folder.makeMaildir()
        let archive = try other.makeMaildir(renaming: method)
        for (number, size) in [0, 1, 65_536, 300_000].enumerated() {
            let text = String(repeating: "\(number)", count: size)
            let source = name("\(number)")
            try write(text, as: source, in: maildir.new, mode: 0o640)
            let times = [timespec(tv_sec: 5, tv_nsec: 6), timespec(tv_sec: 1_732_456_789, tv_nsec: 7)]
            utimensat(maildir.new.descriptor, "\(number)", times, 0)

            let moved = try maildir.move(source, into: archive)
            #expect(moved == source.withFlags("S"))
            let status = try #require(archive.cur.status(of: moved))
            #expect(status.st_mode == S_IFREG | 0o640)
            #expect(status.st_mtim.tv_sec == 1_732_456_789)
            #expect(status.st_mtim.tv_nsec == 7)
            #expect(try archive.read(moved, from: .cur, maximum: 1 << 20).bytes == Array(text.utf8))
        }
        #expect(try contents(of: maildir).isEmpty)
        #expect(try archive.openTmp(for: .read).list(limit: nil).isEmpty)
        try archive.syncFolders()
        try maildir.syncFolders()
    }

    @Test("gets each message once from four movers at once")
    func concurrent() async throws {
        let folder = try TestFolder()
        let other = try TestFolder(in: OtherFileSystem.path)
        let maildir = try folder.makeMaildir()
        let archive = try other.makeMaildir()
        let names = (0..<400).map { name("\($0)") }
        for name in names { try write(name.printable, as: name, in: maildir.new) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for name in names {
                        do throws(MaildirError) {
                            try maildir.move(name, into: archive, mayStandThere: true)
                        } catch {
                            #expect(error.category == .vanished, "\(error)")
                        }
                    }
                }
            }
        }
        #expect(try maildir.listNew().isEmpty)
        #expect(try Set(archive.listCur()) == Set(names.map { $0.withFlags("S") }))
        #expect(try archive.listCur().count == names.count)
        #expect(try archive.openTmp(for: .read).list(limit: nil).isEmpty)
    }

    @Test("finishes an interrupted move, makes no second copy, and keeps both of two that differ")
    func collisions() throws {
        let other = try TestFolder(in: OtherFileSystem.path)
        try ArchiveTests.checkCollisions(source: TestFolder(), target: other)
        #expect(try Maildir(opening: "\(other.path)/Maildir").openTmp(for: .read).list(limit: nil).isEmpty)
    }

    @Test("knows a message again whose flags were changed")
    func changedFlags() throws {
        try ArchiveTests.checkChangedFlags(source: TestFolder(), target: TestFolder(in: OtherFileSystem.path))
    }

    @Test("is not troubled by what an interrupted copy left in tmp/")
    func strayCopy() throws {
        let folder = try TestFolder()
        let other = try TestFolder(in: OtherFileSystem.path)
        let maildir = try folder.makeMaildir()
        let archive = try other.makeMaildir()
        try write("hal", as: "1732456789.M1P1Q1.host", in: archive.openTmp(for: .read))
        try write("half", as: "a", in: maildir.new)
        #expect(try maildir.move(name("a"), into: archive) == name("a:2,S"))
        #expect(
            try contents(of: archive) == [
                "tmp/1732456789.M1P1Q1.host": Array("hal".utf8), "cur/a:2,S": Array("half".utf8),
            ])
    }

    @Test("refuses what cannot be copied, and leaves it where it is")
    func notRegular() throws {
        let folder = try TestFolder()
        let other = try TestFolder(in: OtherFileSystem.path)
        let maildir = try folder.makeMaildir()
        let archive = try other.makeMaildir()
        try #require(mkfifo("\(folder.path)/Maildir/new/fifo", 0o600) == 0)
        try #require(symlink("/etc/passwd", "\(folder.path)/Maildir/new/link") == 0)
        for (text, kind) in [("fifo", FileKind.fifo), ("link", .symbolicLink)] {
            #expect(
                category { try maildir.move(name(text), into: archive) } == .notRegular(kind))
        }
        #expect(category { try maildir.move(name("none"), into: archive) } == .vanished)
        #expect(try maildir.listNew().count == 2)
        #expect(try contents(of: archive).isEmpty)
    }

    @Test("whose cur/ was removed meanwhile refuses, and keeps no copy")
    func targetRemoved() throws {
        let folder = try TestFolder()
        let other = try TestFolder(in: OtherFileSystem.path)
        let maildir = try folder.makeMaildir()
        let archive = try other.makeMaildir()
        try #require(rmdir("\(other.path)/Maildir/cur") == 0)
        try write("one", as: "a", in: maildir.new)
        #expect(category { try maildir.move(name("a"), into: archive) } == .cannotWrite)
        #expect(try maildir.listNew().count == 1)
        #expect(try archive.openTmp(for: .read).list(limit: nil).isEmpty)
    }

    @Test("that has no tmp/ refuses, and the message stays")
    func noTmp() throws {
        let folder = try TestFolder()
        let other = try TestFolder(in: OtherFileSystem.path)
        let maildir = try folder.makeMaildir()
        let archive = try other.makeMaildir()
        try #require(rmdir("\(other.path)/Maildir/tmp") == 0)
        try write("one", as: "a", in: maildir.new)
        #expect(category { try maildir.move(name("a"), into: archive) } == .cannotWrite)
        #expect(try maildir.listNew().count == 1)
    }
}

@Suite("A full disk", .serialized, .enabled(if: SmallDisk.isPossible, "only root can mount a small file system"))
struct FullDiskTests {
    @Test("stops a move with advice, and the message stays whole where it was")
    func move() throws {
        let disk = try SmallDisk()
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let archive = try disk.folder.makeMaildir()
        let large = String(repeating: "x", count: 100_000)
        try write(large, as: "a", in: maildir.new)
        let error = #expect(throws: MaildirError.self) { try maildir.move(name("a"), into: archive) }
        #expect(error?.category == .tryAgain)
        #expect(error?.description.contains("free some space") == true)
        #expect(try contents(of: archive).isEmpty)
        #expect(try contents(of: maildir) == ["new/a": Array(large.utf8)])
        // The half copy took its space away with it.
        try write("small", as: "b", in: maildir.new)
        #expect(try maildir.move(name("b"), into: archive) == name("b:2,S"))
    }

    @Test("stops a delivery, and nothing is left of it")
    func delivery() throws {
        let disk = try SmallDisk()
        let maildir = try disk.folder.makeMaildir()
        let large = [UInt8](repeating: 120, count: 100_000)
        #expect(category { try maildir.deliver(large) } == .tryAgain)
        #expect(try contents(of: maildir).isEmpty)
    }
}
