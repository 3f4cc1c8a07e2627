import Testing

@testable import Classifier

@Suite("automatic answers")
struct AutoReplyTests {
    private func mail(_ fields: String, subject: String, body: String = "See you soon.") -> String {
        """
        Received: from mx.dest.example (mx.dest.example [192.0.2.1]) by mail.example.com (Postfix) with ESMTP id 1;
        \tTue, 24 Nov 2026 10:00:00 +0000
        From: Bob <bob@dest.example>
        To: bounce@example.com
        Message-ID: <1@dest.example>
        Subject: \(subject)
        \(fields)
        Content-Type: text/plain; charset=utf-8

        \(body)

        """
    }

    @Test(
        "are known by the fields that programs set",
        arguments: [
            "Auto-Submitted: auto-replied", "Auto-Submitted: auto-replied (vacation)", "X-Autoreply: yes",
            "X-Autorespond: Re: letter", "X-Autoresponder: cpanel", "X-Auto-Reply: 1", "Precedence: auto_reply",
            "X-Zimbra-Autoreply: yes", "X-Vacation: yes", "X-Mail-Autoreply: letter", "X-OTRS-Autoreply: yes",
            "Return-Path: <>\nX-MS-Exchange-Inbox-Rules-Loop: bob@dest.example",
        ])
    func fields(_ field: String) {
        #expect(classify(mail(field, subject: "Re: letter")).messageClass == .autoReply)
    }

    @Test(
        "are known by their subjects in many languages",
        arguments: [
            "Automatic reply: letter", "Out of Office: letter", "Auto: away", "Abwesenheitsnotiz: letter",
            "Automatische Antwort: letter", "Réponse automatique : letter", "Absence du bureau",
            "Respuesta automática: letter",
            "Fuera de la oficina: letter", "Resposta automática: letter", "Risposta automatica: letter", "Fuori sede",
            "Automatyczna odpowiedź: letter", "Automatisch antwoord: letter", "Otomatik yanıt: letter",
            "Autosvar: letter",
            "Automaattinen vastaus: letter", "Automatická odpověď: letter", "Automatikus válasz: letter",
            "Răspuns automat: letter", "Αυτόματη απάντηση: letter", "Автоматический ответ: letter", "自動応答: letter",
            "自動返信: letter", "自动回复: letter", "自動回覆: letter", "자동 응답: letter", "رد تلقائي: letter",
        ])
    func subjects(_ subject: String) {
        #expect(classify(mail("Return-Path: <>", subject: subject)).messageClass == .autoReply)
    }

    @Test(
        "without Auto-Submitted are known by what they say, where a program sent them",
        arguments: [
            ("Precedence: bulk", "I will be out of the office until Monday."),
            ("Precedence: junk", "I am on vacation."),
            ("Return-Path: <>", "Ich bin nicht im Büro."),
            ("X-Auto-Response-Suppress: All", "Je suis absent du bureau."),
            ("Return-Path: <>", "休暇をいただいております。"),
        ])
    func text(_ field: String, _ body: String) {
        #expect(classify(mail(field, subject: "Re: letter", body: body)).messageClass == .autoReply)
        // A person who writes the same is a person.
        #expect(classify(mail("X-Mailer: pen", subject: "Re: letter", body: body)).messageClass == .notABounce)
    }

    @Test(
        "are not what lists, jobs and people send",
        arguments: [
            mailOf("Subject: Weekly: out of office jokes\nList-Id: <weekly.example>\nPrecedence: bulk", "on vacation"),
            mailOf("Subject: Your order\nAuto-Submitted: auto-generated", "Thank you, it has shipped."),
            mailOf(
                "Subject: Cron <root@app> backup\nAuto-Submitted: auto-generated\nX-Cron-Env: <SHELL=/bin/sh>", "done"),
            mailOf("Subject: Re: letter\nAuto-Submitted: no", "Thank you, I am back from vacation."),
            mailOf("Subject: Report domain: example.com Submitter: provider.example", "see attachment"),
            mailOf("Subject: Re: letter\nX-Auto-Response-Suppress: OOF, AutoReply", "Please call me."),
        ])
    func none(_ message: String) {
        #expect(classify(message).messageClass == .notABounce)
    }

    @Test(
        "behind Re: and Fwd: need a machine's sign: people answer and forward them",
        arguments: [
            "Re: Automatic reply: letter", "AW: Abwesenheitsnotiz", "Fwd: Out of office: letter", "SV: Autosvar: brev",
        ])
    func answered(_ subject: String) {
        let person = "X-Mailer: pen\nIn-Reply-To: <0@example.com>\nX-Auto-Response-Suppress: DR, OOF, AutoReply"
        #expect(classify(mail(person, subject: subject)).messageClass == .notABounce)
        for sign in ["Return-Path: <>", "Auto-Submitted: auto-generated", "Precedence: bulk", "X-Autoreply: yes"] {
            #expect(classify(mail(sign, subject: subject)).messageClass == .autoReply, "\(sign)")
        }
    }

    @Test(
        "that went through a list are answers where a field of the program says so",
        arguments: [
            ("Auto-Submitted: auto-replied", true), ("X-Autorespond: letter", true), ("Precedence: auto_reply", true),
            ("Auto-Submitted: auto-generated", false), ("Precedence: bulk", false), ("X-Test: 1", false),
        ])
    func lists(_ field: String, _ isReply: Bool) {
        for list in ["List-Id: <desk.dest.example>", "List-Unsubscribe: <mailto:u@dest.example>", "X-BeenThere: desk"] {
            let found = classify(mail("\(field)\n\(list)", subject: "Out of office", body: "I am away next week"))
            #expect(found.messageClass == (isReply ? .autoReply : .notABounce), "\(list)")
        }
    }

    @Test("say e-mail and email alike")
    func spelling() {
        for word in ["e-mail", "email", "E-Mail"] {
            let text = "I have limited access to my \(word) this week."
            #expect(classify(mail("Return-Path: <>", subject: "letter", body: text)).messageClass == .autoReply)
            #expect(classify(mail("X-Test: 1", subject: "Thank you for your \(word)")).messageClass == .autoReply)
        }
        #expect(FoldedText("an e-mail, the-mail, ce-mails").withPlainEmail.equals("an email, the-mail, ce-mails"))
    }

    @Test("with the null sender that say that a program made them need no words")
    func empty() {
        let fields = "Return-Path: <>\nAuto-Submitted: auto-generated"
        #expect(classify(mail(fields, subject: "RE: letter", body: "x")).messageClass == .autoReply)
        #expect(classify(mail(fields, subject: "letter", body: "x")).messageClass == .notABounce)
        #expect(classify(mail("Return-Path: <>", subject: "RE: letter", body: "x")).messageClass == .notABounce)
    }

    @Test(
        "are known by Auto-Submitted with comments before and behind its word",
        arguments: ["(filter) auto-replied", "((a) b)  auto-replied; owner-email=x", "auto-reply"])
    func comments(_ value: String) {
        #expect(classify(mail("Auto-Submitted: \(value)", subject: "letter")).messageClass == .autoReply)
        #expect(classify(mail("Auto-Submitted: (auto-replied)", subject: "letter")).messageClass == .notABounce)
        #expect(classify(mail("Auto-Submitted: (auto-replied) no", subject: "letter")).messageClass == .notABounce)
    }

    @Test(
        "are not what companies, faxes and people say of absences and of autoresponders",
        arguments: [
            ("Precedence: bulk", "Summer vacation", "We are on holiday from 1 to 15 August."),
            ("X-Mailer: pen", "On vacation next week", "I will be on vacation next week, could we meet before?"),
            ("X-Mailer: pen", "Urlaubsgrüße", "Viele Grüße aus dem Urlaub!"),
            ("Precedence: bulk", "夏季休業のお知らせ", "8月10日から休業いたします。"),
            ("Precedence: bulk", "Autoresponder for shops", "It answers while you are on vacation."),
            ("Precedence: bulk\nIn-Reply-To: <1@x.example>", "[dev] release", "I am away next week, on vacation."),
            ("Precedence: bulk\nSender: dev@x.example", "Re: release", "I am away next week, on vacation."),
            ("Auto-Submitted: auto-replied", "Your fax to +49 30 000", "Sent."),
            ("Auto-Submitted: auto-generated", "Fax delivery report", "This is an automated response."),
            ("Auto-Submitted: auto-generated", "People on leave", "Ann will be on leave until Monday."),
            ("X-Mailer: pen", "Is Bob on leave? Who is out of the office?", "Tell me."),
        ])
    func absences(_ field: String, _ subject: String, _ body: String) {
        #expect(classify(mail(field, subject: subject, body: body)).messageClass == .notABounce)
    }

    @Test("that answer our own fax are answers")
    func fax() {
        #expect(classify(mail("Auto-Submitted: auto-replied", subject: "Re: Your fax")).messageClass == .autoReply)
    }

    @Test(
        "ask for a proof that a person wrote, without a field that says so",
        arguments: [
            "My filter wants to know whether you are a real person. The message you sent is waiting. Reply to this email.",
            "Your e-mail to eva@home.example waits. Click here to confirm that you are not a robot: http://x.example/1",
            "Before eva gets your email, follow this link and show that you are a human being. http://gk.example/1",
        ])
    func challenges(_ text: String) {
        let verdict = classify(mail("X-Test: 1", subject: "Re: letter", body: text))
        #expect(verdict.messageClass == .autoReply)
        #expect(verdict.evidence.last?.rule == "auto-reply/challenge")
        // Quoted by somebody who asks what that is, it is no challenge.
        let quoted = "What is this?\n\n> " + text
        #expect(classify(mail("X-Test: 1", subject: "Re: letter", body: quoted)).messageClass == .notABounce)
    }

    @Test("need Exchange's word for them, where only X-Auto-Response-Suppress and the text speak of an absence")
    func suppressed() {
        let text = "I will be back on Monday. Could we meet then?"
        func messageClass(_ value: String) -> MessageClass {
            classify(mail("X-Auto-Response-Suppress: \(value)", subject: "Meeting", body: text)).messageClass
        }
        #expect(messageClass("All") == .autoReply)
        #expect(messageClass("DR, OOF, AutoReply") == .notABounce)
    }

    @Test(
        "are no report that a mailbox sends, whose subject announces a failure",
        arguments: [
            ("Unzustellbar: Herbstbrief", MessageClass.hardBounce), ("Delivery failure: letter", .hardBounce),
            ("Re: Delivery failure: letter", .autoReply), ("Automatic reply: Delivery failure", .autoReply),
        ])
    func announced(_ subject: String, _ wanted: MessageClass) {
        let message = """
            Return-Path: <>
            Auto-Submitted: auto-replied
            From: post@dest.example
            Subject: \(subject)
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain

            bob@dest.example no longer works here.

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.dest.example

            Final-Recipient: rfc822; bob@dest.example
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 user unknown

            --b--

            """
        #expect(classify(message).messageClass == wanted)
    }

    @Test("never take the place of a report, whose DSN carries auto-replied too")
    func report() {
        let dsn = """
            Auto-Submitted: auto-replied
            From: MAILER-DAEMON@mx.dest.example
            Subject: Out of office relay: Undelivered Mail
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; bob@dest.example
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 user unknown

            --b--

            """
        #expect(classify(dsn).messageClass == .hardBounce)
    }
}

/// A mail from a person or a program to the bounce address.
func mailOf(_ fields: String, _ body: String) -> String {
    "Return-Path: <x@dest.example>\nFrom: x@dest.example\nTo: bounce@example.com\n\(fields)\nMessage-ID: <1@dest.example>\n\n\(body)\n"
}
