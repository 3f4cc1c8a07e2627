import Foundation
import Testing

@testable import Classifier

/// Of whom a text says that he does not exist, and whose reply it is.
@Suite("the one of whom a text speaks")
struct PartyTests {
    private static let recipient = "bob@dest.example"

    /// A report with the null sender whose text is this, about mail from news@news.example.
    private func mail(_ text: String, status: String = "", names: [String] = [recipient]) -> String {
        let groups = names.map { name in
            "Final-Recipient: rfc822; \(name)\nAction: failed\n\(status)\n"
        }
        return """
            Return-Path: <>
            Received: by mail.example.com (Postfix)
            \tid A1; Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
            From: MAILER-DAEMON@mail.example.com
            To: news@news.example
            Subject: Undelivered Mail Returned to Sender
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: text/plain; charset=utf-8

            \(text)
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mail.example.com

            \(groups.joined(separator: "\n"))
            --b
            Content-Type: message/rfc822

            From: news@news.example
            To: bob@dest.example

            --b--

            """
    }

    private func kinds(_ mail: String) -> [OutcomeKind] { classify(mail).recipients.map(\.kind) }

    private func kinds(ofReply reply: String) -> [OutcomeKind] {
        kinds(mail("Your message was not delivered.\n", status: "Status: 5.0.0\nDiagnostic-Code: smtp; \(reply)\n"))
    }

    @Test(
        "is not the recipient where the sentence names the sender last",
        arguments: [
            "550 5.7.1 <news@news.example>: Sender address rejected: User unknown in virtual mailbox table",
            "550 Verification failed for <news@news.example>: No such user",
            "550 5.1.1 Verification failed for <news@news.example>: No such user",
            "550 sender callback verify failed, response from mx.news.example: 550 No such user here",
            "550 5.1.7 <news@news.example>: Sender address rejected: undeliverable address: host mx.news.example said: "
                + "550 5.1.1 <news@news.example>: Recipient address rejected: User unknown in virtual mailbox table",
            "550 Cannot verify your address: mailbox not found",
            "550 sorry, your envelope sender has been denied: no such account",
            "550 5.4.4 Sender domain news.example: no MX record",
            "550 news.example: domain not found",
            "550 The domain news.example has no MX, mail refused",
        ])
    func sender(reply: String) { #expect(kinds(ofReply: reply) == [.soft]) }

    @Test(
        "is not the recipient's domain where the sentence names a client or a part of the message",
        arguments: [
            "550 Your IP 198.51.100.3 has no DNS name",
            "550 5.7.25 Client host 198.51.100.3 has no valid PTR; hostname unknown",
            "550 Message-ID header has an invalid domain",
            "550 Domain evil.example does not exist",
        ])
    func client(reply: String) { #expect(kinds(ofReply: reply) == [.soft]) }

    @Test(
        "is the recipient where he is named last, or in the same part of the sentence",
        arguments: [
            "550 The account bob does not exist, sender notified",
            "550 message from <news@news.example> to <bob@dest.example>: no such user",
            "550 Sender ok, recipient address rejected: User unknown in virtual mailbox table",
            "550 Dear sender, the domain dest.example does not exist",
            "550 what your account sent to this user failed since the user is unknown",
            "550 5.7.1 Unable to relay: the recipient's domain dest.example does not exist",
            "554 5.7.1 Anti-spam gateway: recipient bob@dest.example does not exist",
            "550 Unknown user. Your IP 198.51.100.3 was logged",
        ])
    func recipient(reply: String) { #expect(kinds(ofReply: reply) == [.hard]) }

    @Test("is nobody where the message was refused for what it is, or the client did not log in")
    func refused() {
        #expect(kinds(ofReply: "554 Message rejected as spam; to users not found in our whitelist") == [.soft])
        #expect(kinds(ofReply: "535 5.7.8 authentication failed: no such user") == [.soft])
    }

    /// Postfix folds its lines where it likes; `RCPT TO` is no subject of the reply before it.
    @Test(
        "is not the recipient of the command that Postfix names",
        arguments: [
            "(in reply to RCPT TO\n    command)", "(in reply\n    to RCPT TO command)",
            "(in\n    reply to RCPT TO command)",
        ])
    func fold(_ tail: String) {
        let reply = "550 5.7.1 [198.51.100.3] not found in SPF"
        let text = "<bob@dest.example>: host mx.dest.example[192.0.2.7] said: \(reply) \(tail)\n"
        let verdict = classify(
            mail(text, status: "Status: 5.7.1\nDiagnostic-Code: smtp; \(reply)\n").replacingOccurrences(
                of: "Reporting-MTA: dns; mail.example.com\n",
                with: "Reporting-MTA: dns; mail.example.com\nX-Postfix-Queue-ID: A1\n"))
        #expect(verdict.recipients.map(\.kind) == [.soft])
        #expect(verdict.recipients.map(\.command) == ["RCPT"])
    }

    private static let dialogue = """
           ----- The following addresses had permanent fatal errors -----
        <bob@dest.example>
        <ann@dest.example>

           ----- Transcript of session follows -----
        ... while talking to mx.dest.example.:
        >>> RCPT To:<bob@dest.example>
        <<< 550 no such user
        550 5.1.1 <bob@dest.example>... User unknown
        >>> RCPT To:<ann@dest.example>
        <<< 550 Go away
        550 5.1.1 <ann@dest.example>... User unknown

        """

    @Test("is not another one of the same dialogue")
    func dialogue() {
        let names = ["bob@dest.example", "ann@dest.example"]
        let bob =
            "Final-Recipient: rfc822; bob@dest.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n\n"
        let verdict = classify(
            mail(PartyTests.dialogue, status: "Status: 5.1.1\nDiagnostic-Code: smtp; 550 Go away\n", names: [names[1]])
                .replacingOccurrences(of: "Final-Recipient: rfc822; ann", with: bob + "Final-Recipient: rfc822; ann"))
        #expect(verdict.recipients.map(\.address) == names)
        #expect(verdict.recipients.map(\.kind) == [.hard, .soft])
    }

    @Test("answers again where another server is asked, and not where another command is")
    func secondServer() {
        func text(_ second: String) -> String {
            """
               ----- The following addresses had permanent fatal errors -----
            <bob@dest.example>

               ----- Transcript of session follows -----
            ... while talking to mx1.dest.example.:
            >>> RCPT To:<bob@dest.example>
            <<< 451 4.7.1 come back later
            \(second)

            """
        }
        let status = "Status: 5.0.0\n"
        let again =
            "... while talking to mx2.dest.example.:\n>>> RCPT To:<bob@dest.example>\n<<< 550 5.1.1 no such user"
        #expect(kinds(mail(text(again), status: status)) == [.hard])
        #expect(kinds(mail(text(">>> DATA\n<<< 554 5.1.1 no such user"), status: status)) == [.soft])
    }

    @Test("is asked for once by each rule, however often its words stand there")
    func conditions() throws {
        let rules = try RuleSet(
            testing: """
                [[rule]]
                id = "mine"
                reason = "filtered"
                any = ["nobody here"]
                against = ["but me"]
                """)
        var asked = 0
        let text = FoldedText(String(repeating: "nobody here ", count: 500))
        let found = rules.search(text) { _ in
            asked += 1
            return false
        }
        #expect(found.matches.isEmpty)
        #expect(asked == 1)
    }
}
