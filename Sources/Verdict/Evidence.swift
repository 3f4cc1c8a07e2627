/// One step of a decision: the rule that matched, and the bytes.
public struct Evidence: Sendable, Equatable {
    /// The rule's stable name, `userunknown/user-unknown`; an administrator's rule has the name from its file.
    public var rule: String
    /// Where the bytes are: a header's name, `Diagnostic-Code`, `text`, `X-Original-To`.
    public var at: String
    /// The speaker of these bytes, or nil if it was not determined.
    public var speaker: Speaker?
    /// The bytes that the rule matched, as text, truncated.
    public var matched: String?
    /// The recipient that the step is about, if it is about one.
    public var recipient: String?
    /// The rule that would have decided without this one.
    public var runnerUp: String?
    /// What was passed over.
    public var passedOver: [PassedOver] = []

    /// Creates a step, for tests and other sources of verdicts.
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
