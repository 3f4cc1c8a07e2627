/// Sets of phrases that identify a text or a field. The raw value is the name in Rules/prose.toml.
package enum PhraseSet: String, CaseIterable, Sendable {
    case text, subject
    /// The subjects and texts of automatic answers, and of challenges.
    case replySubject = "reply-subject"
    case replyText = "reply-text"
    case challenge
    case unsubscribe
    /// Texts that ask for nothing else.
    case unsubscribeWhole = "unsubscribe-whole"
    /// Lines after which a message's own words end.
    case ownWords = "own-words"
    case command, sender
    /// Phrases that say that the address on a relay's list is not the recipient's.
    case listed

    /// The names of what their phrases mean, in the order of the cases.
    package var meanings: [String] {
        switch self {
        case .text: ProseSignal.allCases.map(\.key)
        case .subject: SubjectSignal.allCases.map(\.key)
        case .replySubject, .replyText: AutoReplyPhrases.SubjectWords.allCases.map(\.key)
        case .challenge: Challenge.Sign.allCases.map(\.key)
        case .unsubscribe: UnsubscribePhrases.Words.allCases.map(\.key)
        case .unsubscribeWhole: UnsubscribePhrases.WholeText.allCases.map(\.key)
        case .ownWords: OwnWords.LineSign.allCases.map(\.key)
        case .command: SMTPCommand.allCases.map(\.key)
        case .sender: ["daemon"]
        case .listed: ["other"]
        }
    }

    /// Where the phrases and what they mean are.
    package var sections: (words: RuleTable.Section, meanings: RuleTable.Section) {
        switch self {
        case .text: (.textWords, .textMeanings)
        case .subject: (.subjectWords, .subjectMeanings)
        case .replySubject: (.replySubjectWords, .replySubjectMeanings)
        case .replyText: (.replyTextWords, .replyTextMeanings)
        case .challenge: (.challengeWords, .challengeMeanings)
        case .unsubscribe: (.unsubscribeWords, .unsubscribeMeanings)
        case .unsubscribeWhole: (.unsubscribeWholeWords, .unsubscribeWholeMeanings)
        case .ownWords: (.ownWords, .ownWordsMeanings)
        case .command: (.commandWords, .commandMeanings)
        case .sender: (.senderWords, .senderMeanings)
        case .listed: (.otherWords, .otherMeanings)
        }
    }
}
