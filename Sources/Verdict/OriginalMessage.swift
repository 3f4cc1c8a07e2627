/// What a report says about the message that we sent.
public struct OriginalMessage: Sendable, Equatable {
    /// Message-ID without angle brackets.
    public var messageID: String?
    /// The From field's address.
    public var from: String?
    /// The subject, decoded.
    public var subject: String?
    /// The identifier of the list that it was sent to: what its List-Id has within angle brackets (RFC 2919), else the whole
    /// value; in lower case.
    public var listID: String?
    /// Its Feedback-ID, by which mailbox providers group the feedback to a sender.
    public var feedbackID: String?
    /// The header fields that the settings name, in their order, as far as it has them.
    public var headers: [Header] = []

    /// A header field.
    public struct Header: Sendable, Equatable {
        /// As the settings spell it.
        public var name: String
        /// Decoded, as one line.
        public var value: String

        /// Creates a field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Creates a description; unknown values are nil.
    public init(
        messageID: String? = nil, from: String? = nil, subject: String? = nil, listID: String? = nil,
        feedbackID: String? = nil
    ) {
        self.messageID = messageID
        self.from = from
        self.subject = subject
        self.listID = listID
        self.feedbackID = feedbackID
    }

    /// Whether nothing is known about it.
    package var isEmpty: Bool { self == OriginalMessage() }
}
