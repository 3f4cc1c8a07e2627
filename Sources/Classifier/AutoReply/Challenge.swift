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

    enum Sign: UInt8, PhraseGroup { case message, act, proof }

    private static let phrases = PhraseGroups<Sign>(.challenge)
}
