/// What sentences of a report do, in the languages that servers speak.
enum ProseSignal: UInt8, PhraseGroup {
    /// Says that something was not delivered.
    case failure
    /// Says that delivery is still tried.
    case delay
    /// Ends the tries: takes back what `delay` says.
    case final
    /// Says that something arrived.
    case success
    /// What follows is the returned message.
    case original
    /// The addresses on this line are somebody to ask, not somebody who failed.
    case contact
    /// This line names the sender or quotes a header.
    case header
}

enum ProsePhrases {
    static let groups = PhraseGroups<ProseSignal>(.text)
}

/// What a subject promises.
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
