import Testing

@testable import MIME

@Suite("Parts")
struct PartTests {
    private static let report = "Content-Type: multipart/report; boundary=b\n\n"

    @Test("are cut out of the bytes exactly, without the line end before the delimiter", arguments: ["\n", "\r\n"])
    func ranges(feed: String) {
        let lines = [
            "Content-Type: multipart/mixed; boundary=b", "", "pre", "--b", "X: 1", "", "one", "--b", "", "two", "--b--",
            "epi",
        ]
        let text = lines.joined(separator: feed) + feed
        let message = Message(parsing: Array(text.utf8))
        let found = message.parts.map { string(message.bytes.span.copy($0.body)) }
        #expect(found.dropFirst() == ["one", "two"])
        #expect(message.parts[0].body.upperBound == text.utf8.count)
        #expect(found[0].hasPrefix("pre") && found[0].hasSuffix("epi" + feed))
        #expect(message.parts.map(\.parent) == [nil, 0, 0])
        #expect(fields(message, of: 1) == ["X=1"])
    }

    @Test("are found among lines with dashes, wherever these stand")
    func dashes() {
        let others = ["-", "--", "--bb", "a--b", " --b", "-b", "a-", "\r--b", "---b", "a"]
        for first in others {
            for second in others {
                let text = PartTests.report + "\(first)\n\(second)\n--b\n\n\(second)\n\(first)\n--b--\n\(first)"
                #expect(outline(Message(parsing: Array(text.utf8))).dropFirst() == ["1 textPlain: \(second)\n\(first)"])
            }
        }
    }

    @Test(
        "are found by their delimiters",
        arguments: [
            // Preamble, epilogue, white space behind a delimiter.
            (report + "p\n--b\n\na\n--b--\ne\n", ["0 multipartReport", "1 textPlain: a"]),
            (report + "--b \t\n\na\n--b-- \n", ["0 multipartReport", "1 textPlain: a"]),
            (report + "--b\r\n\na\n--b--\r\n", ["0 multipartReport", "1 textPlain: a"]),
            // Empty parts.
            (
                report + "--b\n--b\n\n--b\n\n\n--b--",
                ["0 multipartReport", "1 textPlain: ", "1 textPlain: ", "1 textPlain: "]
            ),
            (report + "--b\nX: y\n--b\n--b--", ["0 multipartReport", "1 textPlain: ", "1 textPlain: "]),
            (report + "--b", ["0 multipartReport", "1 textPlain: "]),
            // A body's empty lines are its own.
            (report + "--b\n\n\n\na\n\n--b--", ["0 multipartReport", "1 textPlain: \n\na\n"]),
            // The closing delimiter is missing, or cut.
            (report + "--b\n\na\n", ["0 multipartReport", "1 textPlain: a\n"]),
            (report + "--b\n\na\n--b", ["0 multipartReport", "1 textPlain: a", "1 textPlain: "]),
            (report + "--b\n\na\n--", ["0 multipartReport", "1 textPlain: a\n--"]),
            // No delimiters: lines that only look like them.
            (
                report + "--b\n\n--bb\n--c\n- b\n --b\nb\n--b-\n--B\n--b--x\n--b--",
                ["0 multipartReport", "1 textPlain: --bb\n--c\n- b\n --b\nb\n--b-\n--B\n--b--x"]
            ),
            // What stands behind the closing delimiter is no part.
            (report + "--b\n\na\n--b--\n--b\n\nc\n", ["0 multipartReport", "1 textPlain: a"]),
            // One text.
            (report + "Hello\n", ["0 textPlain: Hello\n"]), (report, ["0 multipartReport: "]),
            ("Content-Type: multipart/mixed\n\nHello\n", ["0 textPlain: Hello\n"]),
        ])
    func delimiters(text: String, expected: [String]) {
        #expect(outline(text) == expected)
    }

    @Test("of a multipart within a multipart end with it, also where its own end is missing", arguments: [true, false])
    func nested(isClosed: Bool) {
        let text =
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=ab\n\n"
            + "--ab\n\none\n--ab\nContent-Type: text/html\n\ntwo\n" + (isClosed ? "--ab--\nepilogue\n" : "")
            + "--a\n\nthree\n--a--\n"
        #expect(
            outline(text) == [
                "0 multipartOther", "1 multipartAlternative", "2 textPlain: one", "2 textHTML: two",
                "1 textPlain: three",
            ])
    }

    @Test(
        "whose boundary starts with another one's are told apart",
        arguments: [("a", "a--"), ("a--", "a"), ("a", "a b")])
    func prefixes(outer: String, inner: String) {
        let text =
            "Content-Type: multipart/mixed; boundary=\"\(outer)\"\n\n--\(outer)\n"
            + "Content-Type: multipart/mixed; boundary=\"\(inner)\"\n\n--\(inner)\n\none\n--\(inner)--\n--\(outer)\n\ntwo\n--\(outer)--\n"
        #expect(
            outline(text) == ["0 multipartOther", "1 multipartOther", "2 textPlain: one", "1 textPlain: two"])
    }

    @Test(
        "are found by a boundary parameter in any form",
        arguments: [
            "boundary=x:y", "boundary=\"x:y\"", "BOUNDARY = \"x:y\"", "boundary=\"x:y\" ; a=b",
            "a=\"b;c\"; boundary=x:y",
            "a=b;\n\tboundary=\"x:y\"", "boundary=x:y (comment)", "boundary=x:y\n\t(comment)",
            "(a;b) ; (c) boundary (d) = (e) x:y",
            "boundary*=us-ascii''x%3Ay", "boundary*0=x;\n boundary*1=\":y\"",
            "boundary*1*=:y; boundary*0*=us-ascii'en'%78",
            "boundary=\"x:y \"", "boundary=\"x\\:y\"", ";boundary=x:y", "boundary=x:y; boundary=z",
        ])
    func parameter(parameter: String) {
        let text = "Content-Type: multipart/mixed; \(parameter)\n\n--x:y\nX: y\n--x:y\n\ntwo\n--x:y--\n"
        #expect(outline(text) == ["0 multipartOther", "1 textPlain: ", "1 textPlain: two"])
    }

    @Test("are found by a boundary that is no UTF-8")
    func boundaryBytes() {
        let text = "Content-Type: multipart/mixed; boundary=#\n\nsome\n--#\n\none\n--#--\n"
        let bytes = text.utf8.map { $0 == UInt8(ascii: "#") ? 0xE9 : $0 }
        #expect(outline(Message(parsing: bytes)) == ["0 multipartOther", "1 textPlain: one"])
    }

    @Test(
        "are found where the boundary parameter is missing or wrong",
        arguments: [
            "", "; boundary=", "; boundary=\"\"", "; boundary=other", "; boundary=\"----=_Next Part",
            "; boundary=----=_Next Part",
            "; boundary=\"----=_next part\"",
        ])
    func wrongBoundary(parameter: String) {
        let parts =
            "\n\nText for old readers.\n------=_Next Part\nContent-Type: text/html\n\none\n------=_Next Part--\n"
        #expect(
            outline("Content-Type: multipart/mixed\(parameter)\(parts)") == ["0 multipartOther", "1 textHTML: one"])
        let text =
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative\(parameter)\(parts)--a\n\ntwo\n--a--\n"
        #expect(
            outline(text) == ["0 multipartOther", "1 multipartAlternative", "2 textHTML: one", "1 textPlain: two"])
    }

    @Test(
        "are not read into rules, signatures and delimiters of others",
        arguments: ["-- \nBob\n", "--Bob\n\nBye\n", "---------------\n\nBye\n", " --abcdefghij\n\nBye", "Hello\n"])
    func noBoundary(body: String) {
        #expect(outline("Content-Type: multipart/mixed; boundary=x\n\n\(body)") == ["0 textPlain: \(body)"])
        let text =
            "Content-Type: multipart/mixed; boundary=aaaaaaaaaa\n\n--aaaaaaaaaa\nContent-Type: multipart/mixed\n\n\(body)\n"
            + "--aaaaaaaaaa\n\ntwo\n--aaaaaaaaaa--\n"
        #expect(outline(text) == ["0 multipartOther", "1 textPlain: \(body)", "1 textPlain: two"])
    }

    @Test("of an enclosed message are its own, and its end is its holder's")
    func enclosed() {
        let text =
            "Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/rfc822\n\nSubject: inner\n"
            + "Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--i\nContent-Type: message/rfc822\n\n\nSubject: innermost\n\n"
            + "deep\n--a\n\ntwo\n--a--\n"
        let message = Message(parsing: Array(text.utf8))
        #expect(
            outline(message) == [
                "0 multipartReport", "1 messageRFC822", "2 multipartOther enclosed", "3 textPlain enclosed: one",
                "3 messageRFC822 enclosed", "4 textPlain enclosed: deep", "1 textPlain: two",
            ])
        #expect(message.text(.subject, in: 2) == "inner")
        #expect(message.text(.subject, in: 5) == "innermost")
    }

    @Test(
        "that enclose a message hold one also where it is empty or cut",
        arguments: [
            ("", ["1 messageRFC822", "2 textPlain enclosed: "]), ("\n", ["1 messageRFC822", "2 textPlain enclosed: "]),
            ("Subject: a", ["1 messageRFC822", "2 textPlain enclosed: "]),
            ("\n \t\n\nSubject: a\n\nb", ["1 messageRFC822", "2 textPlain enclosed: b"]),
            ("\n\n\nno field\n", ["1 messageRFC822", "2 textPlain enclosed: \n\nno field\n"]),
            (
                "Content-Type: multipart/mixed; boundary=i\n\nno delimiter",
                ["1 messageRFC822", "2 multipartOther enclosed: no delimiter"]
            ),
        ])
    func cutMessage(content: String, expected: [String]) {
        let text = Self.report + "--b\nContent-Type: message/rfc822\n\n\(content)\n--b--\n"
        let message = Message(parsing: Array(text.utf8))
        #expect(Array(outline(message).dropFirst()) == expected)
    }

    @Test("that enclose an encoded message are decoded when asked for")
    func encodedMessage() {
        let text =
            Self.report + "--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
            + "U3ViamVjdDog\nYQoKYm9keQ==\n--b--\n"
        let message = Message(parsing: Array(text.utf8))
        #expect(message.parts.count == 2)
        #expect(string(message.decodedBody(ofPart: 1)) == "Subject: a\n\nbody")
    }

    @Test("of a digest are messages")
    func digest() {
        let text =
            "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: a\n\none\n--b\nContent-Type: text/plain\n\ntwo\n--b--\n"
        #expect(
            outline(text) == ["0 multipartOther", "1 messageRFC822", "2 textPlain enclosed: one", "1 textPlain: two"])
    }

    @Test(
        "have the type that the first Content-Type says, in any case",
        arguments: [
            ("text/plain", .textPlain), ("TEXT/HTML; charset=x", .textHTML), ("text/rfc822-headers", .textHeaders),
            ("text/calendar", .textCalendar), ("text/x-mine", .textOther), ("text/plain (comment; x)", .textPlain),
            ("text/plain charset=x", .textPlain), ("\n multipart/report; boundary=b", .multipartReport),
            ("multipart/digest", .multipartOther), ("message/rfc822", .messageRFC822),
            ("message/global", .messageRFC822),
            ("message/global-headers", .textHeaders), ("message/delivery-status", .messageDeliveryStatus),
            ("message/global-delivery-status", .messageDeliveryStatus),
            ("message/feedback-report", .messageFeedbackReport),
            ("message/disposition-notification", .messageDisposition),
            ("message/global-disposition-notification", .messageDisposition),
            ("message/partial", .messagePartial), ("message/external-body", .messageOther), ("image/png", .other),
            ("texts/plain", .other), ("", .textPlain), (";", .textPlain), ("text", .textPlain),
            ("nonsense", .textPlain),
            ("multipart", .textPlain), ("(", .textPlain),
        ] as [(String, MediaType)])
    func types(value: String, type: MediaType) {
        let message = Message(parsing: Array("Content-Type: \(value)\nContent-Type: image/gif\n\n".utf8))
        #expect(message.parts[0].type == type)
        #expect(message.parts[0].hasContentType)
    }

    @Test(
        "have the first transfer encoding that stands in their header",
        arguments: [
            ("base64", .base64), (" BASE64 (comment)", .base64), ("\"base64\"", .base64),
            ("\n quoted-printable", .quotedPrintable),
            ("x-uuencode", .uuencode), ("7bit", .identity), ("rot13", .identity), ("", .identity),
        ] as [(String, TransferEncoding)])
    func encodings(value: String, encoding: TransferEncoding) {
        let text = "Content-Transfer-Encoding:\(value)\nContent-Transfer-Encoding: quoted-printable\n\n"
        #expect(Message(parsing: Array(text.utf8)).parts[0].encoding == encoding)
    }

    @Test("without Content-Type are plain text")
    func noType() {
        let message = Message(parsing: Array("Subject: a\n\nbody".utf8))
        #expect(outline(message) == ["0 textPlain: body"])
        #expect(!message.parts[0].hasContentType)
    }
}
