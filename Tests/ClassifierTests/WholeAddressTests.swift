import MIME
import Testing

@testable import Classifier

/// Reports about an address, as servers write them.
enum OddServer: String, CaseIterable {
    case finalRecipient, originalRecipient, actualRecipient, postfix, postfixProse, qmail, courier, sendmail,
        sendmailProse, failedRecipients, feedback
    // These write the address among words.
    case exim, openSMTPD, exchange2003, gmail, sentence, oldSendmail

    /// Whether the form says where the address starts and ends.
    var isDelimited: Bool {
        switch self {
        case .exim, .openSMTPD, .exchange2003, .gmail, .sentence, .oldSendmail: false
        default: true
        }
    }

    private static let head = """
        Return-Path: <>
        X-Original-To: bounce@news.example
        Delivered-To: bounce@news.example
        Received: from mx.remote.example (mx.remote.example [192.0.2.9])
        \tby mail.news.example (Postfix) with ESMTP id ABC123; Mon, 23 Nov 2026 10:00:00 +0000
        From: Mail Delivery System <MAILER-DAEMON@mx.remote.example>
        To: bounce@news.example
        Date: Mon, 23 Nov 2026 10:00:00 +0000
        Message-ID: <b1@mx.remote.example>
        MIME-Version: 1.0

        """

    private static let returned = """
        Return-Path: <news@news.example>
        Received: from app.news.example by mail.news.example; Mon, 23 Nov 2026 09:59:00 +0000
        From: news@news.example
        To: somebody@else.example
        Subject: News
        Message-ID: <news1@news.example>
        """

    private static func report(_ text: String, _ fields: String) -> String {
        """
        \(head)Subject: Undelivered Mail Returned to Sender
        Content-Type: multipart/report; report-type=delivery-status; boundary="BB"

        --BB
        Content-Type: text/plain; charset=utf-8

        \(text)

        --BB
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.remote.example

        \(fields)
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 User unknown

        --BB
        Content-Type: text/rfc822-headers

        \(returned)

        --BB--

        """
    }

    private static func prose(_ text: String, subject: String = "failure notice", fields: String = "") -> String {
        """
        \(head)Subject: \(subject)
        \(fields)Content-Type: text/plain; charset=utf-8

        \(text)

        --- Below this line is a copy of the message.

        \(returned)

        Hello.

        """
    }

    func report(about address: String) -> String {
        switch self {
        case .finalRecipient:
            OddServer.report("I could not deliver your message.", "Final-Recipient: rfc822; \(address)")
        case .originalRecipient:
            OddServer.report(
                "I could not deliver your message.",
                "Original-Recipient: rfc822;\(address)\nFinal-Recipient: RFC822;<\(address)>")
        case .actualRecipient:
            OddServer.report("I could not deliver your message.", "X-Actual-Recipient: RFC822; \(address)")
        case .postfix:
            OddServer.report(
                """
                This is the mail system at host mx.remote.example.

                <\(address)>: host mx.dest.example[192.0.2.4] said: 550 5.1.1 <\(address)>: User
                    unknown (in reply to RCPT TO command)
                """, "X-Postfix-Queue-ID: A1\nFinal-Recipient: rfc822; \(address)")
        case .postfixProse:
            OddServer.prose(
                """
                This is the mail system at host mx.remote.example.

                I'm sorry to have to inform you that your message could not
                be delivered to one or more recipients.

                <\(address)>: host mx.dest.example[192.0.2.4] said: 550 5.1.1 User
                    unknown (in reply to RCPT TO command)
                """, subject: "Undelivered Mail Returned to Sender")
        case .qmail:
            OddServer.prose(
                """
                Hi. This is the qmail-send program at mx.remote.example.
                I'm afraid I wasn't able to deliver your message to the following addresses.
                This is a permanent error; I've given up. Sorry it didn't work out.

                <\(address)>:
                Sorry, no mailbox here by that name. (#5.1.1)
                """)
        case .courier:
            OddServer.prose(
                """
                This is a delivery status notification from mx.remote.example.

                                   UNDELIVERABLE MAIL

                Your message to the following recipients cannot be delivered:

                <\(address)>:
                    mx.dest.example [192.0.2.4]:
                >>> RCPT TO:<\(address)>
                <<< 550 5.1.1 User unknown.
                """)
        case .sendmail:
            OddServer.report(
                """
                   ----- The following addresses had permanent fatal errors -----
                <\(address)>
                    (reason: 550 5.1.1 <\(address)>... User unknown)

                   ----- Transcript of session follows -----
                ... while talking to mx.dest.example.:
                >>> DATA
                <<< 550 5.1.1 <\(address)>... User unknown
                550 5.1.1 <\(address)>... User unknown
                """, "Final-Recipient: RFC822; \(address)")
        case .sendmailProse:
            OddServer.prose(
                """
                   ----- Transcript of session follows -----
                ... while talking to mx.dest.example.:
                >>> RCPT To:<\(address)>
                <<< 550 5.1.1 User unknown
                550 5.1.1 <\(address)>... User unknown
                """, subject: "Returned mail: see transcript for details")
        case .failedRecipients, .exim:
            OddServer.prose(
                """
                This message was created automatically by mail delivery software.

                A message that you sent could not be delivered to one or more of its
                recipients. This is a permanent error. The following address(es) failed:

                  \(address)
                    host mx.dest.example [192.0.2.4]
                    SMTP error from remote mail server after RCPT TO:<\(address)>:
                    550 5.1.1 User unknown
                """, subject: "Mail delivery failed: returning message to sender",
                fields: self == .exim ? "" : "X-Failed-Recipients: \(address)\n")
        case .feedback:
            """
            \(OddServer.head)Subject: FW: News
            Content-Type: multipart/report; report-type=feedback-report; boundary="BB"

            --BB
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            Version: 1
            Original-Rcpt-To: <\(address)>

            --BB
            Content-Type: text/rfc822-headers

            \(OddServer.returned)

            --BB--

            """
        case .openSMTPD:
            OddServer.prose(
                """
                Hi!

                This is the MAILER-DAEMON, please DO NOT REPLY to this email.

                An error has occurred while attempting to deliver a message for
                the following list of recipients:

                    \(address): 550 5.1.1 User unknown
                """, subject: "Delivery status notification: error")
        case .exchange2003:
            OddServer.prose(
                """
                Your message did not reach some or all of the intended recipients.

                      Subject:\tNews
                      Sent:\t23.11.2026 10:00

                The following recipient(s) could not be reached:

                      \(address) on 23.11.2026 10:00
                            The e-mail account does not exist at the organization this message was sent to.
                            <mx.dest.example #5.1.1>
                """, subject: "Undeliverable: News")
        case .gmail:
            OddServer.prose(
                """
                Delivery to the following recipient failed permanently:

                     \(address)

                Technical details of permanent failure:
                The account \(address) that you tried to reach does not exist.
                """, subject: "Delivery Status Notification (Failure)")
        case .sentence:
            OddServer.prose(
                "Your message was not delivered to \(address) because the address couldn't be found.",
                subject: "Undeliverable: News")
        case .oldSendmail:
            OddServer.prose(
                """
                   ----- Transcript of session follows -----
                550 \(address)... User unknown
                """, subject: "Returned mail: User unknown")
        }
    }
}

/// An address that is cut is somebody else's. Each server's report about an odd address must name that very address, or
/// nobody.
@Suite("odd addresses")
struct WholeAddressTests {
    /// Local parts that start or end with what prose puts around addresses.
    static let locals = [
        "'bob", "*x", "/x", "`x", "{x", "|x", "~x", ".x", "x.", "..x", "#x", "!x", "$x", "%x", "&x", "+x", "-x", "=x",
        "?x", "^x", "_x", "}x", "x'", "''x", "o'hara", "user%host", "a!b", "\"a b\"", "\"a@b\"", "\"<a>\"",
    ]

    @Test("whose local part starts or ends with a sign are named whole", arguments: OddServer.allCases, locals)
    func signs(_ server: OddServer, _ local: String) {
        let address = local + "@dest.example"
        let found = classify(server.report(about: address)).recipients.map(\.address)
        // A complaint hides names behind asterisks.
        if server.isDelimited, server != .feedback || local != "*x" {
            #expect(found == [address])
        } else {
            #expect(found.isEmpty || found == [address])
        }
    }

    /// What no server takes for an address, and what looks like another one.
    static let broken = [
        "vic tim@dest.example", "vic\ttim@dest.example", "vic\0tim@dest.example", "vic\u{B}tim@dest.example",
        "vic\u{7F}tim@dest.example", "victim\\x{0A}tim@dest.example", "tim@victim@dest.example", "tim@dest\0.example",
        "tim@dest.example@x.example", "vic\\tim@dest.example", "\"vic\"tim@dest.example", "\"vic\".tim@dest.example",
        "vic\u{200B}tim@dest.example", "vic\u{AD}tim@dest.example", "vic\u{34F}tim@dest.example",
        "tim\u{FE0F}@dest.example", "vic\u{3164}tim@dest.example", "vic\u{200D}tim@dest.example",
        "vic\u{202E}tim@dest.example", "vic\u{61C}tim@dest.example", "vic\u{E0041}tim@dest.example",
        "vic\u{85}tim@dest.example", "tim@dest.example\u{200B}.x.example", "tim@dest.example\\.x.example",
        "tim@dest.example+x.example", "tim@dest..example",
    ]

    @Test("that are broken or hide something name nobody", arguments: OddServer.allCases, broken)
    func hostile(_ server: OddServer, _ address: String) {
        // In a sentence a blank parts two words.
        let isBlank = address.contains(" ") || address.contains("\t")
        guard !(isBlank && (server == .sentence || server == .gmail || server == .exchange2003)) else { return }
        let found = classify(server.report(about: address))
        #expect(found.recipients.map(\.address) == [])
        // It is a bounce all the same.
        if server == .finalRecipient || server == .postfix { #expect(found.messageClass == .hardBounce) }
    }

    @Test("with a full stop of IDNA have a dot there", arguments: OddServer.allCases, ["。", "．", "｡"])
    func fullStops(_ server: OddServer, _ stop: String) {
        let found = classify(server.report(about: "victim@dest\(stop)example")).recipients.map(\.address)
        #expect(found == ["victim@dest.example"])
    }

    @Test(
        "have paths, comments and xtext around them",
        arguments: [
            ("rfc822; <@a.example,@b.example:bob@dest.example>", "bob@dest.example"),
            ("rfc822; bob@dest.example (Bob (B.))", "bob@dest.example"),
            ("rfc822; \"Bob, B.\" <bob@dest.example>", "bob@dest.example"),
            ("rfc822; bob@dest.example.", "bob@dest.example"), ("rfc822; mailto:bob@dest.example", "bob@dest.example"),
            ("utf-8; b\\x{F6}b@dest.example", "böb@dest.example"), ("utf-8; \\x{20}bob@dest.example", nil),
            ("utf-8; bob\\x{0A}@dest.example", nil), ("utf-8; bob\\x{zz}@dest.example", nil),
            ("rfc822; 'bob@dest.example'", "bob@dest.example"), ("rfc822; 'bob@dest.example", "'bob@dest.example"),
            ("[SMTP:bob@dest.example]", "bob@dest.example"),
            ("rfc822; [SMTP:bob@dest.example]", "bob@dest.example"),
            ("rfc822; bob@dest.example:", "bob@dest.example"), ("rfc822;bob@dest.example;", "bob@dest.example"),
            ("rfc822; bob@dest.example,", "bob@dest.example"), ("bob@dest.example;", "bob@dest.example"),
            ("rfc822; 用户bob@dest.example", "用户bob@dest.example"), ("rfc822; al@a.example <bob@dest.example>", nil),
            ("rfc822; bob@dest.example and others", nil), ("rfc822; bob@dest.example, al@dest.example", nil),
        ])
    func fields(_ field: String, _ expected: String?) {
        #expect(DeliveryStatus.address(field.utf8.span) == expected)
    }

    private func original(_ original: String, final: String) -> [String] {
        let fields = "Original-Recipient: rfc822;\(original)\nFinal-Recipient: rfc822;\(final)\nAction: failed\n"
        return DeliveryStatus(fields.utf8.span).recipients.compactMap(\.address)
    }

    @Test("are read without xtext only where it is some")
    func xtext() {
        #expect(original("bob+2Btag@dest.example", final: "bob+tag@dest.example") == ["bob+tag@dest.example"])
        #expect(original("bob+2Btag@dest.example", final: "carol@x.example") == ["bob+tag@dest.example"])
        #expect(original("bob+2Btag@dest.example", final: "bob+2Btag@dest.example") == ["bob+2btag@dest.example"])
        #expect(original("bob+2026@dest.example", final: "carol@x.example") == ["bob+2026@dest.example"])
        #expect(original("bob+news@dest.example", final: "carol@x.example") == ["bob+news@dest.example"])
        #expect(original("bob+40dest.example", final: "carol@x.example") == ["bob@dest.example"])
    }

    @Test("of which the original is broken leave the final one, and the other way round")
    func oneOfTwo() {
        #expect(original("vic tim@dest.example", final: "bob@dest.example") == ["bob@dest.example"])
        #expect(original("bob@dest.example", final: "vic tim@dest.example") == ["bob@dest.example"])
        #expect(original("vic tim@dest.example", final: "a@b@dest.example") == [])
    }

    @Test("in a list stand for themselves")
    func lists() {
        let (found, isComplete) = AddressText.members(
            of: "Bob <bob@dest.example>, \"a, b\"@dest.example, G: al@dest.example;, vic tim@dest.example".utf8.span,
            limit: 9)
        #expect(found == ["bob@dest.example", "\"a, b\"@dest.example", "al@dest.example"])
        #expect(!isComplete)
    }

    @Test("that a tag names are checked against the report and the returned message")
    func tokens() {
        func blamed(_ path: String, final: String, to: String) -> [String] {
            classify(
                """
                Delivered-To: \(path)@news.example
                From: MAILER-DAEMON@mx.dest.example
                Content-Type: multipart/report; report-type=delivery-status; boundary=b

                --b
                Content-Type: message/delivery-status

                Final-Recipient: rfc822; \(final)
                Action: failed
                Status: 5.1.1

                --b
                Content-Type: text/rfc822-headers

                To: \(to)
                From: news@news.example

                --b--

                """
            ).recipients.map(\.address)
        }
        let bob = "bob@dest.example"
        #expect(blamed("bounce+7f0c=bob=dest.example", final: bob, to: bob) == [bob])
        #expect(blamed("bounce+7f0c-=bob=dest.example", final: bob, to: bob) == [bob])
        #expect(blamed("bounce+al=x.example", final: bob, to: bob) == [bob])
        #expect(blamed("bounce+al=x.example", final: bob, to: "al@x.example") == ["al@x.example"])
        #expect(blamed("bounce+al=x.example", final: bob, to: "list@y.example") == ["al@x.example"])
        #expect(blamed("bounce+1a2b3c.4d5e6f-al=x.example", final: bob, to: "list@y.example") == ["al@x.example"])
        #expect(
            blamed("bounce+beaded.facade-al=x.example", final: bob, to: "l@y.example") == ["beaded.facade-al@x.example"]
        )
        #expect(blamed("bounce+'al=x.example", final: "vic tim@dest.example", to: "l@y.example") == ["'al@x.example"])
    }

    private func unnamed(to: String, text: String = "Your message could not be delivered.") -> [String] {
        classify(
            """
            Return-Path: <>
            From: MAILER-DAEMON@mx.dest.example
            To: bounce@news.example
            Subject: Undeliverable: News
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain

            \(text)
            --b
            Content-Type: message/rfc822

            To: \(to)
            From: news@news.example
            Subject: News

            Hello.
            --b--

            """
        ).recipients.map(\.address)
    }

    @Test("are the returned message's only where it went to one, and the report names nobody else")
    func returned() {
        #expect(unnamed(to: "bob@dest.example") == ["bob@dest.example"])
        #expect(unnamed(to: "bob@dest.example, al@dest.example") == [])
        #expect(unnamed(to: "vic bob@dest.example") == [])
        #expect(
            unnamed(to: "bob@dest.example", text: "Your message could not be delivered to <vic tim@dest.example>.")
                == [])
    }

    @Test(
        "next to words without blanks, and those with letters beyond ASCII, are not another's",
        arguments: [
            ("您发往bob@dest.example的邮件被退回:550 5.1.1 User unknown", ["bob@dest.example"]),
            ("宛先bob@dest.exampleにメールを送信できません。\n550 5.1.1 User unknown", ["bob@dest.example"]),
            ("수신자bob@dest.example에게 메일을 보낼 수 없습니다. 550 5.1.1 User unknown", ["bob@dest.example"]),
            ("Your message was not delivered to `bob@dest.example`.\n550 5.1.1 User unknown", ["bob@dest.example"]),
            ("Your message wasn't delivered to o’brien@dest.example because it couldn't be found.", []),
            ("The following addresses failed:\n\n    bob–x@dest.example: 550 5.1.1 User unknown", []),
            ("The following addresses failed:\n\n    éric@dest.example: 550 5.1.1 User unknown", []),
            ("The following addresses failed:\n\n    иван@dest.example: 550 5.1.1 User unknown", []),
            ("The following addresses failed:\n\n    用户bob@dest.example: 550 5.1.1 User unknown", []),
            ("The following addresses failed:\n\n  a,b@dest.example\n    550 5.1.1 User unknown", []),
            ("Delivery has failed to these recipients:\nbob@dest.example#550 5.1.1 not found##", ["bob@dest.example"]),
        ])
    func words(_ text: String, _ expected: [String]) {
        let found = classify(
            """
            Return-Path: <>
            From: MAILER-DAEMON@mx.dest.example
            To: bounce@news.example
            Subject: Undeliverable: News
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain; charset=utf-8

            \(text)
            --b
            Content-Type: message/rfc822

            To: al@x.example
            From: news@news.example
            Subject: News

            Hello.
            --b--

            """)
        #expect(found.recipients.map(\.address) == expected)
    }

    @Test(
        "that X-Failed-Recipients puts signs around are read",
        arguments: [
            "'bob@dest.example'", "[SMTP:bob@dest.example]", "bob@dest.example:", "bob@dest.example,",
            "bob@dest.example;",
        ])
    func failedRecipients(_ value: String) {
        let text = """
            X-Failed-Recipients: \(value)
            From: Mail Delivery System <MAILER-DAEMON@mx.dest.example>
            Subject: Mail delivery failed: returning message to sender

            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered.

            """
        #expect(classify(text).recipients.map(\.address) == ["bob@dest.example"])
    }

    @Test("of X.400 lose the attribute's name only where it is one")
    func attributes() {
        let text = "Your message did not reach the recipient:\n\n"
        #expect(
            unnamed(to: "al@x.example", text: text + "c=US;a= ;p=ORG;dda:SMTP=bob@dest.example")
                == ["bob@dest.example"])
        #expect(unnamed(to: "al@x.example", text: text + "<smtp=bob@dest.example>") == ["smtp=bob@dest.example"])
    }

    @Test("that ask to be unsubscribed are whole, too", arguments: ["<bob@dest.example>", "vic bob@dest.example"])
    func unsubscribe(_ from: String) {
        let found = classify("From: \(from)\nAuto-Submitted: auto-replied\nSubject: unsubscribe\n\nPlease.\n")
        #expect(found.recipients.map(\.address) == (from.hasPrefix("<") ? ["bob@dest.example"] : []))
    }

    @Test("at the end of a text or of a message that was cut are nobody's")
    func cut() {
        let filler = String(repeating: "x\n", count: Limits.proseBytes / 2 - 10)
        let prose = Prose(Array((filler + "bob@dest.example.com and more of it").utf8))
        #expect(prose.text.last == UInt8(ascii: "\n"))
        let original = Original(Message(parsing: Array("Content-Type: message/rfc822\n\nFrom: a@b\nTo: bob@de".utf8)))
        #expect(original.recipients.isEmpty)
    }
}
