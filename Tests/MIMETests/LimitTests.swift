import Testing

@testable import MIME

@Suite("Limits")
struct LimitTests {
    private func parse(_ text: String, _ change: (inout MIMELimits) -> Void) -> Message {
        var limits = MIMELimits()
        change(&limits)
        return Message(parsing: Array(text.utf8), limits: limits)
    }

    /// `depth` multiparts within each other, a text in the innermost.
    private func nest(_ depth: Int) -> String {
        let heads = (0..<depth).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }
        return heads.joined() + "\ntext\n" + (0..<depth).reversed().map { "--b\($0)--\n" }.joined()
    }

    @Test("end the nesting of multiparts")
    func depth() {
        let message = parse(nest(5), { $0.depth = 3 })
        #expect(message.parts.map(\.depth) == [0, 1, 2])
        #expect(message.limitHit == "parts nested too deep")
        let whole = parse(nest(5), { $0.depth = 6 })
        #expect(whole.parts.map(\.depth) == [0, 1, 2, 3, 4, 5])
        #expect(whole.limitHit == nil)
        // What lies deeper is bytes of the part at hand, and its type still says so.
        #expect(message.parts[2].type == .multipartOther)
        #expect(string(message.bytes.span.copy(message.parts[2].body)).contains("\ntext\n"))
    }

    @Test("end the nesting of messages")
    func enclosedDepth() {
        let text = String(repeating: "Content-Type: message/rfc822\n\n", count: 5) + "\ntext"
        let message = parse(text, { $0.depth = 3 })
        #expect(message.parts.map(\.depth) == [0, 1, 2])
        #expect(message.limitHit == "parts nested too deep")
    }

    @Test("end the reading of parts")
    func parts() {
        let text = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 10)
        let message = parse(text, { $0.parts = 4 })
        #expect(message.parts.count == 4)
        #expect(message.limitHit == "more than 4 parts")
        #expect(parse(text, { $0.parts = 11 }).limitHit == nil)
    }

    @Test("end the reading of fields, in all parts together, but not of their headers")
    func fields() {
        let text =
            "A: 1\nB: 2\n b\nContent-Type: multipart/mixed; boundary=b\nC: 3\n c\n\n--b\n"
            + "D: 4\n d\nE: 5\n\nbody\n--b\n F\n\nbody\n--b--\n"
        let message = parse(text, { $0.fields = 3 })
        #expect(MIMETests.fields(message) == ["A=1", "B=2 b", "Content-Type=multipart/mixed; boundary=b"])
        #expect(outline(message) == ["0 multipartOther", "1 textPlain: body", "1 textPlain:  F\n\nbody"])
        #expect(message.limitHit == "more than 3 header fields")
        let whole = parse(text, { $0.fields = 6 })
        #expect(MIMETests.fields(whole, of: 1) == ["D=4 d", "E=5"])
        #expect(whole.limitHit == nil)
    }

    @Test("of zero leave the message itself")
    func zero() {
        let message = parse(
            nest(3),
            {
                $0.depth = 0
                $0.parts = 0
                $0.fields = 0
                $0.decodedBytes = 0
                $0.fieldBytes = 0
                $0.addresses = 0
            })
        #expect(message.parts.count == 1)
        #expect(message.fields.isEmpty)
        #expect(message.decodedBody(ofPart: 0).isEmpty)
    }

    @Test("of all there is hurt nothing")
    func largest() {
        let message = parse(
            "Subject: a\nTo: b@c\n\nbody",
            {
                $0.depth = .max
                $0.parts = .max
                $0.fields = .max
                $0.decodedBytes = .max
                $0.fieldBytes = .max
                $0.addresses = .max
            })
        #expect(message.text(ofPart: 0) == "body")
        #expect(message.text(.subject) == "a")
        #expect(message.field(.to).map { message.addresses(of: $0).count } == 1)
    }

    @Test("cut a body that is decoded", arguments: ["7bit", "base64", "quoted-printable", "x-uuencode"])
    func decodedBytes(encoding: String) {
        let text = "Content-Type: text/html\nContent-Transfer-Encoding: \(encoding)\n\nYWJjZGVmZ2hpamts"
        let message = parse(text, { $0.decodedBytes = 5 })
        #expect(message.decodedBody(ofPart: 0).count == 5)
        #expect(message.textBytes(ofPart: 0).count == 5)
        #expect(message.limitHit == nil)
    }

    @Test(
        "cut a text within a character without harm to those before it",
        arguments: [("utf-8", 4), ("x-none", 4), ("euc-jp", 3)])
    func cutCharacter(charset: String, limit: Int) {
        let body = charset == "euc-jp" ? hex("A4 C7 A4 AD") : Array("でき".utf8)
        var limits = MIMELimits()
        limits.decodedBytes = limit
        let message = Message(
            parsing: Array("Content-Type: text/plain; charset=\(charset)\n\n".utf8) + body, limits: limits)
        #expect(message.text(ofPart: 0) == "で\u{FFFD}")
    }

    @Test("cut a field's value")
    func fieldBytes() {
        let message = parse("Subject:  0123456789\n\nbody", { $0.fieldBytes = 4 })
        #expect(message.value(.subject) == Array("0123".utf8))
        #expect(message.text(.subject) == "0123")
        #expect(parse("Subject: ab\n cd\n\n", { $0.fieldBytes = 5 }).value(.subject) == Array("ab c".utf8))
        #expect(parse("Content-Type: a/b; name=abc\n\n", { $0.fieldBytes = 11 }).parameter("name", ofPart: 0) == "a")
    }

    @Test("hold a usual report many times over")
    func defaults() {
        let limits = MIMELimits()
        #expect(limits.depth == 40)
        #expect(limits.parts == 1_000)
        #expect(limits.fields == 20_000)
        #expect(limits.decodedBytes == 1 << 20)
        #expect(limits.fieldBytes == 16 << 10)
        #expect(limits.addresses == 10_000)
    }
}
