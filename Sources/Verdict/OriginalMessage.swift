/// What a report says of the message that we sent.
public struct OriginalMessage: Sendable, Equatable {
    /// Message-ID without angle brackets.
    public var messageID: String?
    /// The From field's address.
    public var from: String?
    /// The subject, decoded.
    public var subject: String?

    /// What is known of it; nil where the report does not say.
    public init(messageID: String? = nil, from: String? = nil, subject: String? = nil) {
        self.messageID = messageID
        self.from = from
        self.subject = subject
    }

    /// Whether nothing is known of it.
    package var isEmpty: Bool { messageID == nil && from == nil && subject == nil }
}
