/// A filter that lets mail through only when its sender has answered: Spam Arrest, BoxTrapper, TMDA, EarthLink, UOL, and
/// their like. Many of them set no field that says so.
enum Challenge {
    /// Whether a text asks the sender of a message of his to prove that he is a person.
    ///
    /// Phishing speaks of the reader's own mailbox: here the text is about the message that the reader sent, asks for an act,
    /// and says what that proves.
    static func isAsked(in text: FoldedText) -> Bool {
        let found = phrases.find(in: text)
        return found.contains(.message) && found.contains(.act) && found.contains(.proof)
    }

    private enum Sign: UInt8, PhraseGroup { case message, act, proof }

    private static let phrases = PhraseGroups<Sign>([
        (
            .message,
            [
                "message you sent", "email you sent", "mail you sent", "your message to ", "your email to ",
                "your mail to ", "your recent email", "gets your email", "gets your message", "receives your email",
                "receives your message", "your message will be delivered", "your email will be delivered",
                "deliver your message", "deliver your email", "your recent message", "message that you sent",
                "ihre nachricht an", "ihre email an", "ihre mail an", "votre message à", "votre message a ",
                "votre email à", "su mensaje a ", "su mensaje para", "mensaje que envió", "correo que envió",
                "sua mensagem para", "mensagem que você enviou", "mensagem enviada por você", "suo messaggio a ",
                "messaggio inviato a ", "uw bericht aan", "ваше письмо", "ваше сообщение", "あなたのメール", "送信されたメール",
                "您发送的邮件", "您寄出的郵件",
            ]
        ),
        (
            .act,
            [
                "click the link", "click on the link", "click the following", "click on the following", "click here",
                "click below", "follow the link", "follow this link", "visit the link", "visit this link",
                "simply reply", "just reply", "press reply", "hit reply", "reply to this", "fill out the",
                "replying to this", "klicken sie", "antworten sie auf diese", "cliquez", "répondez à ce",
                "haga clic", "pulse en", "responda a este", "clique no link", "clique aqui", "responda esta",
                "clicca", "fare clic", "rispondi a questo", "klik op", "beantwoord dit", "перейдите по ссылке",
                "ответьте на это", "リンクをクリック", "このメールに返信", "点击链接", "點擊連結", "点击以下链接",
            ]
        ),
        (
            .proof,
            [
                "you are a real", "you are a human", "you are human", "you're a human", "you're human",
                "you are a person", "you are not a spammer", "you're not a spammer", "are not a machine",
                "not a robot", "not an automated", "prove that you are", "verify yourself", "verify that you sent",
                "confirm that you sent", "approved senders", "approved sender", "allowed senders", "accepted senders",
                "authorized senders", "list of senders", "my whitelist", "his whitelist", "her whitelist",
                "sender verification", "only have to do this once", "only need to do this once",
                "only need to be done once", "one time only", "this is a one-time", "need to verify your address only",
                "dass sie ein mensch", "dass sie kein spam", "nur einmal nötig", "nur einmal erforderlich",
                "zugelassenen absender", "que vous êtes une personne", "expéditeurs autorisés", "qu'une seule fois",
                "es una persona", "remitentes autorizados", "remitentes permitidos", "solo una vez",
                "remetentes autorizados", "apenas uma vez", "lista de remetentes", "mittenti autorizzati",
                "una sola volta", "toegestane afzenders", "slechts één keer", "список разрешенных", "что вы человек",
                "только один раз", "一度だけ", "許可リスト", "只需一次", "白名单", "白名單",
            ]
        ),
    ])
}
