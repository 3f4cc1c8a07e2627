/// The words of those who want no more mail, folded, with `email` for `e-mail`.
enum UnsubscribePhrases {
    enum Words: UInt8, PhraseGroup {
        /// A mail program's sentence.
        case program
        /// Somebody says that he wants out.
        case request
        /// A word that asks if hardly another is next to it.
        case command
        /// What is to be done with a subscription, and what it is called: together, in a few words, they ask.
        case removal, mailing
        /// Somebody else is meant, nobody wants out, or a newsletter tells how to.
        case against
    }

    static let groups = PhraseGroups<Words>(.unsubscribe)

    /// What a text is that is one of these and nothing else.
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
