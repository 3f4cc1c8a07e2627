import Glibc
import TestSupport
import Testing

@testable import Maildir

@Suite("Listing a Maildir")
struct ListingTests {
    @Test("gives the names of new/ in byte order, without dot files, and those of cur/ apart")
    func order() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let hostile: [[UInt8]] = [[0xFF, 0xFE], Array("a\nb".utf8), Array("\u{1B}[2J".utf8), [0x01]]
        for text in ["b", "a", "B", "10.x", "9.x", ".hidden", ".nfs0001", "a:2,S"] {
            try write("x", as: text, in: maildir.new)
        }
        for bytes in hostile { try write("x", as: MessageName(unchecked: bytes), in: maildir.new) }
        try write("x", as: "seen:2,S", in: maildir.cur)

        let names = try maildir.listNew()
        let expected = (["b", "a", "B", "10.x", "9.x", "a:2,S"].map { Array($0.utf8) } + hostile)
            .sorted { $0.lexicographicallyPrecedes($1) }
        #expect(names.map(\.bytes) == expected)
        #expect(names.isComplete)
        #expect(try maildir.listCur().map(\.printable) == ["seen:2,S"])
        #expect(try folder.makeMaildir("Empty").listNew().isEmpty)
    }

    @Test("with a limit gives the first names, and says that there are more")
    func limit() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        for number in 10..<30 { try write("x", as: "\(number)", in: maildir.new) }
        let some = try maildir.listNew(limit: 3)
        #expect(some.map(\.printable) == ["10", "11", "12"])
        #expect(!some.isComplete)
        #expect(try maildir.listNew(limit: 20).isComplete)
        #expect(try maildir.listNew(limit: 20).count == 20)
        #expect(try maildir.listNew(limit: 0).isEmpty)
        #expect(try maildir.listNew(limit: -1).isEmpty)
        // A second listing starts from the beginning, whatever was read before.
        #expect(try maildir.listNew().count == 20)
    }

    @Test("finds the messages of cur/ without a flag, from a time on, and counts the rest")
    func withoutFlags() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        for text in [
            "1795514401.a:2,", "1795514402.b", "1795514403.c:2,S", "1795514404.d:2,FS", "1795514405.e:2,a",
            "1795514406.f:1,x",
            "1795514400.g:2,", "letter:2,", ":2,", ".1795514407.h:2,",
        ] { try write("x", as: text, in: maildir.cur) }
        let names = try maildir.listCurWithoutFlags(from: 1_795_514_401, limit: 9)
        #expect(names.map(\.printable) == ["1795514401.a:2,", "1795514402.b"])
        #expect(names.isComplete)
        let first = try maildir.listCurWithoutFlags(from: 0, limit: 1)
        #expect(first.map(\.printable) == ["1795514400.g:2,"])
        #expect(!first.isComplete)
        let counts = try maildir.countCur()
        #expect(counts == (unflagged: 3, flagged: 4, undated: 2))
    }

    @Test("stops at the most bytes that a list holds, and says so")
    func maximumBytes() {
        var builder = NameListBuilder(maximumBytes: 8)
        let isTaken = ["bbb", "aaa", "c", ""].map { text in text.withCString { builder.add($0) } }
        #expect(isTaken == [true, true, false, false])
        let list = builder.finish(limit: nil)
        #expect(list.map(\.printable) == ["aaa", "bbb"])
        #expect(!list.isComplete)
    }

    @Test("keeps many names, and finds among them", arguments: 0..<3)
    func many(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let names = Set((0..<5000).map { _ in generator.nextName() })
        var builder = NameListBuilder()
        for name in names {
            let isTaken = name.withCString { builder.add($0) }
            #expect(isTaken)
        }
        let list = builder.finish(limit: nil)
        #expect(list.elementsEqual(names.sorted()))
        for name in names.prefix(200) {
            #expect(list[list.firstPosition(notBefore: name.bytes)] == name)
        }
        #expect(list.firstPosition(notBefore: []) == 0)
        #expect(list.firstPosition(notBefore: [0xFF] + [UInt8](repeating: 0xFF, count: 300)) == list.endIndex)
    }
}
