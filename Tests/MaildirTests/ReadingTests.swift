import Glibc
import Testing

@testable import Maildir

@Suite("Reading a message", .timeLimit(.minutes(1)))
struct ReadingTests {
    @Test(
        "gives its bytes, its size and its time",
        arguments: [0, 1, 8191, 8192, 8193, 65_534, 65_535, 65_536, 65_537, 200_000])
    func content(size: Int) throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let text = String((0..<size).map { Character(Unicode.Scalar(UInt8($0 % 97) + 20)) })
        try write(text, as: "a", in: maildir.new)
        let times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1_732_456_789, tv_nsec: 999_999_999)]
        utimensat(maildir.new.descriptor, "a", times, 0)

        let file = try maildir.read(name("a"), from: .new, maximum: 1 << 20)
        #expect(file.bytes == Array(text.utf8))
        #expect(file.size == Int64(size))
        #expect(file.modificationSeconds == 1_732_456_789)
        #expect(!file.isTruncated)

        for maximum in [size - 1, size, size + 1] where maximum >= 0 {
            let cut = try maildir.read(name("a"), from: .new, maximum: maximum)
            #expect(cut.bytes == Array(text.utf8.prefix(maximum)))
            #expect(cut.size == Int64(size))
            #expect(cut.isTruncated == (maximum < size))
        }
        #expect(try maildir.read(name("a"), from: .new, maximum: -1).bytes.isEmpty)
    }

    @Test("of the owner's leaves the time of the last access; where that may not be asked for, it is read all the same")
    func accessTime() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        try write("text", as: "a", in: maildir.new)
        // Older than the last change, the one time that every file system which notes any would note.
        let times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1_732_456_789, tv_nsec: 0)]
        utimensat(maildir.new.descriptor, "a", times, 0)
        #expect(try maildir.read(name("a"), from: .new, maximum: 100).bytes == Array("text".utf8))
        #expect(maildir.new.status(of: name("a"))?.st_atim.tv_sec == 1)
        maildir.new.mayKeepAccessTimes = false
        #expect(try maildir.read(name("a"), from: .new, maximum: 100).bytes == Array("text".utf8))
    }

    @Test("into the caller's array leaves nothing of the message before, and keeps the memory")
    func reuse() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        try write(String(repeating: "long", count: 5000), as: "a", in: maildir.new)
        try write("short", as: "b", in: maildir.cur)
        var bytes: [UInt8] = []
        _ = try maildir.read(name("a"), from: .new, maximum: 1 << 20, into: &bytes)
        let capacity = bytes.capacity
        let facts = try maildir.read(name("b"), from: .cur, maximum: 1 << 20, into: &bytes)
        #expect(bytes == Array("short".utf8))
        #expect(facts.size == 5)
        #expect(bytes.capacity == capacity)
    }

    @Test("of 2 GiB that are not there takes no more than the maximum")
    func sparse() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let descriptor = open("\(folder.path)/Maildir/new/sparse", O_WRONLY | O_CREAT, 0o600)
        let size: off_t = 1 << 31
        try #require(ftruncate(descriptor, size) == 0)
        close(descriptor)
        let file = try maildir.read(name("sparse"), from: .new, maximum: 100_000)
        #expect(file.bytes.count == 100_000)
        #expect(file.bytes.capacity < 300_000)
        #expect(file.size == Int64(size))
        #expect(file.isTruncated)
    }

    @Test("that is gone says so, and no more")
    func vanished() throws {
        let maildir = try TestFolder().makeMaildir()
        #expect(category { try maildir.read(name("a"), from: .new, maximum: 9) } == .vanished)
    }

    @Test("that is no regular file is refused, and does not hang")
    func notRegular() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        let new = "\(folder.path)/Maildir/new"
        try write("secret", as: "target", in: maildir.cur)
        try #require(symlink("../cur/target", "\(new)/link") == 0)
        try #require(symlink("/nowhere", "\(new)/dangling") == 0)
        try #require(symlink("/dev/zero", "\(new)/zero") == 0)
        try #require(symlink("loop", "\(new)/loop") == 0)
        try #require(mkfifo("\(new)/fifo", 0o600) == 0)
        try #require(mkdir("\(new)/folder", 0o700) == 0)
        try bindSocket(at: "\(new)/socket")
        for link in ["link", "dangling", "zero", "loop"] {
            #expect(refusal(of: link, in: maildir) == .notRegular(.symbolicLink))
        }
        #expect(refusal(of: "fifo", in: maildir) == .notRegular(.fifo))
        #expect(refusal(of: "folder", in: maildir) == .notRegular(.directory))
        #expect(refusal(of: "socket", in: maildir) == .notRegular(.socket))
        // They are names like others: nothing of this is found out by listing.
        #expect(try maildir.listNew().count == 7)
    }

    @Test(
        "that is a device is refused",
        .enabled(if: DeviceNode.isPossible, "only root makes devices, and not on every file system"))
    func device() throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        try #require(DeviceNode.makeZero(at: "\(folder.path)/Maildir/new/zero"))
        #expect(refusal(of: "zero", in: maildir) == .notRegular(.characterDevice))
    }

    @Test(
        "that turns out shorter than it claimed gives what is there",
        .enabled(if: access(shrunk + "/online", R_OK) == 0, "needs sysfs, whose files claim 4096 bytes"))
    func shorter() throws {
        let folder = try FolderHandle.open(Self.shrunk, in: nil).get()
        var bytes: [UInt8] = []
        let facts = try folder.read(name("online"), maximum: 1 << 16, into: &bytes)
        #expect(bytes.last == UInt8(ascii: "\n"))
        #expect(facts.size == Int64(bytes.count))
        #expect(!facts.isTruncated)
    }

    @Test(
        "that turns out longer than it claimed, and comes in pieces, gives what is there, up to the maximum",
        .enabled(if: access(grown + "/maps", R_OK) == 0, "needs procfs, whose files claim to be empty"))
    func longer() throws {
        let folder = try FolderHandle.open(Self.grown, in: nil).get()
        var bytes: [UInt8] = []
        // A list of this process's memory: some 100 bytes a line, a line or more for each library, a page a read(2).
        let facts = try folder.read(name("maps"), maximum: 1 << 20, into: &bytes)
        #expect(bytes.count > 8192)
        #expect(String(decoding: bytes, as: UTF8.self).contains("[stack]"))
        #expect(facts.size == Int64(bytes.count))
        #expect(!facts.isTruncated)
        _ = try folder.read(name("maps"), maximum: 5000, into: &bytes)
        #expect(bytes.count == 5000)
    }

    @Test("works from several threads at once")
    func concurrent() async throws {
        let folder = try TestFolder()
        let maildir = try folder.makeMaildir()
        for number in 0..<200 {
            try write(String(repeating: "\(number) ", count: number), as: "\(number)", in: maildir.new)
        }
        let right = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<200).count { number in
                        let file = try? maildir.read(name("\(number)"), from: .new, maximum: 1 << 20)
                        return file?.bytes == Array(String(repeating: "\(number) ", count: number).utf8)
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(right == 800)
    }

    private static let shrunk = "/sys/devices/system/cpu"
    private static let grown = "/proc/self"

    private func refusal(of text: String, in maildir: Maildir) -> MaildirError.Category? {
        category { try maildir.read(name(text), from: .new, maximum: 1000) }
    }

    private func bindSocket(at path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let error = withUnsafeBytes(of: &address) { bytes -> Int32 in
            guard let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else { return -1 }
            return bind(descriptor, address, socklen_t(bytes.count))
        }
        try #require(error == 0)
    }
}

enum DeviceNode {
    /// A node of /dev/zero: character device 1, 5.
    static func makeZero(at path: String) -> Bool {
        mknod(path, S_IFCHR | 0o666, 0x105) == 0
    }

    static var isPossible: Bool {
        guard let folder = try? TestFolder(), makeZero(at: "\(folder.path)/zero") else { return false }
        let descriptor = open("\(folder.path)/zero", O_RDONLY)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }
}
