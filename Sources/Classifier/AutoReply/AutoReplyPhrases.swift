/// The words of automatic answers, folded, with `email` for `e-mail`.
enum AutoReplyPhrases {
    enum SubjectWords: UInt8, PhraseGroup {
        /// Prefixes that programs put before the subject that they answer; one at the start decides alone.
        case reply
        /// A receipt, at the start of the subject.
        case receipt
        /// Lotus Notes: `Bob/Corp is out of the office`.
        case statement
        /// An absence; people and companies write of it, too.
        case absence
        /// A ticket's number.
        case ticket
        case fax
    }

    static let subject = PhraseGroups<SubjectWords>(.replySubject)

    /// Phrases of a text about an absence, or about the program that answers.
    static let text = PhraseGroups<SubjectWords>(.replyText)
}
