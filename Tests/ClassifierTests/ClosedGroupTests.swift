import Testing

@testable import Classifier

@Suite("groups and mailboxes that take mail from their members only")
struct ClosedGroupTests {
    private func outcome(_ reply: String, status: String) -> Outcome? {
        classify(
            """
            Return-Path: <>
            Received: by mail.news.example (Postfix)
            \tid 1; Tue, 24 Nov 2026 10:00:05 +0000
            From: MAILER-DAEMON@mail.news.example (Mail Delivery System)
            Subject: Undelivered Mail Returned to Sender
            To: sender@news.example
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: text/plain

            <staff@dest.example>: host mx.dest.example[192.0.2.25] said: \(reply)
                (in reply to end of DATA command)

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mail.news.example

            Final-Recipient: rfc822; staff@dest.example
            Action: failed
            Status: \(status)
            Remote-MTA: dns; mx.dest.example
            Diagnostic-Code: smtp; \(reply)

            --b--

            """
        ).recipients.first
    }

    @Test(
        "are the recipient's, whatever the words, and soft",
        arguments: [
            ("550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send", "5.7.129"),
            ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", "5.7.133"),
            ("550 5.7.134 RESOLVER.RST.SenderNotAuthenticatedForMailbox; authentication required", "5.7.134"),
            ("550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", "5.7.1"),
            ("550 5.7.124 Sender not in the list of allowed senders", "5.7.124"),
            ("550 5.7.129 The sender has no permission", "5.7.129"),
            ("550 5.7.133 Sender not authenticated for group", "5.7.133"),
            ("550 5.7.134 Sender was not authenticated for mailbox", "5.7.134"),
            ("550 5.7.135 Sender was not authenticated for public folder", "5.7.135"),
            ("550 5.7.136 Sender was not authenticated", "5.7.136"), ("550 refused", "5.7.133"),
        ])
    func closed(reply: String, status: String) throws {
        let outcome = try #require(self.outcome(reply, status: status))
        #expect(outcome.party == .recipient)
        #expect(outcome.kind == .soft)
        #expect([.filtered, .securityError].contains(outcome.reason))
    }

    @Test(
        "are not what asks the sender to log in, or does not relay",
        arguments: [
            ("530 5.7.57 Client was not authenticated to send anonymous mail", "5.7.57"),
            ("550 5.7.1 Authentication required", "5.7.1"),
            ("554 5.7.1 <staff@dest.example>: Relay access denied", "5.7.1"),
        ])
    func sender(reply: String, status: String) {
        #expect(outcome(reply, status: status)?.party == .sender)
    }
}
