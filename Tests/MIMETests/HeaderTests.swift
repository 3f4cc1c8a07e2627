import Testing

@testable import MIME

@Suite("A header")
struct HeaderTests {
    @Test(
        "is read up to its end, whatever its lines end with",
        arguments: [
            // Text, fields, body.
            ("Subject: a\nTo: b\n\nbody\n", ["Subject=a", "To=b"], "body\n"),
            ("Subject: a\r\nTo: b\r\n\r\nbody\r\n", ["Subject=a", "To=b"], "body\r\n"),
            ("Subject: a\rTo: b\r\rbody\r", ["Subject=a", "To=b"], "body\n"),
            ("Subject: a\r\nTo: b\n\r\nbody\r\n", ["Subject=a", "To=b"], "body\r\n"),
            ("Subject: a\nTo: b\r\n\nbody", ["Subject=a", "To=b"], "body"),
            ("Subject: a\rb\nTo: c\n\nbody", ["Subject=a\rb", "To=c"], "body"),
            ("Subject: a", ["Subject=a"], ""), ("Subject: a\n", ["Subject=a"], ""),
            ("Subject: a\n\n", ["Subject=a"], ""),
            ("Subject:\n\n", ["Subject="], ""), ("Subject:a\nX:\n\nb", ["Subject=a", "X="], "b"),
            // No empty line: the first line that is no field starts the body.
            ("Subject: a\nHello there\nTo: b\n", ["Subject=a"], "Hello there\nTo: b\n"),
            // No header.
            ("Hello there\n\nbody", [], "Hello there\n\nbody"), ("", [], ""), ("\n\n\n", [], "\n\n"), ("\r", [], ""),
            (": a\n\nbody", [], ": a\n\nbody"), ("Ünknown: a\n\nb", [], "Ünknown: a\n\nb"),
            (" folded\nSubject: a\n", [], " folded\nSubject: a\n"), (" \t\nbody", [], "body"),
            // Folds, the last one of blanks only.
            ("Subject: a\n b\n\tc\n\nbody", ["Subject=a b\tc"], "body"),
            ("Subject:\r\n a\r\n \r\n b\r\n\r\nbody", ["Subject=a  b"], "body"),
            ("Subject: a\n \nTo: b\n\nbody", ["Subject=a", "To=b"], "body"), ("Subject: a\n b", ["Subject=a b"], ""),
            // Blanks before the colon; a name is no more than letters and signs.
            ("Subject : a\nTo\t \t: b\n\n", ["Subject=a", "To=b"], ""), ("From : a\n\n", ["From=a"], ""),
            ("Two words: a\n\n", [], "Two words: a\n\n"), ("a\0b: c\n\n", [], "a\0b: c\n\n"),
            // Empty lines and a byte order mark before the first field.
            ("\n\r\nSubject: a\n\nbody", ["Subject=a"], "body"), ("\u{FEFF}Subject: a\n\nbody", ["Subject=a"], "body"),
            ("  \t\n\n \r\nSubject: a\n\nbody", ["Subject=a"], "body"), ("\n \nFrom now on", [], "From now on"),
            ("Subject: a\0b\n\nc\0", ["Subject=a\0b"], "c\0"),
        ])
    func lines(text: String, expected: [String], body: String) {
        let message = Message(parsing: Array(text.utf8))
        #expect(fields(message) == expected)
        #expect(string(message.bytes.span.copy(message.parts[0].body)) == body)
        #expect(message.limitHit == nil)
    }

    @Test(
        "hands out the same value with a copy and without one",
        arguments: [
            "X:", "X: a", "X: \t a \r\n", "X: a\n b", "X: a\r\n\tb\r\n c\r\n", "X: 123456789", "X: 12345\r\n 789",
        ])
    func values(text: String) throws {
        var limits = MIMELimits()
        limits.fieldBytes = 6
        let message = Message(parsing: Array(text.utf8), limits: limits)
        let field = try #require(message.field(FieldName("x")))
        let value = message.value(of: field)
        #expect(message.withValue(of: field) { $0.copy(0..<$0.count) } == value)
        #expect(message.withValue(FieldName("x")) { $0.count } == value.count)
        #expect(message.withValue(FieldName("y")) { $0.count } == nil)
    }

    @Test(
        "is found behind and between mbox separators, which prose is not",
        arguments: [
            ("From bob@x Tue Nov 24 11:27:05 2026\nSubject: a\n\nbody", ["Subject=a"], "body"),
            (">From bob Tue Nov 24 11:27:05 2026\r\nSubject: a\r\n\r\nbody", ["Subject=a"], "body"),
            ("From a 1\n  \n\t\nSubject: a\n\nbody", ["Subject=a"], "body"),
            ("  \nFrom a 1\nSubject: a\n\nbody", ["Subject=a"], "body"),
            ("From a 1\n>From b 2\nSubject: a\n\nbody", ["Subject=a"], "body"),
            ("Received: a\nFrom b 2\nSubject: c\n\nbody", ["Received=a", "Subject=c"], "body"),
            (
                "Received: a\nFrom b 2\n folded\nSubject: c\n\nbody", ["Received=a"],
                "From b 2\n folded\nSubject: c\n\nbody"
            ),
            ("From now on\nmail fails.\n", [], "From now on\nmail fails.\n"),
            ("from a to b\nX: c\n", [], "from a to b\nX: c\n"),
            ("Subject: a\nFrom now on\nmail fails.\n", ["Subject=a"], "From now on\nmail fails.\n"),
            ("From: a\nFrom b\nTo: c\n\n", ["From=a", "To=c"], ""),
        ])
    func separators(text: String, expected: [String], body: String) {
        lines(text: text, expected: expected, body: body)
    }

    @Test("is found when it starts with an mbox separator inside an enclosed message")
    func enclosedSeparator() {
        let text = "Content-Type: message/rfc822\n\n>From bob 1\nSubject: a\n\nbody"
        let message = Message(parsing: Array(text.utf8))
        #expect(fields(message, of: 1) == ["Subject=a"])
    }

    @Test("gives a field by its name in any case, the first one or all of them")
    func lookup() {
        let message = Message(parsing: Array("SUBJECT: a\nsubject: b\nSubjects: c\n\nSubject: d\n".utf8))
        #expect(message.value(.subject) == Array("a".utf8))
        #expect(message.allFields(.subject).map { string(message.value(of: $0)) } == ["a", "b"])
        #expect(message.has(.subject) && !message.has(.to))
        #expect(message.text(.subject) == "a")
        #expect(message.text(.to) == nil)
    }

    @Test("gives a field's place in the bytes")
    func places() {
        let message = Message(parsing: Array("To: x\nSubject \t:  a\r\n b \r\n\r\n".utf8))
        #expect(message.fields.map(\.name) == [0..<2, 6..<13])
        #expect(message.fields.map(\.value) == [3..<5, 16..<24])
        #expect(message.value(.subject) == Array("a b".utf8))
    }

    /// POP clients and web forms take away the blanks at the start of a line.
    @Test(
        "goes on where a fold lost its blanks, and never takes the body",
        arguments: [
            (
                "Received: from a (a [192.0.2.1])\nby b (Postfix) with ESMTP id 1\nfor <c@d.example>; Tue, 12 May 2026\n"
                    + "Subject: x\n\nbody",
                [
                    "Received=from a (a [192.0.2.1]) by b (Postfix) with ESMTP id 1 for <c@d.example>; Tue, 12 May 2026",
                    "Subject=x",
                ], "body"
            ),
            // The last field: what it lacks is a date, or parameters, some of which look like fields.
            (
                "Received: by b;\r\nTue, 24 Nov 2026 10:00:05 +0000\r\n\r\nx",
                ["Received=by b; Tue, 24 Nov 2026 10:00:05 +0000"], "x"
            ),
            (
                "Content-Type: multipart/report;\nreport-type=delivery-status;\nboundary=\"a:b\"\n\nbody",
                ["Content-Type=multipart/report; report-type=delivery-status; boundary=\"a:b\""], "body"
            ),
            ("Content-Type: text/plain\n; charset=utf-8\n\nbody", ["Content-Type=text/plain ; charset=utf-8"], "body"),
            (
                "From: \"Mail Delivery\nSystem\" <d@mx.example>\n\nbody",
                ["From=\"Mail Delivery System\" <d@mx.example>"], "body"
            ),
            (
                "From: d@mx.example (Mail\nDelivery System)\n\nbody", ["From=d@mx.example (Mail Delivery System)"],
                "body"
            ),
            // A subject, where the header goes on.
            (
                "Subject: Mail delivery failed:\nreturning\nDate: today\n\nbody",
                ["Subject=Mail delivery failed: returning", "Date=today"], "body"
            ),
            (
                "DKIM-Signature: v=1;\nh=from:to;\nb=abc\ndef=\nTo: b\n\nx",
                ["DKIM-Signature=v=1; h=from:to; b=abc def=", "To=b"], "x"
            ),
            // Bodies without an empty line before them.
            ("Content-Type: text/plain;\nHello there\n\nmore", ["Content-Type=text/plain;"], "Hello there\n\nmore"),
            ("Received: by b;\nHello there\n\nmore", ["Received=by b;"], "Hello there\n\nmore"),
            ("From: \"a\nHello there\n\nmore\"", ["From=\"a"], "Hello there\n\nmore\""),
            ("Subject: a (b\nHello) there\n\nmore", ["Subject=a (b"], "Hello) there\n\nmore"),
            // The header of a returned message, which names again what this one has named.
            ("Subject: a\nIt failed:\nSubject: b\n\nmore", ["Subject=a"], "It failed:\nSubject: b\n\nmore"),
            ("Subject: a\nIt failed:\nStatus: 5.1.1\n\nmore", ["Subject=a"], "It failed:\nStatus: 5.1.1\n\nmore"),
            // Other folds kept their blanks.
            ("Subject: a\n b\nHello\nTo: b\n\nmore", ["Subject=a b"], "Hello\nTo: b\n\nmore"),
            // No header goes on for so long.
            (
                "Subject: a\n" + String(repeating: "b\n", count: LostFold.linesSearched + 1) + "To: c\n\nd",
                ["Subject=a"], String(repeating: "b\n", count: LostFold.linesSearched + 1) + "To: c\n\nd"
            ),
            (
                "Subject: a\nb\nTo: c\n" + String(repeating: "X: c\n", count: LostFold.headerLines) + "\nd",
                ["Subject=a"], "b\nTo: c\n" + String(repeating: "X: c\n", count: LostFold.headerLines) + "\nd"
            ),
        ])
    func lostFolds(text: String, expected: [String], body: String) {
        let message = Message(parsing: Array(text.utf8))
        #expect(fields(message) == expected)
        #expect(string(message.bytes.span.copy(message.parts[0].body)) == body)
    }

    @Test("of a part goes on likewise, but a message's fields are its text")
    func lostFoldsOfParts() {
        let start = "Content-Type: multipart/mixed;\nboundary=b\n\n--b\n"
        let part =
            "Content-Type: text/plain;\nname=\"a b\"\nContent-Description: a\nlong one\nContent-ID: 1\n\nx\n--b--\n"
        let message = Message(parsing: Array((start + part).utf8))
        #expect(message.parts.count == 2)
        #expect(message.text(.contentDescription, in: 1) == "a long one")
        let prose = Message(parsing: Array((start + "Content-ID: 1\nIt failed.\nTo: a\n\nx\n--b--\n").utf8))
        #expect(string(prose.bytes.span.copy(prose.parts[1].body)) == "It failed.\nTo: a\n\nx")
    }
}
