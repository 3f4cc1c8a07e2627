import Classifier
import ReturnPath
import Testing

@Suite("VERP tags and their signatures")
struct SignedReportTests {
    private let key: SigningKey
    private let day: Int64 = 20_781

    init() throws { key = try SigningKey("k1:abcdefghijklmnopqrstuvwxyz234567") }

    private func signed(_ recipient: String, day: Int? = nil, key: SigningKey? = nil) throws -> String {
        try SignedTag.make(
            recipient: recipient, returnPath: "bounce@news.example", key: key ?? self.key, day: day)
    }

    private func verdict(_ mail: String, keys: [SigningKey]? = nil, expiryDays: Int? = nil) -> Verdict {
        let settings = Settings(verpKeys: keys ?? [key], verpExpiryDays: expiryDays)
        return Classifier(settings: settings).classify(Array(mail.utf8))
    }

    /// A report that arrived on ``day``.
    private func report(
        to: String, final: String, original: String? = nil, more: String = "",
        date: String = "Tue, 24 Nov 2026 10:00:05 +0000"
    ) -> String {
        """
        Return-Path: <>
        Received: from mx.dest.example (mx.dest.example [192.0.2.25])
        \tby mail.news.example (Postfix) with ESMTP id 1; \(date)
        \(more)From: MAILER-DAEMON@mx.dest.example
        To: \(to)
        Subject: Undelivered Mail Returned to Sender
        Message-ID: <1@mx.dest.example>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.dest.example

        \(original.map { "Original-Recipient: rfc822; \($0)\n" } ?? "")Final-Recipient: rfc822; \(final)
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 User unknown

        --b--

        """
    }

    @Test("that we signed blame their recipient, whom the report need not know")
    func valid() throws {
        let found = verdict(report(to: try signed("bob+a@dest.example"), final: "robert@inner.example"))
        #expect(found.trust == .valid)
        #expect(found.taggedRecipient == "bob+a@dest.example")
        #expect(found.recipients.map(\.address) == ["bob+a@dest.example"])
        #expect(found.recipients.first?.isVERP == true)
        #expect(found.recipients.first?.finalAddress == "robert@inner.example")
    }

    @Test("that we signed come before an Original-Recipient, which anybody can write; others come behind it")
    func originalRecipient() throws {
        let mail = report(
            to: try signed("mallory@evil.example"), final: "x@evil.example", original: "victim@dest.example")
        #expect(verdict(mail).recipients.map(\.address) == ["mallory@evil.example"])
        #expect(verdict(mail, keys: []).recipients.map(\.address) == ["victim@dest.example"])
    }

    @Test("are read without a key, too, and then prove nothing")
    func noKey() throws {
        let found = verdict(report(to: try signed("bob@dest.example"), final: "robert@inner.example"), keys: [])
        #expect(found.trust == .unsigned)
        #expect(found.recipients.map(\.address) == ["bob@dest.example"])
    }

    @Test("that another key signed are invalid")
    func otherKey() throws {
        let other = try SigningKey("k1:abcdefghijklmnopqrstuvwxyz234568")
        let found = verdict(report(to: try signed("bob@dest.example", key: other), final: "robert@inner.example"))
        #expect(found.trust == .invalid)
        #expect(found.recipients.map(\.address) == ["bob@dest.example"])
    }

    @Test("expire by the report's arrival, not by the day on which it is read; those without a day never do")
    func expiry() throws {
        func trust(made: Int?, expiryDays: Int? = 60) throws -> Trust {
            verdict(report(to: try signed("bob@dest.example", day: made), final: "b@x.example"), expiryDays: expiryDays)
                .trust
        }
        #expect(try trust(made: Int(day) - 60) == .valid)
        #expect(try trust(made: Int(day) - 61) == .expired)
        #expect(try trust(made: Int(day) - 61, expiryDays: nil) == .valid)
        #expect(try trust(made: nil) == .valid)
        // A mail that is answered before it was sent; two hosts may be in two days.
        #expect(try trust(made: Int(day) + 1) == .valid)
        #expect(try trust(made: Int(day) + 2) == .expired)
        #expect(try trust(made: Int(day) + 10_000, expiryDays: nil) == .expired)
        let undated = report(to: try signed("bob@dest.example", day: Int(day)), final: "b@x.example", date: "yesterday")
        #expect(verdict(undated, expiryDays: 60).trust == .expired)
    }

    @Test("count wherever the report was delivered to: the one that proves most")
    func severalAddresses() throws {
        let mail = report(
            to: try signed("bob@dest.example"), final: "b@x.example",
            more: "X-Original-To: bounce+carol=dest.example@news.example\n")
        #expect(verdict(mail).trust == .valid)
        #expect(verdict(mail).recipients.map(\.address) == ["bob@dest.example"])
    }

    @Test(
        "of Postfix's own sendmail -XV are read, and are unsigned",
        arguments: [
            ("owner-list+bob=dest.example", "bob@dest.example"),
            ("owner-list+bob+news=dest.example", "bob+news@dest.example"),
            ("owner-list+anna-maria=dest.example", "anna-maria@dest.example"),
            // sendmail -XV-= where the report names the recipient.
            ("owner-list-bob=dest.example", "bob@dest.example"),
        ])
    func postfix(local: String, recipient: String) {
        let found = verdict(report(to: "\(local)@news.example", final: recipient))
        #expect(found.trust == .unsigned)
        #expect(found.recipients.map(\.address) == [recipient])
        #expect(found.recipients.first?.isVERP == true)
    }

    @Test("that look signed by chance are unsigned where the report knows the recipient")
    func looksSigned() {
        let recipient = "ab201511241234+news@dest.example"
        let found = verdict(report(to: "bounce+ab201511241234+news=dest.example@news.example", final: recipient))
        #expect(found.trust == .unsigned)
        #expect(found.recipients.map(\.address) == [recipient])
    }

    @Test("are absent where the address has none")
    func absent() {
        #expect(verdict(report(to: "bounce@news.example", final: "bob@dest.example")).trust == .absent)
    }

    /// A complaint that came to an address of its own.
    private func complaint(fields: String, returnPath: String = "") -> String {
        """
        Return-Path: <fbl@provider.example>
        From: fbl@provider.example
        To: abuse@news.example
        Subject: complaint
        Date: Tue, 24 Nov 2026 10:00:05 +0000
        Message-ID: <c1@provider.example>
        Content-Type: multipart/report; report-type=feedback-report; boundary="b"

        --b
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: x/1
        Version: 1
        \(fields)
        --b
        Content-Type: message/rfc822

        \(returnPath)From: news@news.example
        To: undisclosed-recipients:;
        Subject: News
        Message-ID: <n1@news.example>

        Hello.
        --b--

        """
    }

    @Test("of complaints stand in what they say of the mail, and name whom the provider hides")
    func complaints() throws {
        let tag = try signed("bob@dest.example")
        let hidden = "Original-Rcpt-To: hidden@provider.example\n"
        for mail in [
            complaint(fields: "\(hidden)Original-Mail-From: <\(tag)>\n"),
            complaint(fields: hidden, returnPath: "Return-Path: <\(tag)>\n"),
        ] {
            let found = verdict(mail)
            #expect(found.messageClass == .complaint)
            #expect(found.trust == .valid)
            #expect(found.recipients.map(\.address) == ["bob@dest.example"])
            #expect(found.recipients.first?.reason == .feedback)
        }
        #expect(verdict(complaint(fields: hidden)).trust == .absent)
        #expect(verdict(complaint(fields: hidden)).messageClass == .complaint)
        #expect(verdict(complaint(fields: hidden)).recipients.isEmpty)
        let named = "Original-Rcpt-To: al@provider.example\n"
        #expect(verdict(complaint(fields: named)).recipients.map(\.address) == ["al@provider.example"])
        #expect(verdict(complaint(fields: "Original-Mail-From: <\(tag)>\n")).recipients.first?.isVERP == true)
    }

    @Test("of a wrapped report are dated by the wrapper, and may be the wrapper's")
    func wrapped() throws {
        func wrap(_ inner: String, to: String = "bounce@news.example") -> String {
            """
            Return-Path: <>
            From: MAILER-DAEMON@gateway.example
            To: \(to)
            Subject: forwarded
            Date: Tue, 24 Nov 2026 10:00:05 +0000
            Content-Type: multipart/mixed; boundary="w"

            --w
            Content-Type: message/rfc822

            \(inner)
            --w--

            """
        }
        let tag = try signed("bob@dest.example", day: Int(day) - 61)
        let old = report(to: tag, final: "b@x.example", date: "Thu, 24 Sep 2026 10:00:05 +0000")
        #expect(verdict(wrap(old), expiryDays: 60).trust == .expired)
        #expect(verdict(wrap(old), expiryDays: 61).trust == .valid)
        let inner = report(to: "somebody@gateway.example", final: "b@x.example")
        let found = verdict(wrap(inner, to: try signed("bob@dest.example")))
        #expect(found.trust == .valid)
        #expect(found.recipients.map(\.address) == ["bob@dest.example"])
    }
}
