/// The functions of sentences in a report, in the languages of servers.
enum ProseSignal: UInt8, PhraseGroup {
    /// Says that something was not delivered.
    case failure
    /// Says that delivery is still tried.
    case delay
    /// Says that there are no more attempts: overrides `delay`.
    case final
    /// Says that something arrived.
    case success
    /// What follows is the returned message.
    case original
    /// The addresses on this line are contacts, not failed recipients.
    case contact
    /// This line names the sender or quotes a header.
    case header
}

enum ProsePhrases {
    static let groups = PhraseGroups<ProseSignal>(.text)
}

/// What a subject announces.
enum SubjectSignal: UInt8, PhraseGroup {
    case failure
    case delay
    case success
    case forwarded
    case postmasterCopy
}

enum SubjectPhrases {
    static let groups = PhraseGroups<SubjectSignal>(.subject)
}
