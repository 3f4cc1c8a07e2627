import Testing

@testable import Classifier

@Suite("complaints")
struct ComplaintTests {
    private func feedback(
        _ fields: String, from: String = "fbl@provider.example", returned: String = "To: undisclosed-recipients:;"
    ) -> Verdict {
        classify(
            """
            Return-Path: <>
            From: \(from)
            To: abuse@news.example
            Subject: FW: News
            Content-Type: multipart/report; report-type=feedback-report; boundary=b

            --b
            Content-Type: text/plain

            A report about a mail of yours.
            --b
            Content-Type: message/feedback-report

            \(fields)

            --b
            Content-Type: message/rfc822

            \(returned)
            From: news@news.example
            Subject: News
            Message-ID: <n1@news.example>

            Hello.
            --b--

            """)
    }

    private let bob = "Original-Rcpt-To: <bob@dest.example>"

    @Test(
        "are of the types that say so, however they are written",
        arguments: [
            "abuse", "fraud", "opt-out", "ABUSE", "Abuse;", "abuse (the button)", "(x) abuse ;", "\"abuse\"",
            "abuse\nFeedback-Type: fraud",
        ])
    func types(_ type: String) {
        let verdict = feedback("Feedback-Type: \(type)\n\(bob)")
        #expect(verdict.messageClass == .complaint)
        #expect(verdict.recipients.map(\.address) == ["bob@dest.example"])
    }

    @Test(
        "are not what says that a mail is wanted, forged or infected, nor what nobody knows",
        arguments: [
            "not-spam", "NOT-SPAM", "virus", "auth-failure", "dmarc", "opt-out-list", "other", "miscategorized", "",
            "abuses", "abuse not-spam", "abuse, not-spam", "x-abuse", "abuse\nFeedback-Type: not-spam",
            "not-spam\nFeedback-Type: abuse", "(abuse)",
        ])
    func others(_ type: String) {
        let verdict = feedback("Feedback-Type: \(type)\n\(bob)")
        #expect(verdict.messageClass == .notABounce)
        #expect(verdict.recipients.isEmpty)
        #expect(verdict.evidence.contains { $0.at == "Feedback-Type" && $0.rule.hasPrefix("complaint/") })
    }

    @Test("without a type are none")
    func noType() {
        #expect(feedback("Version: 1\n\(bob)").messageClass == .notABounce)
    }

    @Test(
        "name nobody whose address is redacted",
        arguments: [
            "redacted@dest.example", "<redacted>", "[redacted]", "[redacted]@dest.example", "***@dest.example",
            "b***@dest.example", "b*b@dest.example", "xxxx@dest.example", "xxx@dest.example", "bxxxxx@dest.example",
            "hidden@dest.example", "-removed-@dest.example", "redacted-address@dest.example", "bob@redacted",
            "bob@redacted.invalid", "anonymous@dest.example", "undisclosed-recipients:;", "bo...@dest.example",
            "d41d8cd98f00b204e9800998ecf8427e@dest.example", "rZ8cqXWGiKHzhz1MsFRGTysHia4=@dest.example",
            "____@dest.example",
            "vic tim@dest.example", "tim",
        ])
    func redacted(_ address: String) {
        // Not even the one who is left in the returned message by mistake.
        for returned in ["To: undisclosed-recipients:;", "To: bob@dest.example"] {
            let verdict = feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: \(address)", returned: returned)
            #expect(verdict.messageClass == .complaint)
            #expect(verdict.recipients.isEmpty)
        }
        let verdict = feedback("Feedback-Type: abuse", returned: "To: \(address)")
        #expect(verdict.recipients.isEmpty)
    }

    @Test(
        "name whom they name",
        arguments: [
            "bob@dest.example", "xx@dest.example", "max.xxl@dest.example", "cafe@dest.example", "b=b@dest.example",
        ])
    func named(_ address: String) {
        #expect(feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: \(address)").recipients.map(\.address) == [address])
        #expect(feedback("Feedback-Type: abuse", returned: "To: \(address)").recipients.map(\.address) == [address])
    }

    @Test("name nobody where the returned message went to several")
    func several() {
        #expect(feedback("Feedback-Type: abuse", returned: "To: bob@dest.example, al@dest.example").recipients.isEmpty)
    }

    @Test("of which thousands name one recipient each cost no more than their size")
    func many() {
        let fields = (0..<8_000).map { "Original-Rcpt-To: u\($0)@dest.example" }.joined(separator: "\n")
        #expect(feedback("Feedback-Type: abuse\n\(fields)").recipients.count == 8_000)
    }

    private func program(
        from: String = "staff@hotmail.com", subject: String = "complaint about message from 192.0.2.10",
        type: String = "message/rfc822", header: String = "X-HmXmrOriginalRecipient: Bob@dest.example\n"
    ) -> Verdict {
        classify(
            """
            Return-Path: <somebody@relay.example>
            From: \(from)
            To: abuse@news.example
            Subject: \(subject)
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="7C1D"

            --7C1D
            Content-Type: \(type)
            Content-Disposition: inline

            \(header)X-Reporter-IP: 192.0.2.7
            Return-Path: <bounce@news.example>
            From: News <news@news.example>
            To: al@else.example
            Subject: News

            Hello.

            --7C1D--

            """)
    }

    @Test(
        "of Microsoft's program name the recipient in its own field",
        arguments: ["message/rfc822", "text/rfc822-headers", "text/plain"])
    func microsoft(_ type: String) {
        let verdict = program(type: type)
        #expect(verdict.messageClass == .complaint)
        #expect(verdict.recipients.map { $0.address.lowercased() } == ["bob@dest.example"])
        #expect(verdict.recipients.first?.reason == .feedback)
    }

    @Test("of Microsoft's program come from its sender, or from one of its hosts")
    func senders() {
        for from in [
            "staff@hotmail.com", "Staff <STAFF@Hotmail.com>", "staff@outlook.com", "jmrp@mail.prod.outlook.com",
        ] {
            #expect(program(from: from, subject: "Junk").recipients.count == 1)
        }
        for from in [
            "bob@hotmail.com", "staff@hotmail.example", "staff@xhotmail.com", "staff@hotmail.com.evil.example",
            "\"staff@hotmail.com\" <evil@evil.example>", "staff",
        ] {
            let verdict = program(from: from)
            #expect(verdict.messageClass == .notABounce)
            #expect(verdict.recipients.isEmpty)
        }
    }

    @Test("of Microsoft's program without a readable recipient name nobody, not whom the mail's header names")
    func hiddenByMicrosoft() {
        for header in [
            "", "X-HmXmrOriginalRecipient: <redacted>\n", "X-HmXmrOriginalRecipient: b***@dest.example\n",
            "X-HmXmrOriginalRecipient: bob@dest.example\nX-HmXmrOriginalRecipient: al@dest.example\n",
        ] {
            let verdict = program(header: header)
            #expect(verdict.messageClass == .complaint)
            #expect(verdict.recipients.isEmpty)
        }
        #expect(program(subject: "Hello", header: "").messageClass == .notABounce)
    }

    @Test("of Microsoft's program may be the mail itself, with the program as its envelope sender")
    func inlineForm() {
        func verdict(_ returnPath: String) -> Verdict {
            classify(
                """
                Return-Path: <\(returnPath)>
                Delivered-To: abuse@news.example
                X-HmXmrOriginalRecipient: bob@dest.example
                From: News <news@news.example>
                To: al@dest.example
                Subject: News

                Hello.
                """)
        }
        #expect(verdict("staff@hotmail.com").messageClass == .complaint)
        #expect(verdict("staff@hotmail.com").recipients.map(\.address) == ["bob@dest.example"])
        for path in ["", "bob@hotmail.com", "staff@hotmail.example"] {
            #expect(verdict(path).messageClass == .notABounce)
            #expect(verdict(path).recipients.isEmpty)
        }
    }

    @Test("of Microsoft's program in a feedback report name the recipient in the returned header, from its sender only")
    func feedbackForm() {
        let returned = "X-HmXmrOriginalRecipient: bob@dest.example\nTo: undisclosed-recipients:;"
        let report = "Feedback-Type: abuse\nUser-Agent: x/1"
        #expect(feedback(report, from: "staff@hotmail.com", returned: returned).recipients.count == 1)
        #expect(feedback(report, returned: returned).recipients.isEmpty)
    }

    @Test("in a notification of Amazon's count by their type", arguments: ["abuse", "not-spam", "virus", "other", nil])
    func amazon(_ type: String?) {
        let field = type.map { "\"complaintFeedbackType\":\"\($0)\"," } ?? ""
        let verdict = classify(
            """
            From: Notices <no-reply@sns.amazonaws.com>
            To: abuse@news.example
            Subject: AWS Notification Message
            Content-Type: text/plain

            {"notificationType":"Complaint","complaint":{\(field)"complainedRecipients":[{"emailAddress":"bob@dest.example"}]}}
            """)
        let isComplaint = type == nil || type == "abuse"
        #expect(verdict.messageClass == (isComplaint ? .complaint : .notABounce))
        #expect(verdict.recipients.count == (isComplaint ? 1 : 0))
    }
}

@Suite("redacted reports")
struct RedactedReportTests {
    private func report(_ recipient: String) -> Verdict {
        classify(
            """
            Return-Path: <>
            From: MAILER-DAEMON@mx.dest.example
            To: bounce@news.example
            Subject: Undelivered Mail
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; \(recipient)
            Action: failed
            Status: 5.1.1

            --b--

            """)
    }

    @Test(
        "name nobody, and real names that look a little like it stay",
        arguments: ["redacted@dest.example", "b***@dest.example"])
    func redacted(_ address: String) {
        #expect(report(address).recipients.isEmpty)
        #expect(report(address).evidence.contains { $0.rule == "redacted-recipient" })
        for address in ["hidden@dest.example", "*x@dest.example", "xxx@dest.example", "anonymous@dest.example"] {
            #expect(report(address).hardAddresses == [address])
        }
    }
}
