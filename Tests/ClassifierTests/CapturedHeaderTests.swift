import MIME
import Testing
import Verdict

@testable import Classifier

@Suite("Header fields of the returned message that the settings name")
struct CapturedHeaderTests {
    private func settings(_ names: [String] = ["X-Campaign", "x-Job"]) throws -> Settings {
        var settings = Settings()
        settings.capturedHeaders = try names.map { try #require(CustomFieldName($0)) }
        return settings
    }

    /// A report that returns a header in a part of that type.
    private func report(_ header: [UInt8], type: String = "text/rfc822-headers", prefix: String = "") -> [UInt8] {
        let head = """
            Return-Path: <>
            From: Mail Delivery System <MAILER-DAEMON@mx.dest.example>
            Subject: Undelivered Mail Returned to Sender
            X-Campaign: the report's own
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.dest.example
            X-Campaign: a field about the message

            Final-Recipient: rfc822; vera@dest.example
            Action: failed
            Status: 5.1.1

            --b
            Content-Type: \(type)

            From: news@news.example

            """
        return Array(head.utf8) + header + Array("\n\n--b--\n".utf8)
    }

    private func headers(_ header: [UInt8], _ settings: Settings, type: String = "text/rfc822-headers")
        -> [OriginalMessage.Header]?
    {
        Classifier(settings: settings).classify(report(header, type: type)).original?.headers
    }

    private func value(_ header: String) throws -> String? {
        try headers(Array(header.utf8), settings())?.first?.value
    }

    @Test("are read from a returned message and from its header alone, as the settings spell and order them")
    func read() throws {
        let wanted = [
            OriginalMessage.Header(name: "X-Campaign", value: "42"), OriginalMessage.Header(name: "x-Job", value: "7"),
        ]
        for type in ["text/rfc822-headers", "message/rfc822"] {
            let header = Array("X-JOB: 7\nx-campaign: 42\nX-Other: 1".utf8)
            #expect(try headers(header, settings(), type: type) == wanted)
            #expect(headers(header, Settings(), type: type) == [])
        }
    }

    @Test("are read where a server quotes the header in its text")
    func quoted() throws {
        let mail = """
            Return-Path: <>
            From: MAILER-DAEMON@mx.dest.example
            To: bounce@news.example
            Subject: failure notice

            Hi. This is the qmail-send program at mx.dest.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <vera@dest.example>:
            Sorry, no mailbox here by that name. (#5.1.1)

            --- Below this line is a copy of the message.

            Return-Path: <bounce@news.example>
            From: news@news.example
            To: vera@dest.example
            Subject: November
            X-Campaign: 42
            Message-ID: <1@news.example>

            Hello.
            X-Job: not a field

            """
        let verdict = Classifier(settings: try settings()).classify(Array(mail.utf8))
        #expect(verdict.original?.messageID == "1@news.example")
        #expect(verdict.original?.headers == [OriginalMessage.Header(name: "X-Campaign", value: "42")])
    }

    @Test(
        "are decoded and one line, whatever they hold; the first of a name counts",
        arguments: [
            ("X-Campaign: =?utf-8?q?N=C3=A9ws?= =?utf-8?b?w6k=?=", "Néwsé"),
            ("X-Campaign: =?iso-8859-1?q?caf=E9?=", "café"),
            ("X-Campaign: a\n\tb\n  c", "a b c"),
            ("X-Campaign: a\u{0}b\u{1B}[2Jc\u{7F}", "a b [2Jc"),
            ("X-Campaign: =?utf-8?q?a=00=0D=0AX-Job=3A_7?=", "a X-Job: 7"),
            ("X-Campaign: 1\nX-Campaign: 2", "1"),
            ("X-Campaign:   \nX-Campaign: 2", nil),
            ("X-Campaign", nil),
            ("X-Campaigns: 1\nX-Campaig: 2\nY-Campaign: 3", nil),
        ] as [(String, String?)])
    func decoded(header: String, expected: String?) throws {
        #expect(try value(header) == expected)
    }

    @Test("bytes that are not UTF-8 become characters")
    func invalid() throws {
        let found = try headers(Array("X-Campaign: a".utf8) + [0xFF, 0xC3, 0x28] + Array("z".utf8), settings())
        let value = try #require(found?.first?.value)
        #expect(value.hasPrefix("a") && value.hasSuffix("z") && value.utf8.count <= Limits.capturedBytes)
    }

    @Test("are cut at a character's end, and those after the sixteenth are left out")
    func limits() throws {
        let long = "X-Campaign: x" + String(repeating: "é", count: 1 << 19)
        let value = try #require(try value(long))
        #expect(value == "x" + String(repeating: "é", count: (Limits.capturedBytes - 1) / 2))
        let names = (0..<20).map { "X-\($0)" }
        let all = Array(names.map { "\($0): v" }.joined(separator: "\n").utf8)
        #expect(try headers(all, settings(names))?.map(\.name) == Array(names.prefix(Limits.capturedHeaders)))
    }

    @Test("do not change what the report says of recipients")
    func nothingElse() throws {
        let mail = report(Array("X-Campaign: 42".utf8))
        var with = Classifier(settings: try settings()).classify(mail)
        let without = Classifier().classify(mail)
        #expect(with != without)
        with.original?.headers = []
        #expect(with == without)
    }
}

@Suite("A field name of a configuration")
struct CustomFieldNameTests {
    @Test("is visible ASCII without a colon, and compared without case")
    func valid() throws {
        for text in [
            "", "X Campaign", "X-Campaign:", "X-Kampagne-ü", "x\n", "x\u{0}", String(repeating: "x", count: 77),
        ] {
            #expect(CustomFieldName(text) == nil, "\(text)")
        }
        for text in ["X-Campaign", "!", "x{\"\\}_1", String(repeating: "x", count: CustomFieldName.maximumBytes)] {
            #expect(CustomFieldName(text)?.spelling == text)
        }
        #expect(CustomFieldName("X-A") == CustomFieldName("x-a") && CustomFieldName("x-a") != CustomFieldName("x-b"))
        let message = Message(parsing: Array("x{\"\\}_1: braces\nx[\"|]_1: brackets\n\n".utf8))
        // `[` and `{` differ in the bit of case only, and are no letters.
        for (text, value) in [("X{\"\\}_1", "braces"), ("x[\"|]_1", "brackets")] {
            let name = try #require(CustomFieldName(text))
            let field = try #require(message.field(name))
            #expect(message.text(of: field) == value)
        }
    }
}
