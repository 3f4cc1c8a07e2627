import Foundation
import Testing

@testable import Classifier

/// Reports that are made to cost the square of their size: without the limits these tests would run for hours.
@Suite("hostile reports", .timeLimit(.minutes(5)))
struct HostileReportTests {
    private func report(text: String, groups: String) -> String {
        """
        Return-Path: <>
        Received: by mail.example.com (Postfix)
        \tid A1; Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
        From: MAILER-DAEMON@mail.example.com
        To: bounces@mail.example.com
        Subject: Undelivered Mail Returned to Sender
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: text/plain

        \(text)
        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example.com
        X-Postfix-Queue-ID: A1

        \(groups)
        --b--

        """
    }

    @Test("look for all recipients in one pass over the text", arguments: ["", "<u\n", "<v@dest.example>\n"])
    func manyRecipients(line: String) {
        let groups = (0..<Limits.recipients).map { "Final-Recipient: rfc822; u\($0)@dest.example\nStatus: 5.1.1\n\n" }
        let lines = String(repeating: line.isEmpty ? "\n" : line, count: 1_000_000 / max(1, line.utf8.count))
        let text = lines + "<U9999@dest.example>: mailbox is full (in reply to RCPT TO command)\n"
        let verdict = classify(report(text: text, groups: groups.joined()))
        #expect(verdict.recipients.count == Limits.recipients)
        #expect(verdict.recipients.last?.address == "u9999@dest.example")
        #expect(verdict.recipients.last?.reason == .mailboxFull)
    }

    /// Bytes that are no UTF-8 become three for one, behind the cut.
    @Test(
        "keep a diagnostic within its limit, whatever its bytes are",
        arguments: [0x41, 0xE9, 0xC3, 0x80, 0xFF] as [UInt8])
    func diagnosticLimit(byte: UInt8) throws {
        let marker = Array("MARKER".utf8)
        let group = "Final-Recipient: rfc822; u@dest.example\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 MARKER\n"
        var bytes = Array(report(text: "Undelivered.", groups: group).utf8)
        let at = try #require(bytes.firstRange(of: marker))
        bytes.replaceSubrange(at, with: [UInt8](repeating: byte, count: 2 * Limits.diagnosticBytes))
        let diagnostic = try #require(classifier.classify(bytes).recipients.first?.diagnostic)
        #expect(diagnostic.hasPrefix("550 5.1.1 "))
        #expect((Limits.diagnosticBytes - 3...Limits.diagnosticBytes).contains(diagnostic.utf8.count))
    }

    @Test("judge no more prose beside the recipients than the limit")
    func longExplanations() {
        let groups = String(
            repeating: "Final-Recipient: rfc822; u@dest.example\nStatus: 5.1.1\n\n", count: Limits.recipients)
        let text = "<u@dest.example>: " + String(repeating: "the rest of a long line\n", count: 1_000)
        let verdict = classify(report(text: text, groups: groups))
        #expect(verdict.limitHit == "more than \(Limits.explanationBytes) bytes about recipients")
        #expect(verdict.recipients.first?.reason == .userUnknown)
        let few = classify(report(text: text, groups: String(groups.prefix(groups.count / 100))))
        #expect(few.limitHit == nil)
    }

    @Test("find each failed recipient of a header field once in prose")
    func failedRecipients() {
        let addresses = (0..<1_000).map { "u\($0)@b.example" }
        let verdict = classify(
            """
            Return-Path: <>
            From: Mail Delivery System <MAILER-DAEMON@mail.example.com>
            Subject: Mail delivery failed
            X-Failed-Recipients: \(addresses.joined(separator: ",\n "))

            A message that you sent could not be delivered:

            \(addresses.map { "  \($0)\n    550 5.1.1 user unknown\n" }.joined())
            """)
        #expect(verdict.recipients.count > 500)
        #expect(verdict.recipients.allSatisfy { $0.reason == .userUnknown })
    }

    @Test("of complaints name each recipient once, however many there are")
    func manyComplaints() {
        let fields = ["Original-Rcpt-To", "Removal-Recipient"].map { name in
            (0..<Limits.recipients).map { "\(name): u\($0)@dest.example\n" }.joined()
        }
        for fields in [fields.joined(), fields.reversed().joined()] {
            let verdict = classify(
                """
                From: feedback@fbl.example
                Subject: complaint
                Content-Type: multipart/report; report-type=feedback-report; boundary=b

                --b
                Content-Type: message/feedback-report

                Feedback-Type: abuse
                \(fields)
                --b--

                """)
            #expect(verdict.messageClass == .complaint)
            #expect(verdict.recipients.count == Limits.recipients)
            #expect(Set(verdict.recipients.map(\.address)).count == Limits.recipients)
        }
    }

    /// What a dialect reads in the prose for each recipient is read once for all.
    @Test(
        "of Exim and Sendmail look into the prose once",
        arguments: [
            ("This message was created automatically by mail delivery software.\n", "generated from"),
            ("   ----- The following addresses had permanent fatal errors -----\n", "expanded from:"),
        ])
    func dialects(sign: String, words: String) {
        let groups = (0..<Limits.recipients).map {
            "Final-Recipient: rfc822; u\($0)@dest.example\nAction: failed\nStatus: 5.1.1\n\n"
        }
        let last = Limits.recipients - 1
        let lines = (0..<5_000).map { "  a\($0)@b.example\n" }.joined()
        let text =
            sign + lines + """
                  u\(last)@dest.example
                    (\(words) mailed@news.example)

                """
        let mail = report(text: text, groups: groups.joined()).replacingOccurrences(
            of: "X-Postfix-Queue-ID: A1\n", with: "")
        let verdict = classify(mail)
        #expect(verdict.recipients.count == Limits.recipients)
        #expect(verdict.recipients.last?.address == "mailed@news.example")
    }

    @Test("have no recipient whose address is longer than the limit, and cut long host names")
    func longNames() {
        func verdict(_ count: Int, host: String = "mx.dest.example") -> Verdict {
            let address = String(repeating: "a", count: count - 13) + "@dest.example"
            return classify(
                report(
                    text: "", groups: "Final-Recipient: rfc822; \(address)\nStatus: 5.1.1\nRemote-MTA: dns; \(host)\n"))
        }
        #expect(verdict(Limits.addressBytes).recipients.first?.address.utf8.count == Limits.addressBytes)
        #expect(verdict(Limits.addressBytes + 1).recipients.isEmpty)
        let host = String(repeating: "a", count: 65_536)
        #expect(verdict(20, host: host).recipients.first?.remoteMTA == String(host.prefix(Limits.hostBytes)))
    }

    @Test("name their paragraph by the whole address, in any case")
    func paragraphs() {
        let text = Array(
            "<bob@dest.example.com>: one\n\n<BOB@dest.example>: two\n<bob@dest.example>: three\n<\n<>\n".utf8)
        let found = text.span.paragraphs(startingWith: ["bob@dest.example", "carol@dest.example"], in: 0..<text.count)
        #expect(found == ["bob@dest.example": 29])
        #expect(text.span.paragraphs(startingWith: [], in: 0..<text.count).isEmpty)
        #expect(text.span.paragraphs(startingWith: ["bob@dest.example"], in: 29..<45).isEmpty)
    }
}
