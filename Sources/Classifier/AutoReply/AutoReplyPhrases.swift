/// The words of automatic answers, folded, with `email` for `e-mail`.
enum AutoReplyPhrases {
    enum SubjectWords: UInt8, PhraseGroup {
        /// What programs put before the subject that they answer: at its start it decides alone.
        case reply
        /// A receipt, at the start of the subject.
        case receipt
        /// Lotus Notes: `Bob/Corp is out of the office`.
        case statement
        /// An absence, of which people and companies write, too.
        case absence
        /// A ticket's number.
        case ticket
        case fax
    }

    static let subject = PhraseGroups<SubjectWords>([
        (.reply, reply + otherReply),
        (
            .receipt,
            [
                "thank you for your email", "thanks for your email", "thank you for your message",
                "thank you for contacting", "thanks for contacting", "thank you for reaching out",
                "thanks for reaching out", "thank you for getting in touch", "we have received your message",
                "we have received your email", "we have received your request", "we have received your inquiry",
                "we have received your enquiry", "we received your message", "we received your email",
                "we received your request", "your request has been received", "your message has been received",
                "your email has been received", "request received", "ticket received", "ticket created",
                "your ticket has been", "received your request", "acknowledgement of your",
                "acknowledgment of your", "case created", "verification required", "confirm your message",
                "please confirm your message", "please confirm your email to", "spam challenge", "challenge:",
                "eingangsbestätigung", "ihre anfrage ist eingegangen", "wir haben ihre nachricht erhalten",
                "wir haben ihre anfrage erhalten", "vielen dank für ihre nachricht", "vielen dank für ihre anfrage",
                "vielen dank für ihre email", "danke für ihre nachricht", "accusé de réception de votre",
                "nous avons bien reçu votre", "merci pour votre message", "hemos recibido su", "gracias por contactar",
                "gracias por su mensaje", "recebemos sua mensagem", "recebemos a sua mensagem",
                "obrigado pelo seu contato", "obrigado por entrar em contato", "abbiamo ricevuto la sua",
                "abbiamo ricevuto il suo", "grazie per averci contattato", "bedankt voor uw bericht",
                "bedankt voor uw email", "wij hebben uw bericht ontvangen", "ontvangstbevestiging",
                "dziękujemy za kontakt", "dziękujemy za wiadomość", "potwierdzenie otrzymania wiadomości",
                "děkujeme za vaši zprávu", "tack för ditt meddelande", "tack för ditt mail", "tak for din henvendelse",
                "takk for din henvendelse", "kiitos viestistäsi", "ваше обращение принято", "ваше обращение получено",
                "ваше письмо получено", "спасибо за ваше обращение", "мы получили ваше письмо", "お問い合わせありがとうございます",
                "お問い合わせを受け付け", "お問い合わせ受付", "受付完了のお知らせ", "感谢您的来信", "感谢您的邮件", "感謝您的來信",
                "문의가 접수", "mesajınız alındı", "talebiniz alınmıştır", "köszönjük levelét",
            ]
        ),
        (
            .statement,
            [
                "is out of the office", "is out of office", "ist nicht im büro", "ist außer haus", "ist abwesend",
                "est absent du bureau", "est absente du bureau", "está fuera de la oficina", "è fuori ufficio",
                "está fora do escritório", "is niet op kantoor", "är inte på kontoret", "er ikke på kontoret",
            ]
        ),
        (.absence, absence),
        (.ticket, ["[ticket", "[case", "[request", "[#", "[##", "ticket #", "case #"]),
        (
            .fax,
            [
                "fax to ", "fax from ", "your fax", "fax transmission", "fax sent", "fax delivery", "fax delivered",
                "fax confirmation", "fax status", "fax report", "fax job", "fax message", "fax successful",
                "fax failed", "efax", "telefax", "faxbericht", "fax-bericht", "faxversand", "sendebericht",
                "télécopie", "envoi de fax", "fax enviado", "fax inviato", "faks", "факс", "ファックス", "ファクス",
                "传真", "傳真", "팩스",
            ]
        ),
    ])

    /// What a text says of an absence, or of the program that answers.
    static let text = PhraseGroups<SubjectWords>([
        (
            .absence,
            [
                "out of the office", "out of office", "on vacation", "on holiday", "on annual leave",
                "on leave until", "on parental leave", "on maternity leave", "on paternity leave", "i am away",
                "i'm away", "am currently away", "will be away", "i will be back", "i'll be back", "will return on",
                "i will respond", "i will reply", "limited access to email", "limited access to my email",
                "no access to email", "no access to my email", "this is an automated response",
                "this is an automatic reply", "this is an automatic response", "this is an automated reply",
                "this is an auto-reply", "this is an auto reply", "this is an auto-response",
                "this is an auto response",
                "no longer works", "no longer work for", "have left the company", "no longer with the company",
                "no longer work at",
                "bin nicht im büro", "nicht im hause", "im urlaub", "bin derzeit abwesend", "außer haus",
                "nicht erreichbar", "wieder erreichbar", "absent du bureau", "actuellement absent", "je suis absent",
                "en congé",
                "je serai absent", "je suis en vacances", "fuera de la oficina", "estaré ausente", "estoy ausente",
                "estoy de vacaciones", "de vacaciones hasta", "fora do escritório", "estou ausente", "estarei ausente",
                "estou de férias", "fuori ufficio", "fuori sede", "sono in ferie", "sono assente", "sarò assente",
                "poza biurem", "jestem nieobecn", "na urlopie", "afwezig", "niet op kantoor", "met vakantie",
                "op vakantie", "в отпуске", "меня нет в офисе", "буду отсутствовать", "у відпустці", "в отпуск съм",
                "извън офиса", "ще отговоря след", "на одмору", "одсутан", "na dopustu", "nisem v pisarni",
                "me ni v pisarni",
                "odsoten", "odsotna", "na godišnjem odmoru", "odsutan sam", "odsutna sam", "izvan ureda",
                "nisam u uredu",
                "holder ferie", "på ferie", "ikke på kontoret", "ikke til stede", "har ferie", "har permisjon",
                "er bortreist", "er tilbake", "er tilbage", "på semester", "har semester", "inte på kontoret",
                "är tjänstledig", "föräldraledig",
                "är bortrest", "lomalla", "en ole paikalla", "poissa toimistosta", "olen poissa", "puhkusel",
                "olen eemal", "ei ole kontoris", "atvaļinājumā", "prombūtnē", "neesmu birojā", "atostogauju",
                "atostogose", "nesu biure", "nebūsiu biure", "mám dovolenou", "na dovolené", "nejsem v kanceláři",
                "mimo kancelář", "na dovolenke", "mimo kancelárie", "szabadságon vagyok", "szabadságon leszek",
                "nem vagyok az irodában", "házon kívül", "în concediu", "in concediu", "nu sunt la birou",
                "în afara biroului", "σε άδεια", "εκτός γραφείου", "με άδεια", "αυτόματη απάντηση", "í fríi",
                "ekki á skrifstofunni", "izindeyim", "ofis dışında", "ofiste değilim", "izinde olacağım", "tatildeyim",
                "בחופשה", "מחוץ למשרד", "לא נמצא במשרד", "في إجازة", "خارج المكتب", "في اجازة", "در مرخصی", "ลาพักร้อน",
                "ไม่อยู่ที่สำนักงาน", "ไม่อยู่สำนักงาน", "ลาพัก", "nghỉ phép", "vắng mặt", "không có mặt tại văn phòng",
                "sedang cuti",
                "di luar kantor", "bercuti", "休暇", "不在", "休みをいただ", "休業中", "休假", "不在办公室", "不在辦公室",
                "外出期间", "出差期间", "请假", "부재", "휴가 중", "휴가중",
            ]
        )
    ])

    private static let reply = [
        "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse",
        "automated reply", "automated response", "automatic response",
        "automatic answer", "auto-answer", "automated acknowledgement", "automated acknowledgment", "auto: ", "auto]",
        "out of office", "out-of-office", "out of the office", "ooo:", "ooo -",
        "away from my mail", "away from the office", "away from my email", "away from my desk", "vacation reply",
        "vacation message", "vacation notice", "vacation response", "absence notice", "absence notification",
        "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsassistent",
        "abwesenheitsbenachrichtigung", "abwesenheit:", "automatische antwort", "automatische rückantwort",
        "automatische abwesenheit", "automatische eingangsbestätigung", "autom. antwort", "nicht im büro",
        "nicht im hause", "réponse automatique", "reponse automatique", "réponse auto", "absence du bureau",
        "absent du bureau", "absente du bureau", "message d'absence", "avis d'absence", "notification d'absence",
        "absence :", "respuesta automática", "respuesta automatica", "contestación automática", "autorespuesta",
        "fuera de la oficina", "fuera de oficina", "mensaje de ausencia", "aviso de ausencia", "resposta automática",
        "resposta automatica", "fora do escritório", "fora do escritorio", "mensagem de ausência",
        "aviso de ausência", "ausência temporária", "risposta automatica", "fuori sede", "fuori ufficio",
        "messaggio di assenza", "avviso di assenza", "automatisch antwoord", "automatische reactie", "niet op kantoor",
        "afwezigheidsbericht", "afwezigheidsmelding", "afwezigheid:", "automatyczna odpowiedź",
        "automatyczna odpowiedz", "odpowiedź automatyczna", "autoodpowiedź", "poza biurem", "automatická odpověď",
        "automaticka odpoved", "automatická odpoveď", "mimo kancelář", "mimo kancelárie", "automatikus válasz",
        "házon kívül", "irodán kívül", "răspuns automat", "raspuns automat", "în afara biroului",
        "resposta automàtica", "fora de l'oficina", "erantzun automatikoa", "ymateb awtomatig",
    ]

    private static let otherReply = [
        "αυτόματη απάντηση", "αυτόματο μήνυμα", "εκτός γραφείου", "автоматический ответ", "автоответ", "вне офиса",
        "автоматична відповідь", "автовідповідь", "поза офісом", "автоматичен отговор", "извън офиса",
        "аутоматски одговор", "автоматски одговор", "ван канцеларије", "automatski odgovor", "automatska poruka",
        "van kancelarije", "izvan ureda", "samodejni odgovor", "samodejno sporočilo", "avtomatski odgovor",
        "avtomatsko sporočilo", "odsotnost", "izven pisarne", "zunaj pisarne", "automātiskā atbilde",
        "automātiska atbilde", "automatiska atbilde", "automātiskais atbildētājs", "ārpus biroja", "prombūtnē",
        "prombūtne", "automatinis atsakymas", "automatinis atsakas", "ne biure", "nesu biure", "automaatvastus",
        "automaatne vastus", "kontorist väljas", "kontorist ära", "automaattinen vastaus", "automaattivastaus",
        "poissaoloilmoitus", "poissaoloviesti", "poissa toimistosta", "poissa työpaikalta", "autosvar", "auto svar",
        "automatiskt svar", "frånvaromeddelande", "frånvarande", "frånvaro:", "ej på kontoret", "inte på kontoret",
        "automatisk svar", "automatisk besvarelse", "automatsvar", "autosvar:", "fraværsmeddelelse", "fraværsbesked",
        "fraværsmelding",
        "fraværsassistent", "fravær:", "ikke til stede", "ikke på kontoret", "sjálfvirkt svar", "utan skrifstofu",
        "otomatik yanıt", "otomatik yanit", "otomatik cevap", "ofis dışında", "תשובה אוטומטית", "מענה אוטומטי",
        "הודעה אוטומטית", "מחוץ למשרד", "رد تلقائي", "الرد التلقائي", "رد آلي", "الرد الآلي", "خارج المكتب",
        "پاسخ خودکار",
        "स्वचालित उत्तर", "स्वतः उत्तर", "ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ", "ไม่อยู่ที่สำนักงาน", "trả lời tự động", "tự động trả lời",
        "thư trả lời tự động", "vắng mặt", "balasan otomatis", "balasan automatik", "di luar kantor", "自動応答", "自動返信",
        "自動回答", "自動送信", "不在通知", "不在連絡", "不在のお知らせ", "不在のため", "自动回复", "自动答复", "自動回覆",
        "自動回復", "自動答覆", "不在办公室", "不在辦公室", "자동 응답", "자동응답", "자동 회신", "자동회신", "자동 답장",
        "부재중", "부재 중",
    ]

    private static let absence = [
        "autoresponder", "auto-responder", "on vacation", "on leave", "on holiday", "on annual leave",
        "maternity leave", "paternity leave",
        "parental leave", "i am away", "i'm away", "currently away", "vacation", "no longer with the company",
        "no longer works", "has left the company", "abwesenheit", "abwesend", "urlaub", "außer haus", "elternzeit",
        "en congé", "congés", "absente", "absent ", "en vacances", "ausente", "ausencia", "vacaciones", "ausência",
        "férias", "assenza", "assente", "in ferie", "nieobecność", "nieobecn", "urlop", "afwezig", "met vakantie",
        "op vakantie", "frånvaro", "på semester", "bortrest", "fravær", "på ferie", "bortreist", "poissa", "lomalla",
        "puhkusel", "atvaļinājum", "atostog", "nepřítomnost", "dovolen", "neprítomnosť", "távollét", "szabadság",
        "absență", "în concediu", "απουσία", "σε άδεια", "отпуск", "відпустк", "отсутств", "отсъств", "одсуств",
        "годишњем одмору", "odsutnost", "godišnjem odmoru", "odsoten", "odsotna", "na dopustu", "yıllık izin", "izinde",
        "בחופשה", "לא נמצא", "إجازة", "اجازة", "nghỉ phép", "ลาพัก", "cuti", "不在", "休暇", "休み", "休業", "外出", "休假", "请假",
        "請假",
        "휴가", "부재",
    ]
}
