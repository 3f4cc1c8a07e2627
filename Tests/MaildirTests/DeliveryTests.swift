import Bytes
import Glibc
import Testing

@testable import Maildir

@Suite("Delivering a message")
struct DeliveryTests {
    @Test("puts it whole into new/, under a name of the convention", arguments: [RenameMethod.renameat2, .hardLink])
    func deliver(renaming: RenameMethod) throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir(renaming: renaming)
        var before = timespec()
        clock_gettime(CLOCK_REALTIME, &before)
        let delivered = try maildir.deliver(Array("Subject: x\n\nbody\n".utf8))
        let again = try maildir.deliver([])
        #expect(delivered != again)

        #expect(MessageName(delivered.bytes) == delivered)
        #expect(delivered.flags == "")
        #expect(delivered.unique.elementsEqual(delivered.bytes))
        let seconds = try #require(delivered.deliverySeconds)
        #expect(seconds >= Int64(before.tv_sec))
        #expect(delivered.printable.contains("P\(getpid())Q"))
        #expect(delivered.bytes.count + ":2,FPRST".utf8.count <= MessageName.maximumLength)
        #expect(maildir.new.status(of: delivered)?.st_mode == S_IFREG | 0o600)
        #expect(
            try contents(of: maildir) == [
                "new/\(delivered)": Array("Subject: x\n\nbody\n".utf8), "new/\(again)": [],
            ])
    }

    @Test("takes the rest of it from a descriptor, in pieces")
    func streamed() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let rest = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let source = open("\(folder.path)/rest", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(source >= 0)
        defer { close(source) }
        try writeAll(rest, to: source)
        lseek(source, 0, SEEK_SET)
        let delivered = try maildir.deliver([1, 2, 3], thenFrom: source)
        #expect(try contents(of: maildir) == ["new/\(delivered)": [1, 2, 3] + rest])
    }

    @Test("that cannot be read to its end delivers nothing and leaves nothing")
    func unreadable() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        #expect(throws: MaildirError.self) { try maildir.deliver([1], thenFrom: -1) }
        #expect(try contents(of: maildir).isEmpty)
    }

    @Test("by several threads at once delivers each")
    func concurrent() async throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let delivered = await withTaskGroup(of: [MessageName].self) { group in
            for task in 0..<4 {
                group.addTask { (0..<25).compactMap { try? maildir.deliver(Array("\(task) \($0)".utf8)) } }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(try maildir.listNew().elementsEqual(delivered.sorted()))
        #expect(delivered.count == 100)
        #expect(try Set(contents(of: maildir).values).count == 100)
    }

    @Test("without a tmp/ says what is missing")
    func noTmp() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        try #require(rmdir("\(folder.path)/Maildir/tmp") == 0)
        let error = #expect(throws: MaildirError.self) { try maildir.deliver([1]) }
        #expect(error?.category == .cannotWrite)
        #expect(error?.path == "\(folder.path)/Maildir/tmp")
    }
}
