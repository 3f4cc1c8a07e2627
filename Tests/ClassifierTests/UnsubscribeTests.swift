import MIME
import ReturnPath
import Testing

@testable import Classifier

@Suite("requests to unsubscribe")
struct UnsubscribeTests {
    private func mail(
        _ subject: String, _ body: String, fields: String = "", to: String = "news@letters.example",
        from: String = "Eva Novak <eva@home.example>"
    ) -> String {
        """
        Return-Path: <eva@home.example>
        Delivered-To: \(to)
        Received: from mx.home.example (mx.home.example [192.0.2.1]) by mx.letters.example (Postfix) with ESMTP id 1;
        \tTue, 24 Nov 2026 10:00:00 +0000
        From: \(from)
        To: \(to)
        Message-ID: <1@home.example>
        Subject: \(subject)
        \(fields.isEmpty ? "X-Test: 1" : fields)
        Content-Type: text/plain; charset=utf-8

        \(body)

        """
    }

    private func rule(_ verdict: Verdict) -> String? { verdict.evidence.last?.rule }

    @Test(
        "are read in what people answer to a newsletter, in many languages",
        arguments: [
            "Hi there, can I be removed from this list please? Thanks, Eva", "Unsubscribe please.",
            "Please stop these emails", "I no longer wish to receive these e-mails.", "STOP",
            "Please remove eva@home.example from your database.", "I do not want to receive any more emails from you.",
            "Bitte löschen Sie meine E-Mail-Adresse aus Ihrem Verteiler.",
            "Ich möchte keine weiteren Newsletter erhalten.", "Hiermit bestelle ich den Newsletter ab.",
            "Bitte kündigen Sie mein Newsletter-Abo.", "Merci de me retirer de votre liste de diffusion",
            "Veuillez me désinscrire svp", "Por favor, bórrenme de su lista de correo.",
            "Solicito la baja de este boletín",
            "Favor retirar meu e-mail da lista", "Quero me descadastrar", "Vi prego di cancellarmi dalla newsletter",
            "Non desidero più ricevere le vostre mail", "Gelieve mij uit te schrijven voor deze nieuwsbrief",
            "Proszę o usunięcie mojego adresu e-mail z bazy.", "Rezygnuję z newslettera", "Отпишите меня, пожалуйста",
            "Уберите мой адрес из рассылки", "配信停止でお願いします。", "今後メールは送らないでください。", "请取消我的订阅",
            "麻烦把我从名单上去掉，谢谢", "E-posta listenizden çıkmak istiyorum.", "Prosím, vyřaďte mě ze seznamu.",
            "Avregistrera mig från utskicket, tack.", "Vänligen ta bort min mailadress.",
            "Poistakaa minut postituslistalta.", "Molim da me uklonite s liste.", "구독을 취소해 주세요.",
        ])
    func people(_ body: String) {
        let verdict = classify(mail("Re: Autumn sale", body))
        #expect(verdict.messageClass == .unsubscribe)
        #expect(verdict.recipients.map(\.address) == ["eva@home.example"])
        #expect(verdict.recipients.map(\.kind) == [.delivered])
        #expect(verdict.evidence.count == 1 && rule(verdict)?.hasPrefix("unsubscribe/") == true)
    }

    @Test(
        "are read in a subject above nothing, or above a name",
        arguments: [
            ("unsubscribe", ""), ("Unsubscribe from Autumn letter", ""), ("List unsubscribe request", ""),
            ("opt out", ""), ("Désabonnement", "\n"), ("BAJA", ""), ("退订", ""), ("解除", ""),
            ("unsubscribe", "\u{200B}"), ("unsubscribe", "Eva Novak\nHome Ltd"),
            ("unsubscribe", "This e-mail is confidential. If it is not for you, please delete it."),
        ])
    func subjects(_ subject: String, _ body: String) {
        let verdict = classify(mail(subject, body))
        #expect(verdict.messageClass == .unsubscribe)
        #expect(rule(verdict) == "unsubscribe/subject" && verdict.evidence.last?.at == "Subject")
    }

    @Test(
        "are not what people write about them, nor what newsletters and companies say",
        arguments: [
            "I unsubscribed my old address yesterday, does the new one still get the letter?",
            "Is there a way to unsubscribe from only one of the two letters?",
            "My customers complain that the unsubscribe link is broken. Can you look at it?",
            "Bonjour, mon mari souhaite se désabonner, comment faire ?",
            "Thank you for removing me from the list so quickly.",
            "Thanks for removing me from your mailing list.",
            "Thanks for the letter, I love it! Do not ever remove me.", "I like the newsletter, please don't stop.",
            "Please cancel the meeting of Monday, I am ill.", "Please delete the photo of me on your page.",
            "> unsubscribe me\n\nThat is what she wrote, what shall I answer?",
            "FYI\n\n---------- Forwarded message ---------\n\nPlease unsubscribe me",
            "https://x.example/win\n\nPlease unsubscribe me from your mailing list: you may say so at any time.",
            "Big sale of lamps today! Unsubscribe", "配信停止はこちらから https://x.example/u",
            "Wie viele Leute haben sich letzte Woche abgemeldet?",
            "I don't want to receive the blue one, please send the green one.",
            "I do not wish to receive invoices by fax, please mail them.",
        ])
    func others(_ body: String) {
        #expect(classify(mail("Re: Autumn sale", body)).messageClass == .notABounce)
    }

    @Test(
        "are not what lists, jobs and mail systems send, nor what they repeat in a subject",
        arguments: [
            "List-Id: <team.letters.example>", "List-Post: <mailto:team@letters.example>", "Precedence: bulk",
            "Precedence: list", "X-Mailing-List: team",
        ])
    func lists(_ field: String) {
        #expect(classify(mail("unsubscribe", "unsubscribe", fields: field)).messageClass == .notABounce)
    }

    @Test(
        "are no letters under a subject of one everyday word",
        arguments: [
            ("Kündigung", "Hiermit kündige ich den Mietvertrag zum 1. Mai."), ("Cancel", "Friday is too early for me."),
            ("Stop", "The bus halts at the other corner now."), ("remove", "The old logo is still on page 2."),
        ])
    func letters(_ subject: String, _ body: String) {
        #expect(classify(mail(subject, body)).messageClass == .notABounce)
        #expect(classify(mail(subject, "")).messageClass == .unsubscribe)
    }

    @Test("are not what stands behind Re: in a subject")
    func answers() {
        #expect(classify(mail("Re: unsubscribe", "")).messageClass == .notABounce)
        #expect(classify(mail("AW: Abmelden", "Das ist erledigt.")).messageClass == .notABounce)
    }

    @Test("that a mail program sends are known by its field or its sentence")
    func programs() {
        let apple = classify(mail("", "", fields: "X-Apple-Unsubscribe: true\nAuto-Submitted: auto-replied"))
        #expect(apple.messageClass == .unsubscribe && apple.evidence.last?.at == "X-Apple-Unsubscribe")
        #expect(classify(mail("", "", fields: "X-Apple-Unsubscribe: false")).messageClass == .notABounce)
        for body in [
            "This message was automatically generated by Gmail.", "List-Unsubscribe=One-Click",
            "iOS Mail sent this email to unsubscribe from the message “A”.",
        ] {
            let verdict = classify(mail("k3.f00", body))
            #expect(verdict.messageClass == .unsubscribe && rule(verdict) == "unsubscribe/mail-program")
        }
        // An automatic answer that says so is none.
        let away = mail("unsubscribe", "I am on vacation.", fields: "Auto-Submitted: auto-replied")
        #expect(classify(away).messageClass == .autoReply)
        let told = mail("Away", "Write to me: unsubscribe me", fields: "Auto-Submitted: auto-replied")
        #expect(classify(told).messageClass == .autoReply)
    }

    @Test("are an empty mail, or a token, at the address that is made for them")
    func address() {
        let settings = Settings()
        var configured = settings
        configured.unsubscribeAddresses = ["bye@letters.example"]
        let classifier = Classifier(settings: configured)
        for to in ["bye@letters.example", "bye+4711@letters.example", "unsubscribe-4711@other.example"] {
            for subject in ["", "a4711-b", "(no subject)", "（無題）"] {
                let verdict = classifier.classify(Array(mail(subject, "", to: to).utf8))
                #expect(verdict.messageClass == .unsubscribe)
                #expect(rule(verdict) == "unsubscribe/address" && verdict.evidence.last?.matched == to)
            }
            // What says something else is a letter.
            let letter = mail("Garden", "When do you prune roses?", to: to)
            #expect(classifier.classify(Array(letter.utf8)).messageClass == .notABounce)
        }
        for to in ["byebye@letters.example", "bye@other.example", "news@letters.example"] {
            #expect(classifier.classify(Array(mail("", "", to: to).utf8)).messageClass == .notABounce)
        }
        #expect(classify(mail("", "", to: "bye@letters.example")).messageClass == .notABounce)
    }

    @Test("are for the recipient whom the tag of the address names, unless its signature is wrong")
    func tags() throws {
        let to = "bounce+ann=firm.example@letters.example"
        let plain = classify(mail("unsubscribe", "", to: to))
        #expect(plain.recipients.map(\.address) == ["ann@firm.example"])
        #expect(plain.recipients.first?.isVERP == true && plain.trust == .unsigned)

        let key = try SigningKey("k1:abcdefghijklmnopqrstuvwxyz234567")
        let other = try SigningKey("k1:765432zyxwvutsrqponmlkjihgfedcba")
        let signed = try SignedTag.make(
            recipient: "ann@firm.example", returnPath: "bounce@letters.example", key: key, day: nil)
        let message = Array(mail("unsubscribe", "", to: signed).utf8)
        let valid = Classifier(settings: Settings(verpKeys: [key])).classify(message)
        #expect(valid.recipients.map(\.address) == ["ann@firm.example"] && valid.trust == .valid)
        let forged = Classifier(settings: Settings(verpKeys: [other])).classify(message)
        #expect(forged.recipients.map(\.address) == ["eva@home.example"] && forged.trust == .invalid)
    }

    @Test("without a sender whom one can read are none")
    func nobody() {
        #expect(classify(mail("unsubscribe", "", from: "Eva")).messageClass == .notABounce)
    }

    @Test("are short: the limits of what is read")
    func limits() {
        let filler = String(repeating: "word ", count: 100)
        let late = String(filler.prefix(UnsubscribeRequest.requestReach)) + "please unsubscribe me"
        #expect(!UnsubscribeText(FoldedText(late)).isRequest)
        #expect(UnsubscribeText(FoldedText(filler.prefix(300) + "please unsubscribe me")).isRequest)
        let long = "please unsubscribe me " + String(repeating: "word ", count: UnsubscribeRequest.maximumWords / 5)
        #expect(!UnsubscribeText(FoldedText(long)).isRequest)
        let wish = "remove my name from the newsletter of the garden "
        #expect(UnsubscribeText(FoldedText(wish)).isWish)
        #expect(!UnsubscribeText(FoldedText(wish + filler.prefix(UnsubscribeRequest.maximumWish))).isWish)
        #expect(UnsubscribeText(FoldedText("unsubscribe " + filler.prefix(60))).isCommand)
        let greeting = String(filler.prefix(UnsubscribeRequest.maximumGreeting))
        #expect(UnsubscribeText(FoldedText(greeting + "unsubscribe")).isCommand)
        #expect(!UnsubscribeText(FoldedText("a " + greeting + "unsubscribe")).isCommand)
        #expect(
            !UnsubscribeText(FoldedText("unsubscribe " + filler.prefix(UnsubscribeRequest.maximumCommand))).isCommand)
        #expect(UnsubscribeText(FoldedText(String(filler.prefix(UnsubscribeRequest.maximumClosing)))).isClosing)
        #expect(!UnsubscribeText(FoldedText("x" + filler.prefix(UnsubscribeRequest.maximumClosing) + "y")).isClosing)
        // A text that is longer than what is read is no request.
        let cut = "please unsubscribe me\n" + String(repeating: " \n", count: OwnWords.maximumBytes)
        #expect(classify(mail("Re: Autumn sale", cut)).messageClass == .notABounce)
    }
}

@Suite("own words and bare subjects")
struct OwnWordsTests {
    private func words(_ text: String) -> String {
        let message = Message(parsing: Array(("Content-Type: text/plain; charset=utf-8\n\n" + text).utf8))
        return String(decoding: OwnWords(message).text.bytes, as: UTF8.self)
    }

    @Test(
        "leave out quotations, signatures and what mail programs add",
        arguments: [
            "Yes.\n> old\n> older", "Yes.\n\nOn 23 Nov 2026, News <a@x.example> wrote:\nold",
            "Yes.\n-- \nEva\nHome Ltd",
            "Yes.\n\n-----Original Message-----\nold", "Yes.\n\n________________________________\nold",
            "Yes.\n\nVon: News <a@x.example>\nGesendet: Montag\nold", "Yes.\n\nSent from my iPhone",
            "Yes.\n\nLe 23 nov. 2026, News a écrit :\nold", "Yes.\n\niPhoneから送信", "Yes.\n\n23.11.2026 написал:\nold",
        ])
    func own(_ text: String) {
        #expect(words(text) == "yes.")
    }

    @Test("go on where a text is longer than what is read, unless it ends in a quotation")
    func cut() {
        func isCut(_ text: String) -> Bool {
            OwnWords(Message(parsing: Array(("Content-Type: text/plain\n\n" + text).utf8))).isCut
        }
        let long = String(repeating: "word\n", count: OwnWords.maximumBytes / 5 + 1)
        let quoted = String(repeating: "> word\n", count: OwnWords.maximumBytes / 7 + 1)
        #expect(isCut(long) && isCut("> word\nown\n" + long))
        #expect(!isCut("Yes.\n" + quoted) && !isCut("Yes.\n-----Original Message-----\n" + long))
        #expect(!isCut(String(long.prefix(OwnWords.maximumBytes))))
    }

    @Test("start with what looks like a quotation's header where nothing stands before it")
    func header() {
        #expect(words("From: me to you\nwith love") == "from: me to you with love")
    }

    @Test("of a subject stand behind its prefixes, in any number up to a limit")
    func subjects() {
        func bare(_ text: String) -> (String, Bool) {
            let subject = BareSubject(FoldedText(text))
            return (String(decoding: subject.text.bytes, as: UTF8.self), subject.hasPrefix)
        }
        #expect(bare("Re: AW: Fwd: E-Mail") == ("email", true))
        #expect(bare("RE[2]: letter") == ("letter", true))
        #expect(bare("回复：来信") == ("来信", true))
        #expect(bare("Auto: letter") == ("auto: letter", false))
        #expect(bare("Re-think: letter") == ("re-think: letter", false))
        let many = String(repeating: "Re: ", count: BareSubject.maximumPrefixes + 1)
        #expect(bare(many + "x") == ("re: x", true))
        #expect(BareSubject(FoldedText("[#4711] We")).wordsStart == 8)
    }
}
