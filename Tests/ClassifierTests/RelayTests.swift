import Testing

@testable import Classifier

@Suite("What relays say of their own lists, and what our own says")
struct RelayTests {
    private func classify(_ mail: String, _ settings: Settings = Settings()) -> Verdict {
        Classifier(settings: settings).classify(Array(mail.utf8))
    }

    /// A report about recipients, each with its fields but the address.
    private func report(
        _ recipients: [(address: String, fields: String)], by host: String = "mail.news.example",
        from: String? = nil, text: String = "Your message did not arrive.", header: String = "", to: String? = nil
    ) -> String {
        let groups = recipients.map { "Final-Recipient: rfc822; \($0.address)\nAction: failed\n\($0.fields)\n" }
        return """
            \(header)Return-Path: <>
            Received: from mx.dest.example (mx.dest.example [192.0.2.25])
            \tby mail.news.example (Postfix) with ESMTP id 1; Tue, 24 Nov 2026 10:00:05 +0000
            From: Mail Delivery System <\(from ?? "MAILER-DAEMON@\(host)")>
            To: \(to ?? "bounce@news.example")
            Subject: Undelivered Mail Returned to Sender
            Message-ID: <1@mx.dest.example>
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="b"

            --b
            Content-Type: text/plain; charset=us-ascii

            \(text)

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; \(host)

            \(groups.joined(separator: "\n"))
            --b--

            """
    }

    /// A report of our own server about a reply of `host`.
    private func refusal(by host: String, _ reply: String, status: String = "5.0.0") -> Verdict {
        classify(
            report([
                ("bob@dest.example", "Status: \(status)\nRemote-MTA: dns; \(host)\nDiagnostic-Code: smtp; \(reply)")
            ]))
    }

    @Test(
        "A relay that says that an address is on its list is named",
        arguments: [
            (
                "email-smtp.eu-west-1.amazonaws.com", "554 Message rejected: Address is on the suppression list",
                "amazon-ses", "suspend"
            ),
            ("smtp.mailgun.org", "550 5.7.1 Not delivering to previously bounced address", "mailgun", "userunknown"),
            (
                "smtp.eu.mailgun.org", "550 NOT DELIVERING to a user who\n  marked your messages as spam", "mailgun",
                "filtered"
            ),
            ("smtp.mailgun.org", "550 Not delivering to an unsubscribed address", "mailgun", "filtered"),
            ("smtp.sendgrid.net", "550 Bounced Address", "sendgrid", "userunknown"),
            ("smtp.sendgrid.net", "550 Spam Reporting Address", "sendgrid", "filtered"),
            ("smtp.sendgrid.net", "550 Unsubscribed Address", "sendgrid", "filtered"),
            ("smtp.postmarkapp.com", "550 5.7.1 the recipient has been marked as inactive", "postmark", "suspend"),
            ("smtp-broadcasts.postmarkapp.com", "550 InactiveRecipient", "postmark", "suspend"),
            ("in-v3.mailjet.com", "550 preblocked", "mailjet", "suspend"),
            (
                "smtp.sparkpostmail.com", "550 5.7.1 recipient address suppressed due to customer policy", "sparkpost",
                "suspend"
            ),
            ("smtp-relay.brevo.com", "550 contact is blacklisted", "brevo", "suspend"),
            ("mail.smtp2go.com", "550 that address is on a suppression list", "smtp2go", "suspend"),
        ])
    func relays(host: String, reply: String, relay: String, reason: String) {
        let verdict = refusal(by: host, reply)
        #expect(verdict.recipients.map { $0.relay?.rawValue } == [relay])
        #expect(verdict.recipients.map { $0.reason?.rawValue } == [reason])
        #expect(verdict.messageClass == (reason == "userunknown" ? .hardBounce : .softBounce))
        #expect(verdict.evidence.contains { $0.rule == "relay/\(relay)" })
    }

    @Test("Who says it decides: a relay in its own report, or the server that a text names last")
    func speakers() {
        let words = "550 5.1.1 the address is on the suppression list of this account"
        func relay(by host: String, from: String? = nil, _ fields: String, text: String = "-") -> Relay? {
            classify(report([("bob@dest.example", fields)], by: host, from: from, text: text)).recipients.first?.relay
        }
        let diagnostic = "Status: 5.1.1\nDiagnostic-Code: smtp; \(words)"
        #expect(relay(by: "a8-1.smtp-out.eu-west-1.amazonses.com", diagnostic) == .amazonSES)
        #expect(relay(by: "mta.example", from: "MAILER-DAEMON@amazonses.com", diagnostic) == .amazonSES)
        #expect(
            relay(
                by: "hub.example",
                "Status: 5.1.1\nRemote-MTA: dns; inner.example\nDiagnostic-Code: smtp; 554 "
                    + "host smtp.mailgun.org[192.0.2.1] said: \(words) (in reply to RCPT TO command)") == .mailgun)
        #expect(
            relay(
                by: "hub.example", "Status: 5.1.1",
                text:
                    "  bob@dest.example\n    SMTP error from remote mail server after RCPT TO:<bob@dest.example>:\n"
                    + "    host smtp.sendgrid.net [192.0.2.1]: \(words)") == .sendGrid)
        // A server of the recipient's, in whoever's report, and a customer's machine at Amazon.
        #expect(relay(by: "mx.dest.example", diagnostic) == nil)
        #expect(relay(by: "a.amazonses.com", "Remote-MTA: dns; mx.dest.example\n\(diagnostic)") == nil)
        #expect(
            relay(
                by: "a.amazonses.com",
                "Status: 5.1.1\nDiagnostic-Code: smtp; host mx.dest.example[192.0.2.2] "
                    + "said: \(words)") == nil)
        #expect(relay(by: "ec2-192-0-2-1.compute.amazonaws.com", diagnostic) == nil)
        #expect(relay(by: "notmailgun.org.example", diagnostic) == nil)
        #expect(relay(by: "xmailgun.org", diagnostic) == nil)
    }

    @Test("A relay's other words, and what it says may be tried again, are what they were")
    func otherWords() {
        #expect(refusal(by: "smtp.mailgun.org", "550 5.1.1 user unknown").recipients.map(\.relay) == [nil])
        #expect(
            refusal(by: "smtp.mailgun.org", "454 4.7.1 it is on a suppression list").recipients.map(\.relay) == [nil])
    }

    @Test("SES's notification of its list names the relay")
    func notification() {
        let mail = """
            From: AWS Notifications <no-reply@sns.amazonaws.com>
            Subject: AWS Notification Message
            Content-Type: text/plain

            {"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList",\
            "bouncedRecipients":[{"emailAddress":"bob@dest.example","status":"5.1.1"}]}}
            """
        let verdict = classify(mail)
        #expect(verdict.messageClass == .hardBounce)
        #expect(verdict.recipients.map(\.relay) == [.amazonSES])
    }

    @Test(
        "Our own refusal is no bounce, whoever reports it, with whatever status",
        arguments: [
            "smtp; 554 5.7.1 <bob@dest.example>: Recipient address rejected: suppressed\n  [maildir-bounce] since "
                + "2026-11-20T10:00:00Z: userunknown",
            "X-Postfix; SUPPRESSED [Maildir-Bounce] SINCE 2026-11-20T10:00:00Z: userunknown",
            "smtp; 550-5.1.1 suppressed [maildir-bounce]\n 550 5.1.1 since 2026-11-20T10:00:00Z: hasmoved",
            "smtp; host hub.example[192.0.2.3] said: 550 5.1.1 User unknown: suppressed [maildir-bounce] since",
            "smtp; 554 5.7.1 suppressed since 2026-11-20T10:00:00Z: userunknown",
            "smtp; 550 5.1.1 suppressed since 2026-11-20T10:00:00Z\n  until 2027-01-20T10:00:00Z: mailboxfull",
        ])
    func ownRefusal(diagnostic: String) {
        for status in ["5.7.1", "5.1.1", "5.0.0", "5.2.2"] {
            let verdict = classify(report([("bob@dest.example", "Status: \(status)\nDiagnostic-Code: \(diagnostic)")]))
            #expect(verdict.messageClass == .ownRefusal)
            #expect(verdict.recipients.map(\.isOwnRefusal) == [true])
            #expect(verdict.recipients.map(\.kind) == [.soft])
            #expect(verdict.evidence.contains { $0.rule == "own-refusal/map" })
        }
    }

    @Test("In prose it is known, too")
    func ownRefusalInProse() {
        let mail = """
            Return-Path: <>
            Received: (qmail 1 invoked for bounce); 24 Nov 2026 10:00:05 -0000
            From: MAILER-DAEMON@hub.example
            To: bounce@news.example
            Subject: failure notice

            Hi. This is the qmail-send program at hub.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <bob@dest.example>:
            192.0.2.3 does not like recipient.
            Remote host said: 554 5.7.1 <bob@dest.example>: Recipient address rejected: suppressed [maildir-bounce] since \
            2026-11-20T10:00:00Z: userunknown
            Giving up on 192.0.2.3.

            <carl@dest.example>:
            192.0.2.3 does not like recipient.
            Remote host said: 550 5.1.1 User unknown
            Giving up on 192.0.2.3.

            """
        let verdict = classify(mail)
        #expect(verdict.messageClass == .hardBounce)
        #expect(verdict.recipients.map(\.isOwnRefusal) == [true, false])
        #expect(verdict.recipients.map(\.kind) == [.soft, .hard])
    }

    @Test("Of several recipients the others count, and of two words about one the other's")
    func ownRefusalBesideOthers() {
        let refused = "Status: 5.7.1\nDiagnostic-Code: smtp; 554 5.7.1 suppressed [maildir-bounce] since x"
        let unknown = "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"
        let full = "Status: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full"
        let both = classify(report([("bob@dest.example", refused), ("carl@dest.example", unknown)]))
        #expect(both.messageClass == .hardBounce)
        #expect(both.recipients.map(\.isOwnRefusal) == [true, false])
        for order in [[refused, full], [full, refused]] {
            let one = classify(report(order.map { ("bob@dest.example", $0) }))
            #expect(one.messageClass == .softBounce)
            #expect(one.recipients.map(\.reason) == [.mailboxFull])
        }
    }

    @Test(
        "Words that only look like it are a bounce",
        arguments: [
            "550 5.1.1 User unknown, suppressed since Monday: ask", "550 5.1.1 User unknown at maildir-bounce.example",
            "550 5.1.1 User unknown, suppressed since 2026-11-20", "550 5.1.1 User unknown [maildir-bouncer]",
        ])
    func noOwnRefusal(reply: String) {
        #expect(refusal(by: "mx.dest.example", reply, status: "5.1.1").messageClass == .hardBounce)
    }

    @Test("Own addresses are asked for with what our own server wrote on delivery")
    func ownAddresses() {
        var settings = Settings()
        settings.ownAddresses = { recipients, deliveredTo in
            recipients.indices.filter { deliveredTo.contains(recipients[$0]) }
        }
        let unknown = "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"
        func own(_ header: String, to: String? = nil, more: String = "") -> [Bool] {
            let mail = report(
                [("bounce@news.example", unknown), ("bob@dest.example", unknown)], header: header, to: to)
            return classify(mail.replacing("From: Mail Del", with: more + "From: Mail Del"), settings)
                .recipients.map(\.isOwn)
        }
        #expect(own("X-Original-To: bounce@news.example\n") == [true, false])
        #expect(own("Delivered-To: bounce@news.example\n") == [true, false])
        // No server of ours has written where it went.
        #expect(own("") == [true, false])
        #expect(own("Delivered-To: bounce@news.example\n", to: "bob@dest.example") == [true, false])
        // What came with the message, as DragonFly names who failed.
        #expect(own("Delivered-To: bounce@news.example\n", more: "X-Original-To: bob@dest.example\n") == [true, false])
        #expect(own("", more: "X-Original-To: bob@dest.example\n") == [true, false])
    }
}
