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

    static let subject = PhraseGroups<SubjectWords>(.replySubject)

    /// What a text says of an absence, or of the program that answers.
    static let text = PhraseGroups<SubjectWords>(.replyText)
}
