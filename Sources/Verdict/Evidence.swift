/// One step of a decision: which rule spoke, and on which bytes.
public struct Evidence: Sendable, Equatable {
    /// The rule's stable name, `userunknown/user-unknown`; administrators' rules carry the name from their file.
    public var rule: String
    /// Where the bytes are: a header's name, `Diagnostic-Code`, `text`, `X-Original-To`.
    public var at: String
    /// Who says these bytes, or nil if that was not asked.
    public var speaker: Speaker?
    /// The bytes that the rule matched, as text, cut short.
    public var matched: String?
    /// The recipient that the step is about, if it is about one.
    public var recipient: String?
    /// The rule that would have decided otherwise.
    public var runnerUp: String?
    /// What was not listened to.
    public var passedOver: [PassedOver] = []

    /// A step, as tests and other sources of verdicts make it.
    public init(
        rule: String, at: String, speaker: Speaker? = nil, matched: String? = nil, recipient: String? = nil,
        runnerUp: String? = nil
    ) {
        self.rule = rule
        self.at = at
        self.speaker = speaker
        self.matched = matched
        self.recipient = recipient
        self.runnerUp = runnerUp
    }
}
