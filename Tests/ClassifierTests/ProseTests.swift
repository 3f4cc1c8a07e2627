import Testing

@testable import Classifier

@Suite("reports without structure")
struct ProseTests {
    private func report(_ body: String, charset: String = "utf-8") -> Verdict {
        classify(
            """
            Return-Path: <>
            From: Mail Delivery System <MAILER-DAEMON@mx.dest.example>
            To: news@example.com
            Subject: Mail delivery failed
            Content-Type: text/plain; charset=\(charset)

            \(body)

            For help write to help@mx.dest.example or postmaster@mx.dest.example.

            ----- Original message -----
            Received: from app.example.com by mail.example.com; Tue, 24 Nov 2026 10:00:00 +0000
            From: news@example.com
            To: bob@dest.example
            Message-ID: <1@example.com>
            Subject: letter to eve@decoy.example

            Write to carol@decoy.example.

            """)
    }

    @Test(
        "name the failed recipient in many languages, and nobody else",
        arguments: [
            "Your message could not be delivered to the following address:\n\n  bob@dest.example\n    550 5.1.1 User unknown",
            "The following recipient could not be reached: bob@dest.example\n550 5.1.1 User unknown",
            "Ihre Nachricht konnte nicht zugestellt werden an:\nbob@dest.example\n550 5.1.1 Benutzer unbekannt",
            "Votre message n'a pas pu être délivré aux destinataires suivants :\n  bob@dest.example\n  550 5.1.1 Utilisateur inconnu",
            "Su mensaje no se pudo entregar a:\n<bob@dest.example>\n550 5.1.1 Usuario desconocido",
            "A mensagem não pôde ser entregue a:\nbob@dest.example\n550 5.1.1 Usuário desconhecido",
            "Impossibile recapitare il messaggio a:\nbob@dest.example\n550 5.1.1 Utente sconosciuto",
            "Uw bericht kon niet worden bezorgd bij:\nbob@dest.example\n550 5.1.1 Gebruiker onbekend",
            "Wiadomość nie mogła zostać dostarczona do:\nbob@dest.example\n550 5.1.1 Nieznany użytkownik",
            "Mesajınız teslim edilemedi:\nbob@dest.example\n550 5.1.1 Kullanıcı bulunamadı",
            "Meddelandet kunde inte levereras till:\nbob@dest.example\n550 5.1.1 Okänd användare",
            "Zprávu nelze doručit:\nbob@dest.example\n550 5.1.1 Neznámý uživatel",
            "Сообщение не может быть доставлено:\nbob@dest.example\n550 5.1.1 Пользователь не найден",
            "次の宛先へのメールは配信できませんでした。\nbob@dest.example\n550 5.1.1 ユーザーが見つかりません",
            "您的邮件无法投递到：bob@dest.example\n550 5.1.1 用户不存在",
            "다음 주소로 메일을 전송하지 못했습니다.\nbob@dest.example\n550 5.1.1 사용자를 찾을 수 없습니다",
        ])
    func languages(_ body: String) {
        let verdict = report(body)
        #expect(verdict.messageClass == .hardBounce)
        #expect(verdict.recipients.map(\.address) == ["bob@dest.example"])
        #expect(verdict.recipients.first?.reason == .userUnknown)
        #expect(verdict.original?.messageID == "1@example.com")
    }

    @Test("give each recipient what is said of it")
    func several() {
        let verdict = report(
            "The following addresses failed:\n\n<bob@dest.example>:\n550 5.1.1 User unknown\n\n<ann@dest.example>:\n552 5.2.2 Mailbox full"
        )
        #expect(
            verdict.outcomeLines == [
                "bob@dest.example hard userunknown 5.1.1 -", "ann@dest.example soft mailboxfull 5.2.2 -",
            ])
    }

    @Test("take the returned message's recipient where they name nobody")
    func nameless() {
        let verdict = report("Your message could not be delivered. The mailbox is full.")
        #expect(verdict.outcomeLines == ["bob@dest.example soft mailboxfull - -"])
    }

    @Test("in Shift_JIS, EUC-KR and other charsets are read", arguments: [("iso-2022-jp", "\u{1B}$B%f!<%6!<\u{1B}(B")])
    func charsets(_ charset: String, _ text: String) {
        let verdict = report(
            "\(text)\nThe following addresses failed:\n<bob@dest.example>: 550 5.1.1 unknown user", charset: charset)
        #expect(verdict.recipients.map(\.address) == ["bob@dest.example"])
    }
}
