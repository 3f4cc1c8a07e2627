/// The words of requests to unsubscribe, folded, with `email` for `e-mail`.
enum UnsubscribePhrases {
    enum Words: UInt8, PhraseGroup {
        /// A mail program's sentence.
        case program
        /// A request to be removed.
        case request
        /// A word that is a request if it is nearly alone.
        case command
        /// An action on a subscription, and a word for subscription: together, in a short text, they are a request.
        case removal, mailing
        /// Words that rule out a request: somebody else is meant, or a newsletter explains how to unsubscribe.
        case against
    }

    static let groups = PhraseGroups<Words>(.unsubscribe)

    /// Texts that consist only of one of these.
    enum WholeText: UInt8, PhraseGroup {
        /// An everyday word, and a name of what is asked for.
        case command, named
        /// What mail programs write for a subject that was left empty.
        case emptySubject
        /// A mail program's text.
        case program
    }

    static let wholeTexts = PhraseGroups<WholeText>(.unsubscribeWhole)
}
