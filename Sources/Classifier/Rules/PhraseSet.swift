/// Sets of phrases that tell what a text or a field is. The raw value is the name in Rules/prose.toml.
package enum PhraseSet: String, CaseIterable, Sendable {
    case text, subject
    case reply = "auto-reply"
    case command, sender
    /// What a text says that speaks of somebody else than the recipient whom a relay has on its list.
    case listed

    /// The names of what their phrases mean, in the order of the cases.
    package var meanings: [String] {
        switch self {
        case .text: ProseSignal.allCases.map(\.key)
        case .subject: SubjectSignal.allCases.map(\.key)
        case .reply: AutoReply.Place.allCases.map(\.key)
        case .command: SMTPCommand.allCases.map(\.key)
        case .sender: ["daemon"]
        case .listed: ["other"]
        }
    }

    /// Where the automaton and the meanings of its phrases stand.
    package var sections: (words: RuleTable.Section, meanings: RuleTable.Section) {
        switch self {
        case .text: (.textWords, .textMeanings)
        case .subject: (.subjectWords, .subjectMeanings)
        case .reply: (.replyWords, .replyMeanings)
        case .command: (.commandWords, .commandMeanings)
        case .sender: (.senderWords, .senderMeanings)
        case .listed: (.otherWords, .otherMeanings)
        }
    }
}
