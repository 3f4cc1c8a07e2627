import Foundation
import Testing

@testable import MaildirBounce

/// Bytes that come a few at a time, and may end with a fault.
final class SlowSource: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let step: Int
    private let fault: SourceFault?

    init(_ text: some Sequence<UInt8>, step: Int, fault: SourceFault? = nil) {
        rest = Array(text)[...]
        self.step = step
        self.fault = fault
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        let part = rest.prefix(min(step, buffer.count))
        if part.isEmpty, let fault { throw fault }
        buffer.copyBytes(from: part)
        rest.removeFirst(part.count)
        return part.count
    }
}

@Suite("mbox files")
struct MboxReaderTests {
    private let postmark = "From MAILER-DAEMON Tue Nov 24 10:00:05 2026\n"

    private func read(
        _ text: String, step: Int = 7, window: Int = 256, limit: Int = messageReadLimit, fault: SourceFault? = nil
    ) -> (messages: [MboxMessage], incomplete: Int?) {
        let input = BufferedInput(SlowSource(text.utf8, step: step, fault: fault), capacity: window)
        var reader = MboxReader(input, limit: limit)
        var messages: [MboxMessage] = []
        while let message = reader.next() { messages.append(message) }
        return (messages, reader.incomplete)
    }

    private func texts(_ messages: [MboxMessage]) -> [String] {
        messages.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test("are split at From lines, wherever a read or the window ends", arguments: [1, 2, 3, 5, 64, 10_000])
    func splits(step: Int) {
        let text = postmark + "Subject: a\n\none\n\n" + postmark + "Subject: b\n\ntwo\n\n" + postmark + "\nthree\n\n"
        for window in [64, 65, 100, 4_096] {
            let (messages, incomplete) = read(text, step: step, window: window)
            #expect(texts(messages) == ["Subject: a\n\none\n\n", "Subject: b\n\ntwo\n\n", "\nthree\n\n"])
            #expect(messages.map(\.postmark) == [1_795_514_405, 1_795_514_405, 1_795_514_405])
            #expect(messages.map(\.number) == [1, 2, 3])
            #expect(incomplete == nil)
        }
    }

    @Test("lose the quoting of mboxo and mboxrd, and one sign of it only")
    func unquotes() {
        let text = postmark + "A: b\n\n>From here\n>>From there\n>> From\nx>From \n> >From x\n\n"
        #expect(texts(read(text).messages) == ["A: b\n\nFrom here\n>From there\n>> From\nx>From \n> >From x\n\n"])
    }

    @Test("are not split at text that only begins like a From line")
    func notSplit() {
        let body = "A: b\n\nFrom the editor, 10:30\n\nFrom now on\n\(postmark)no empty line before\n\n"
        #expect(texts(read(postmark + body).messages) == [body])
    }

    @Test("may have lines that end with CR LF, and longer ones than the window")
    func lines() {
        let long = String(repeating: "x", count: 1_000)
        let text = (postmark + "A: b\n\n\(long)\n\n" + postmark + "C: d\n\n").replacingOccurrences(
            of: "\n", with: "\r\n")
        #expect(texts(read(text, step: 50, window: 128).messages) == ["A: b\r\n\r\n\(long)\r\n\r\n", "C: d\r\n\r\n"])
    }

    @Test("give no more of a message than the limit, and find the next one")
    func limit() {
        let text = postmark + "A: b\n\n" + String(repeating: "0123456789\n", count: 100) + "\n" + postmark + "C: d\n\n"
        let (messages, _) = read(text, limit: 50)
        #expect(messages.map(\.bytes.count) == [50, 6])
        #expect(messages.map(\.isCut) == [true, false])
    }

    @Test("that break off do not give the message that is cut")
    func cut() {
        let whole = postmark + "A: b\n\none\n\n"
        let report =
            postmark + "Content-Type: multipart/report; boundary=\"b1\"\n\n--b1\n\nx\n\n--b1\n\ny\n\n--b1--\n\n"
        // Within a line, within a multipart, and not at all.
        #expect(read(whole + postmark + "C: d\n\nhal").messages.count == 1)
        #expect(read(whole + postmark + "C: d\n\nhal").incomplete == 9)
        #expect(read(whole + report.replacingOccurrences(of: "--b1--\n\n", with: "")).messages.count == 1)
        #expect(read(whole + report).messages.count == 2)
        #expect(read(whole + report).incomplete == nil)
        // Without the empty line at the end, as some programs write them.
        #expect(read(whole + postmark + "C: d\n\nlast\n").messages.count == 2)
        let (messages, incomplete) = read(whole + report, fault: .system(EIO))
        #expect(messages.count == 1)
        #expect(incomplete != nil)
    }
}

@Suite("tar archives")
struct TarReaderTests {
    /// Reads an archive that tar(1) has made.
    private func members(
        _ archive: Data, step: Int = 700, window: Int = 1_024, reading: Bool = true
    ) -> (paths: [String], contents: [String], fault: SourceFault?) {
        let reader = TarReader(BufferedInput(SlowSource(archive, step: step), capacity: window))
        var (paths, contents): ([String], [String]) = ([], [])
        while let member = reader.next() {
            paths.append(String(decoding: member.path, as: UTF8.self))
            guard reading else { continue }
            contents.append(
                String(decoding: BufferedInput(reader, capacity: 64).readAll(limit: 1 << 20).bytes, as: UTF8.self))
        }
        return (paths, contents, reader.fault)
    }

    /// A header block of ustar with a good checksum.
    private func header(_ name: String, size: [UInt8], kind: Character) -> Data {
        var block = Data(count: 512)
        func put(_ bytes: some Collection<UInt8>, at start: Int) {
            block.replaceSubrange(start..<(start + bytes.count), with: bytes)
        }
        put(Array(name.utf8), at: 0)
        put(size, at: 124)
        put(Array("00000000000".utf8), at: 136)
        put(Array(String(kind).utf8), at: 156)
        put(Array("ustar\u{0}00".utf8), at: 257)
        put(Array("        ".utf8), at: 148)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(Array(sum.utf8) + [0], at: 148)
        return block
    }

    private func octal(_ number: Int) -> [UInt8] {
        Array((String(repeating: "0", count: 11) + String(number, radix: 8)).utf8.suffix(11))
    }

    @Test(
        "with sizes that no file has are damaged, and stop there",
        arguments: [
            "9223372036854775807", "9223372036854775296", "9223372036854775808", "99999999999999999999999999", "-1",
            "-9223372036854775808", "4611686018427387905", "x", " ", "1e3", "0x10",
        ])
    func paxSize(size: String) {
        let text = "size=\(size)\n"
        // The length counts itself; all of these have two digits.
        let record = "\(text.utf8.count + 3) \(text)"
        var archive = header("pax", size: octal(record.utf8.count), kind: "x")
        archive += Data(record.utf8) + Data(count: 512 - record.utf8.count)
        archive +=
            header("mail", size: octal(5), kind: "0") + Data("mail\n".utf8) + Data(count: 507) + Data(count: 1_024)
        let (paths, _, fault) = members(archive)
        #expect(paths.isEmpty)
        #expect(fault == .damaged("is damaged: a tar header in it states a size that no file has"))
    }

    @Test(
        "with sizes in base 256 that no file has are damaged, too",
        arguments: [
            [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0x00],
            [UInt8](repeating: 0xFF, count: 12), [0xBF] + [UInt8](repeating: 0xFF, count: 11),
            [0x80, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func binarySize(size: [UInt8]) {
        let (paths, _, fault) = members(header("mail", size: size, kind: "0") + Data(count: 2_048))
        #expect(paths.isEmpty)
        #expect(fault == .damaged("is damaged: a tar header in it makes no sense"))
    }

    private func archive(_ folder: TemporaryFolder, _ form: String) throws -> Data {
        let run = try Program.command(
            ["/bin/tar", "-C", folder.root, "--format", form, "--sort=name", "-cf", "-", "x"])
        #expect(run.status == 0)
        return run.output
    }

    @Test(
        "of every form are read, with long names, links and folders in them",
        arguments: ["v7", "oldgnu", "gnu", "ustar", "pax"])
    func forms(form: String) throws {
        let folder = try TemporaryFolder()
        let deep = String(repeating: "d/", count: 30)
        try folder.write("x/\(deep)1795514401.V1.host:2,S", "one\n")
        let long = String(repeating: "n", count: form == "gnu" || form == "oldgnu" || form == "pax" ? 200 : 20)
        try folder.write("x/\(deep)\(long)", String(repeating: "two\n", count: 700))
        try folder.write("x/e", "")
        symlink("e", folder.path("x/link"))
        let data = try archive(folder, form)
        for window in [512, 1_024, 65_536] {
            let (paths, contents, fault) = members(data, window: window)
            #expect(paths == ["x/\(deep)1795514401.V1.host:2,S", "x/\(deep)\(long)", "x/e"])
            #expect(contents == ["one\n", String(repeating: "two\n", count: 700), ""])
            #expect(fault == nil)
            #expect(members(data, window: window, reading: false).paths == paths)
        }
    }

    @Test("that end early give what came before, and say so", arguments: [100, 512, 700, 1_024, 1_100])
    func cut(left: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write("x/a", String(repeating: "a", count: 100))
        let data = try archive(folder, "ustar")
        // A folder, then the file: a header and a block each.
        let (paths, _, fault) = members(data.prefix(512 + left))
        #expect(paths == (left >= 512 ? ["x/a"] : []))
        #expect(fault != nil)
    }

    @Test("that are damaged end there")
    func damaged() throws {
        let folder = try TemporaryFolder()
        try folder.write("x/a", "a")
        try folder.write("x/b", "b")
        var data = try archive(folder, "ustar")
        data[512 * 3 + 10] ^= 1
        let (paths, _, fault) = members(data)
        #expect(paths == ["x/a"])
        #expect(fault?.sentence.contains("damaged") == true)
    }
}
