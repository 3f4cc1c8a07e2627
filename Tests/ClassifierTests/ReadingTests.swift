import Testing

@testable import Classifier

/// What gateways and mailbox products do to a report on its way.
@Suite("A report that was changed on its way")
struct ChangedReportTests {
    /// A report whose delivery-status part is `status`, after a header with lines of its own.
    static func report(status: String, header: String = "", statusHeader: String = "") -> String {
        """
        Return-Path: <>
        Received: from mx.dest.example (mx.dest.example [192.0.2.9])
        \tby mail.news.example (Postfix) with ESMTP id A1; Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
        From: Mail Delivery System <MAILER-DAEMON@mx.dest.example>
        To: bounce@news.example
        Subject: Undelivered Mail Returned to Sender
        \(header)Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: text/plain

        I could not deliver your message.

        --b
        Content-Type: message/delivery-status
        \(statusHeader)
        \(status)
        --b
        Content-Type: text/rfc822-headers

        From: news@news.example
        To: vera@dest.example
        Subject: News

        --b--

        """
    }

    private let outcome = ["vera@dest.example hard userunknown 5.1.1 -"]

    @Test(
        "keeps its fields where a gateway took away the blanks of folds",
        arguments: [
            "Final-Recipient: rfc822;\nvera@dest.example\nAction: failed\nStatus: 5.1.1\n"
                + "Diagnostic-Code: smtp; 550 5.1.1 <vera@dest.example>: Recipient address rejected:\nUser unknown\n",
            "Final-Recipient: rfc822; vera@dest.example\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.1 Recipient address\n"
                + "rejected: User unknown (see\nhttps://dest.example/help)\nStatus: 5.1.1\n",
            "Final-Recipient: rfc822; vera@dest.example\nAction: failed\nStatus: 5.1.1\n"
                + "Diagnostic-Code: smtp; 550-5.1.1 Recipient address rejected:\n550 5.1.1 User unknown\n",
        ])
    func lostFolds(status: String) {
        let verdict = classify(Self.report(status: "Reporting-MTA: dns; mx.dest.example\n\n" + status))
        #expect(verdict.outcomeLines == outcome)
        #expect(verdict.recipients.first?.diagnostic?.hasSuffix("known") == !status.contains("https"))
        #expect(verdict.reportingMTA == "mx.dest.example")
    }

    @Test("goes on with the next field after a field that lost its fold")
    func fieldsAfterLostFold() {
        let status =
            "Reporting-MTA: dns; mx.dest.example\n\nFinal-Recipient: rfc822; vera@dest.example\nAction: failed\n"
            + "Diagnostic-Code: smtp; 550 no such\nuser\nRemote-MTA: dns; mx2.dest.example\nX-Note: 1\nStatus: 5.1.1\n"
        let outcome = classify(Self.report(status: status)).recipients.first
        #expect(outcome?.diagnostic == "550 no such user")
        #expect(outcome?.remoteMTA == "mx2.dest.example")
        #expect(outcome?.status == "5.1.1")
    }

    static let group =
        "Final-Recipient: rfc822;vera@dest.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
    /// `group` in base64.
    static let encoded = """
        RmluYWwtUmVjaXBpZW50OiByZmM4MjI7dmVyYUBkZXN0LmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQK
        U3RhdHVzOiA1LjEuMQpEaWFnbm9zdGljLUNvZGU6IHNtdHA7IDU1MCA1LjEuMSBVc2VyIHVua25v
        d24K
        """

    @Test(
        "is read where a gateway encoded its fields, or half of them, and appended a footer to its text",
        arguments: [
            ("", "Reporting-MTA: dns; mx.dest.example\nContent-Transfer-Encoding: base64\n\n" + encoded),
            ("", "Content-Transfer-Encoding: Base64\nContent-Length: 131\n\n\n" + encoded),
            ("", encoded),
            ("Content-Transfer-Encoding: base64\n", encoded),
            ("", "Content-Transfer-Encoding: quoted-printable\n\n" + group.replacing("rfc822;", with: "rfc822=3B=\n")),
            ("", "Content-Transfer-Encoding: 7bit\n\n" + group),
        ])
    func encodedHalf(header: String, status: String) {
        let verdict = classify(Self.report(status: status, statusHeader: header))
        #expect(verdict.outcomeLines == outcome)
    }

    @Test("is decoded once, however often its fields say that they are encoded")
    func encodedOften() {
        let fields = String(repeating: "Content-Transfer-Encoding: quoted-printable\n\n", count: 50_000)
        #expect(classify(Self.report(status: fields + Self.group)).outcomeLines == outcome)
    }

    @Test("takes Exchange's supplementary info where no Diagnostic-Code stands")
    func supplement() {
        let group = "Final-Recipient: rfc822;vera@dest.example\nAction: failed\nStatus: 5.0.0\n"
        let info = "X-Supplementary-Info: <mx.dest.example #5.1.1 smtp;550 5.1.1 User\n unknown>\n"
        let outcome = classify(Self.report(status: group + info)).recipients.first
        #expect(outcome?.diagnostic == "550 5.1.1 User unknown")
        let both = group + "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n" + info
        #expect(classify(Self.report(status: both)).recipients.first?.diagnostic == "552 5.2.2 Mailbox full")
    }
}

/// Who wrote a report.
@Suite("The origin of a report")
struct OriginTests {
    private func origin(
        trace: String, from: String = "MAILER-DAEMON@mail.news.example", reporter: String? = "mail.news.example",
        to: String = "bounce@lists.example", localHosts: [String] = []
    ) -> Origin? {
        let status = reporter.map {
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; \($0)\n\n" + ChangedReportTests.group
        }
        let message = """
            Return-Path: <>
            \(trace)
            From: \(from)
            To: \(to)
            Subject: Undelivered Mail Returned to Sender
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b

            Could not be delivered:

            <vera@dest.example>: 550 5.1.1 User unknown

            \(status ?? "")
            --b
            Content-Type: text/rfc822-headers

            From: news@news.example
            To: vera@dest.example
            Subject: News

            --b--

            """
        return Classifier(settings: Settings(localHosts: localHosts)).classify(Array(message.utf8)).origin
    }

    @Test(
        "is local where our own server noted a message that it made",
        arguments: [
            "Received: by mail.news.example (Postfix)\n\tid A1; Tue, 24 Nov 2026 10:00:05 +0000 (UTC)",
            "Received: by Mail.News.Example (Postfix/Debian)\n\tid A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: by mail.news.example (Postfix, from userid 0)\n\tid A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: by mail (Postfix)\n\tid A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from localhost (localhost)\n\tby mail.news.example (8.17.1/8.17.1) id 1A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from localhost (localhost)\n\tby mail.news.example (8.12.8) with internal id 1A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from Debian-exim by mail.news.example with local (Exim 4.96)\n\tid 1a; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from mail by mail.news.example with local (Exim 4.96)\n\tid 1a; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from localhost (localhost [127.0.0.1])\n  (uid 1)\n  by mail.news.example with dsn; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from mail.news.example (mail.news.example [local])\n\tby mail.news.example (OpenSMTPD) with ESMTPA id 1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: by mail.news.example (Postfix) id B1; Tue, 24 Nov 2026 10:00:06 +0000\nReceived: by mail.news.example (Postfix) id A1; Tue, 24 Nov 2026 10:00:05 +0000",
        ])
    func local(trace: String) {
        #expect(origin(trace: trace) == .local)
        #expect(origin(trace: trace, reporter: nil) == .local)
        #expect(origin(trace: trace, reporter: "mx.elsewhere.example") == .remote)
        #expect(origin(trace: trace, from: "MAILER-DAEMON@elsewhere.example", reporter: nil) == .remote)
        #expect(origin(trace: trace, reporter: "mx.elsewhere.example", localHosts: ["mx.elsewhere.example"]) == .local)
        #expect(origin(trace: trace, reporter: "mx7.lists.example") == .local)
        #expect(origin(trace: trace, reporter: "MAIL.news.example.") == .local)
    }

    @Test(
        "is local where qmail noted a message that it made",
        arguments: [
            "Received: (qmail 4711 invoked for bounce); 24 Nov 2026 10:00:05 -0000",
            "Received: (qmail 4712 invoked by uid 89); 24 Nov 2026 10:00:05 -0000\nReceived: (qmail 4711 invoked for bounce); 24 Nov 2026 10:00:05 -0000",
            "Received: indimail-mta queue 4711 by host mail.news.example (invoked for bounce); 24 Nov 2026 10:00:05 -0000",
        ])
    func qmail(trace: String) {
        #expect(origin(trace: trace, reporter: nil, to: "bounce@news.example") == .local)
        #expect(origin(trace: trace, reporter: "mail.news.example", to: "bounce@news.example") == .local)
        #expect(origin(trace: trace, reporter: "mx.elsewhere.example") == .remote)
    }

    /// What a report says of its server is the sender's own word.
    @Test(
        "is remote where it came from another host, whatever it says of its own",
        arguments: [
            "Received: from mail.news.example (mail.news.example [192.0.2.9])\n\tby mail.news.example (Postfix) with ESMTP id A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from localhost (localhost [127.0.0.1])\n\tby mail.news.example (Postfix) with ESMTP id A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: by 2002:a05:6602:1352:b0:64d with SMTP id 20mr1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: by mail.news.example with SMTP id 20mr1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: by mail.news.example with HTTP; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: (qmail 4711 invoked from network); 24 Nov 2026 10:00:05 -0000",
            "Received: (qmail 4712 invoked by uid 89); 24 Nov 2026 10:00:05 -0000\nReceived: from unknown (HELO mail.news.example) (192.0.2.9)\n  by mail.news.example with SMTP; 24 Nov 2026 10:00:05 -0000",
            "Received: by mail.news.example (Postfix) id B1; Tue, 24 Nov 2026 10:00:06 +0000\nReceived: from x (x [192.0.2.9]) by mail.news.example (Postfix) with ESMTP id A1; Tue, 24 Nov 2026 10:00:05 +0000",
            "Received: from with local by x (mx [192.0.2.9])\n\tby mail.news.example (Postfix) with ESMTP id A1; Tue, 24 Nov 2026 10:00:05 +0000",
        ])
    func remote(trace: String) {
        #expect(origin(trace: trace) == .remote)
        #expect(origin(trace: trace, reporter: nil) == .remote)
        #expect(origin(trace: trace, localHosts: ["mail.news.example"]) == .remote)
    }

    @Test("is not known where no server noted anything")
    func none() { #expect(origin(trace: "X-Note: 1") == nil) }
}

/// Mails that speak of mail that failed, to make their reader open a page.
@Suite("Bait")
struct BaitTests {
    /// Subject, text.
    static let texts: [(String, String)] = [
        (
            "Mailbox quota exceeded - 7 undelivered mails",
            "Your mailbox vera@news.example is full. 7 messages could not be delivered.\nSign in: https://bad.example/in"
        ),
        (
            "Undelivered Mail Returned to Sender",
            "2 messages for vera@news.example could not be delivered:\n\nvera@news.example\n\nRelease them: http://bad.example/r"
        ),
        (
            "Mail delivery failed: returning message to sender",
            "Your message to client@shop.example could not be delivered.\nView it: https://bad.example/v"
        ),
        (
            "Delivery failure: voice message 0:42",
            "The recording for vera@news.example was not delivered: 552 5.2.2 mailbox full.\nhttps://bad.example/play"
        ),
        (
            "Delivery Status Notification (Failure)",
            "Password of vera@news.example expires today; incoming mail will be rejected.\nKeep it: https://bad.example/k"
        ),
        (
            "Paket nicht zugestellt",
            "Ihr Paket an vera@news.example konnte nicht zugestellt werden: https://bad.example/p"
        ),
        (
            "Échec de la remise: boîte pleine",
            "Votre boîte vera@news.example est pleine. 3 messages n'ont pas pu être remis: https://bad.example/b"
        ),
        ("配信不能: メールボックス容量超過", "vera@news.example のメールボックスがいっぱいです。配信できませんでした。\nhttps://bad.example/j"),
    ]

    private func mail(_ header: String, _ subject: String, _ text: String) -> String {
        """
        \(header)
        Received: from mx.bad.example (mx.bad.example [192.0.2.66])
        \tby mail.news.example (Postfix) with ESMTP id A1; Tue, 24 Nov 2026 10:00:05 +0000
        To: bounce@news.example
        Subject: \(subject)
        Content-Type: text/plain; charset=utf-8

        \(text)

        """
    }

    @Test(
        "names nobody, whoever it says it is from",
        arguments: [
            "Return-Path: <x1@bad.example>\nFrom: \"Mail Administrator\" <postmaster@bad.example>",
            "Return-Path: <x1@bad.example>\nFrom: Mail Delivery System <MAILER-DAEMON@news.example>",
            "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@news.example>",
            "Return-Path: <bounce@news.example>\nFrom: Mail Delivery System <postmaster@news.example>",
            "From: Mailer-Daemon <postmaster@bad.example>",
        ])
    func nobody(header: String) {
        for (subject, text) in Self.texts {
            let verdict = classify(mail(header, subject, text))
            #expect(verdict.recipients.isEmpty, "\(subject): \(verdict.outcomeLines)")
            #expect(verdict.messageClass == .notABounce, "\(subject)")
            let page = text.replacing("\n", with: "<br>").replacing("https://", with: "<a href='//")
            let html = mail(header, subject, page).replacing("text/plain", with: "text/html")
            #expect(classify(html).recipients.isEmpty, "\(subject) in HTML")
        }
    }

    @Test(
        "is told from a server's report",
        arguments: [
            // A returned mail, a reply, and a list; a link to a page of help harms none of them.
            "Your message could not be delivered:\n\nvera@dest.example\n    550 5.1.1 User unknown\n\nSee https://dest.example/help",
            "Your message to vera@dest.example could not be delivered: user unknown.\n\n------ Original message ------\n"
                + "Return-Path: <bounce@news.example>\nFrom: news@news.example\nTo: vera@dest.example\nSubject: News\nMIME-Version: 1.0\n\nhttps://news.example/",
            "Your message to vera@dest.example could not be delivered: user unknown.",
            // A sentence that quotes a reply, with a page of help.
            "Your message to vera@dest.example could not be delivered: 550 5.1.1 User unknown. https://dest.example/help",
        ])
    func reports(text: String) {
        let header = "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.dest.example>"
        let verdict = classify(mail(header, "Undelivered Mail Returned to Sender", text))
        #expect(verdict.recipients.map(\.address) == ["vera@dest.example"])
        #expect(verdict.messageClass == .hardBounce || verdict.messageClass == .softBounce)
    }

    @Test("is told from what a return path with a tag names, whatever links the text has")
    func tagged() {
        let header = "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.dest.example>"
        let text = "Your message to vera@dest.example could not be delivered. https://dest.example/help"
        let plain = mail(header, "Undelivered Mail Returned to Sender", text)
        #expect(classify(plain).recipients.isEmpty)
        let tagged = plain.replacing("To: bounce@news.example", with: "To: bounce+vera=dest.example@news.example")
        #expect(classify(tagged).recipients.map(\.address) == ["vera@dest.example"])
    }

    @Test("is not what a filter writes of a mail that it delivers")
    func willBeRelayed() {
        let header = "Return-Path: <>\nFrom: \"Content-filter at mx.dest.example\" <postmaster@dest.example>"
        let text = "No viruses were found.\n\nThe message WILL BE relayed to:\n<vera@dest.example>"
        let verdict = classify(mail(header, "UNCHECKED contents in mail FROM <bounce@news.example>", text))
        #expect(verdict.recipients.isEmpty)
        #expect(verdict.messageClass == .notABounce)
    }

    @Test(
        "is no automatic answer where a list's owner sent it",
        arguments: [
            "Return-Path: <owner-dev@lists.example>", "Return-Path: <dev-bounces@lists.example>",
            "Return-Path: <ivo@lists.example>\nSender: dev-admin@lists.example",
        ])
    func listPost(header: String) {
        let post = mail(
            header + "\nFrom: Ivo <ivo@lists.example>\nPrecedence: bulk", "[dev] key", "I'm away next week.")
        #expect(classify(post).messageClass == .notABounce)
        let answer = "Return-Path: <ivo@lists.example>\nFrom: Ivo <ivo@lists.example>\nPrecedence: bulk"
        #expect(classify(mail(answer, "Re: News", "I'm away next week.")).messageClass == .autoReply)
    }
}

/// The fields of a report without the report around them.
@Suite("A bare delivery status")
struct BareStatusTests {
    private let outcome = ["vera@dest.example hard userunknown 5.1.1 -"]
    private let fields = "Reporting-MTA: dns; mx.dest.example\n\n" + ChangedReportTests.group

    @Test(
        "is read as a report",
        arguments: [
            "From: somebody@dest.example\nTo: bounce@news.example\nSubject: Report\nContent-Type: message/delivery-status\n\n",
            "Return-Path: <>\nFrom: MAILER-DAEMON@mx.dest.example\nSubject: failure notice\n\n",
            "Return-Path: <>\nFrom: MAILER-DAEMON@mx.dest.example\nSubject: failure notice\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n",
            "Content-Type: message/delivery-status\n\n",
            "Content-Description: Delivery report\nContent-Type: message/delivery-status\n\n", "",
        ])
    func isReport(header: String) {
        let verdict = classify(header + fields + (header.contains("boundary") ? "\n--b--\n" : ""))
        #expect(verdict.outcomeLines == outcome)
        #expect(verdict.messageClass == .hardBounce)
        #expect(verdict.reportingMTA == "mx.dest.example")
    }

    @Test("that a mailbox product keeps as text, from a host instead of an address")
    func storedCopy() {
        func copy(from: String) -> Verdict {
            classify(
                """
                Subject: Undelivered Mail Returned to Sender
                From: \(from)
                To: vera@dest.example
                Date: Tue, 24 Nov 2026 10:00:05 +0000
                Content-Type: multipart/mixed; boundary=b
                X-Mailer: Amazon WorkMail

                --b
                Content-Type: text/plain

                An error occurred while delivering to:
                vera@dest.example

                Technical report:

                \(fields)
                --b
                Content-Type: message/rfc822

                Return-Path: <bounce@news.example>
                From: news@news.example
                To: vera@dest.example
                Subject: News

                Hello
                --b--

                """)
        }
        #expect(copy(from: "relay.example").outcomeLines == outcome)
        // Somebody forwards his report.
        #expect(copy(from: "Vera <vera@dest.example>").recipients.isEmpty)
        #expect(copy(from: "Vera").recipients.isEmpty)
    }

    @Test("of a person's words about it makes no report")
    func quoted() {
        let mail =
            "Return-Path: <vera@dest.example>\nFrom: Vera <vera@dest.example>\nSubject: what is this?\n\n" + fields
        #expect(classify(mail).recipients.isEmpty)
    }
}

/// Limits within the list of recipients.
@Suite("A list of recipients that a limit cut")
struct CutListTests {
    private func groups(_ count: Int) -> String {
        "Reporting-MTA: dns; mx.dest.example\n\n"
            + (0..<count).map { "Final-Recipient: rfc822; u\($0)@dest.example\nAction: failed\nStatus: 5.1.1\n\n" }
            .joined()
    }

    @Test("says so, and a whole one does not")
    func status() {
        let cut = classify(ChangedReportTests.report(status: groups(Limits.recipients + 1)))
        #expect(cut.isListCut)
        #expect(cut.limitHit != nil)
        #expect(cut.recipients.count == Limits.recipients)
        let whole = classify(ChangedReportTests.report(status: groups(Limits.recipients)))
        #expect(!whole.isListCut)
        #expect(whole.limitHit == nil)
        let long = groups(2) + "X-Note: " + String(repeating: "x", count: Limits.deliveryStatusBytes) + "\n"
        #expect(classify(ChangedReportTests.report(status: long)).isListCut)
        #expect(classify(groups(Limits.recipients + 1)).isListCut)
    }

    private func prose(_ header: String, _ text: String) -> Verdict {
        classify(
            "Return-Path: <>\nFrom: MAILER-DAEMON@mx.dest.example\nTo: bounce@news.example\nSubject: failure notice\n\(header)\n\(text)"
        )
    }

    @Test("in prose says so where the list stands at the limit")
    func text() {
        let start = "Your message could not be delivered:\n\n"
        let line = "<u@dest.example>: 550 5.1.1 User unknown\n\n"
        let filler = String(repeating: "and so on, as before\n", count: Limits.proseBytes / 20)
        let original =
            "--- Below this line is a copy of the message.\n\nReturn-Path: <bounce@news.example>\nFrom: n@news.example\nSubject: x\n\n"
        #expect(
            prose("", start + String(repeating: line, count: 1 + Limits.proseBytes / line.utf8.count) + original)
                .isListCut)
        #expect(!prose("", start + line + filler).isListCut)
        #expect(!prose("", start + line + original + filler).isListCut)
    }

    @Test("in X-Failed-Recipients says so")
    func failedRecipients() {
        let text = "Your message could not be delivered.\n\n"
        let names = (0..<1_000).map { "u\($0)@dest.example" }
        #expect(prose("X-Failed-Recipients: " + names.joined(separator: ",\n ") + "\n", text).isListCut)
        #expect(!prose("X-Failed-Recipients: u@dest.example\n", text).isListCut)
    }

    @Test("in a complaint says so")
    func complaint() {
        func report(_ count: Int) -> Verdict {
            classify(
                "From: fbl@dest.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
                    + "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
                    + (0..<count).map { "Original-Rcpt-To: u\($0)@dest.example\n" }.joined() + "\n--b--\n")
        }
        #expect(report(Limits.recipients + 1).isListCut)
        #expect(!report(2).isListCut)
    }
}
