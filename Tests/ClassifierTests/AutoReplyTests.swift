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
