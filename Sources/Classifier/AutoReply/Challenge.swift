/// A filter that lets mail through only when its sender has answered: Spam Arrest, BoxTrapper, TMDA, EarthLink, UOL,
/// and similar. Many of them set no field that says so.
enum Challenge {
    /// Whether a text asks the sender of a message to prove that he is a person.
    ///
    /// Phishing speaks of the reader's own mailbox; a challenge is about the message that the reader sent, asks for an
    /// action, and says what that proves.
    static func isAsked(in text: FoldedText) -> Bool {
        let found = phrases.find(in: text)
        return found.contains(.message) && found.contains(.act) && found.contains(.proof)
    }

    enum Sign: UInt8, PhraseGroup { case message, act, proof }

    private static let phrases = PhraseGroups<Sign>(.challenge)
}
