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
