import Glibc
import TestSupport
import Testing

@testable import Maildir

@Suite("Moving a message within its Maildir")
struct MovingTests {
    @Test("takes it to cur/ with its flags", arguments: [RenameMethod.renameat2, .hardLink])
    func simple(renaming: RenameMethod) throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir(renaming: renaming)
        try write("one", as: "a", in: maildir.new)
        try write("two", as: "b:2,F", in: maildir.new)
        #expect(try maildir.move(name("a"), to: .cur(flags: "S")) == name("a:2,S"))
        #expect(try maildir.move(name("b:2,F"), from: .new, to: .cur(flags: "S")) == name("b:2,FS"))
        #expect(try contents(of: maildir) == ["cur/a:2,S": Array("one".utf8), "cur/b:2,FS": Array("two".utf8)])
        #expect(try maildir.move(name("a:2,S"), from: .cur, to: .cur(flags: "R")) == name("a:2,RS"))
        try maildir.syncFolders()
        try maildir.syncFolders()
    }

    @Test("never writes over another, nor over its like", arguments: [RenameMethod.renameat2, .hardLink])
    func collision(renaming: RenameMethod) throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir(renaming: renaming)
        try write("first", as: "a,S=5:2,S", in: maildir.cur)
        for (content, expected) in [("other", "a_1,S=5:2,S"), ("first", "a_2,S=5:2,S"), ("third", "a_3,S=5:2,S")] {
            try write(content, as: "a,S=5", in: maildir.new)
            #expect(try maildir.move(name("a,S=5"), to: .cur(flags: "S")) == name(expected))
        }
        #expect(
            try contents(of: maildir) == [
                "cur/a,S=5:2,S": Array("first".utf8), "cur/a_1,S=5:2,S": Array("other".utf8),
                "cur/a_2,S=5:2,S": Array("first".utf8), "cur/a_3,S=5:2,S": Array("third".utf8),
            ])
    }

    @Test("ends, and loses nothing, when all numbered names are taken")
    func manyCollisions() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let original = name("1732456789.M1P2.host")
        var moved: Set<MessageName> = []
        for number in 0..<NameCandidates.maximumNumber + 5 {
            try write("\(number)", as: original, in: maildir.new)
            moved.insert(try maildir.move(original, to: .cur(flags: "S")))
        }
        #expect(moved.count == NameCandidates.maximumNumber + 5)
        #expect(moved.allSatisfy { $0.deliverySeconds == 1_732_456_789 && $0.flags == "S" })
        let contents = try contents(of: maildir)
        #expect(Set(contents.values) == Set((0..<moved.count).map { Array("\($0)".utf8) }))
    }

    @Test("gives up when every name that is tried is taken, and leaves the message where it is")
    func candidatesEnd() {
        var candidates = NameCandidates(name("a:2,S"))
        var names: Set<MessageName> = [candidates.current]
        while candidates.advance() { names.insert(candidates.current) }
        #expect(names.count == NameCandidates.maximumCount)
        #expect(names.allSatisfy { $0.flags == "S" })
    }

    @Test("finishes what an interrupted link and unlink left: one file under two names")
    func hardLinked() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir(renaming: .hardLink)
        try write("one", as: "a", in: maildir.new)
        try #require(linkat(maildir.new.descriptor, "a", maildir.cur.descriptor, "a:2,S", 0) == 0)
        #expect(try maildir.move(name("a"), to: .cur(flags: "S")) == name("a:2,S"))
        #expect(try contents(of: maildir) == ["cur/a:2,S": Array("one".utf8)])
    }

    @Test("to where it already is changes nothing", arguments: [RenameMethod.renameat2, .hardLink])
    func sameName(renaming: RenameMethod) throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir(renaming: renaming)
        try write("one", as: "a:2,S", in: maildir.cur)
        #expect(try maildir.move(name("a:2,S"), from: .cur, to: .cur(flags: "S")) == name("a:2,S"))
        // The same folder by another way must not look like another folder.
        let again = try Maildir(opening: "\(folder.path)/Maildir/../Maildir", renaming: renaming)
        #expect(try maildir.move(name("a:2,S"), from: .cur, into: again) == name("a:2,S"))
        #expect(try maildir.move(name("a:2,S"), from: .cur, into: again, mayStandThere: true) == name("a:2,S"))
        // And two names of one file in one folder both stay: either may be somebody's.
        try #require(linkat(maildir.cur.descriptor, "a:2,S", maildir.cur.descriptor, "a:2,", 0) == 0)
        _ = try maildir.move(name("a:2,"), from: .cur, to: .cur(flags: "S"))
        #expect(try contents(of: maildir).values.allSatisfy { $0 == Array("one".utf8) })
        #expect(try maildir.listCur().contains(name("a:2,S")))
    }

    @Test("that is gone says so")
    func vanished() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        #expect(moveCategory("a", in: maildir) == .vanished)
        // Nor does a message of the same name in cur/ count as this one.
        try write("one", as: "a:2,S", in: maildir.cur)
        #expect(moveCategory("a", in: maildir) == .vanished)
        #expect(try contents(of: maildir) == ["cur/a:2,S": Array("one".utf8)])
    }

    @Test("where cur/ was removed meanwhile blames cur/, not the message")
    func targetRemoved() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        try write("one", as: "a", in: maildir.new)
        try #require(rmdir("\(folder.path)/Maildir/cur") == 0)
        let error = #expect(throws: MaildirError.self) { try maildir.move(name("a"), to: .cur(flags: "S")) }
        #expect(error?.category == .cannotWrite)
        #expect(error?.description.contains("cur has been removed") == true)
        #expect(try maildir.listNew().count == 1)
    }

    @Test("takes a name of 255 bytes along without the flags that have no room")
    func longName() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let long = name(String(repeating: "x", count: 255))
        for content in ["one", "two"] {
            try write(content, as: long, in: maildir.new)
            try maildir.move(long, to: .cur(flags: "S"))
        }
        let names = try maildir.listCur()
        #expect(Set(names) == [long, name(String(repeating: "x", count: 253) + "_1")])
        #expect(try Set(contents(of: maildir).values) == [Array("one".utf8), Array("two".utf8)])
    }

    @Test("takes along what is no message, as it is")
    func notRegular() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        try #require(symlink("/nowhere", "\(folder.path)/Maildir/new/link") == 0)
        try #require(mkfifo("\(folder.path)/Maildir/new/fifo", 0o600) == 0)
        #expect(try maildir.move(name("link"), to: .cur(flags: "S")) == name("link:2,S"))
        #expect(try maildir.move(name("fifo"), to: .cur(flags: "S")) == name("fifo:2,S"))
        // What is in the way is never opened, nor taken for the same.
        try #require(mkfifo("\(folder.path)/Maildir/new/fifo", 0o600) == 0)
        #expect(try maildir.move(name("fifo"), to: .cur(flags: "S")) == name("fifo_1:2,S"))
        #expect(try maildir.listNew().isEmpty)
        #expect(try maildir.listCur().count == 3)
    }

    @Test("by several threads at once moves each message once")
    func concurrent() async throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        for number in 0..<300 { try write("\(number)", as: "\(number)", in: maildir.new) }
        let moved = await withTaskGroup(of: (moved: Int, vanished: Int).self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let results = (0..<300).map { moveCategory("\($0)", in: maildir) }
                    return (results.count { $0 == nil }, results.count { $0 == .vanished })
                }
            }
            return await group.reduce((moved: 0, vanished: 0)) { ($0.moved + $1.moved, $0.vanished + $1.vanished) }
        }
        #expect(moved.moved == 300)
        #expect(moved.vanished == 900)
        #expect(try maildir.listCur().count == 300)
        #expect(try Set(contents(of: maildir).values).count == 300)
    }

    @Test(
        "of any set of names loses none and changes none", arguments: 0..<6, [RenameMethod.renameat2, .hardLink])
    func anyNames(seed: UInt64, renaming: RenameMethod) throws {
        var generator = SeededGenerator(seed: seed)
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir(renaming: renaming)
        let names = Set((0..<150).map { _ in generator.nextName() })
        var expected: [MessageName: String] = [:]
        for (number, name) in names.sorted().enumerated() {
            try write("\(number)", as: name, in: maildir.new)
        }
        // Some stand in cur/ beforehand, with names that the moves will want.
        for (number, name) in names.shuffled(using: &generator).prefix(20).enumerated() {
            let seen = name.withFlags("S")
            guard expected[seen] == nil else { continue }
            try write("old \(number)", as: seen, in: maildir.cur)
            expected[seen] = "old \(number)"
        }

        let listed = try maildir.listNew()
        #expect(listed.elementsEqual(names.sorted()))
        for (number, name) in listed.enumerated() {
            let moved = try maildir.move(name, to: .cur(flags: "S"))
            #expect(expected.updateValue("\(number)", forKey: moved) == nil, "\(moved) was given twice")
        }
        #expect(try maildir.listNew().isEmpty)
        #expect(try maildir.listCur().elementsEqual(expected.keys.sorted()))
        for (name, content) in expected {
            #expect(try maildir.read(name, from: .cur, maximum: 100).bytes == Array(content.utf8))
        }
    }
}

private func moveCategory(_ text: String, in maildir: Maildir) -> MaildirError.Category? {
    category { try maildir.move(name(text), to: .cur(flags: "S")) }
}
