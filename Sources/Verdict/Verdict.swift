/// What a message is, which recipients it is about, and the evidence.
public struct Verdict: Sendable, Equatable {
    /// What the message is.
    public var messageClass: MessageClass
    /// Absent if the message is not a report.
    public var origin: Origin?
    /// When the mail arrived, in seconds since 1970, UTC: the topmost Received field's date, else the Date field's. It
    /// is read from the message alone, so that every run gives the same date.
    public var arrival: Int64?
    /// The Date field's date, in seconds since 1970, UTC.
    package var date: Int64?
    /// When the mail was sent that the report is about, in seconds since 1970, UTC, by its own Date field.
    package var mailed: Int64?
    /// Whether that mail went to many, by its own header.
    package var isOfMailing = false
    /// Of a mail that a person wrote: who, and which mail it answers.
    package var answer: Answer?

    /// A person's answer to a mail.
    package struct Answer: Sendable, Equatable {
        /// The address in From, in lower case.
        package var from: String
        /// The Message-ID in In-Reply-To, without angle brackets.
        package var inReplyTo: String?

        package init(from: String, inReplyTo: String?) {
            self.from = from
            self.inReplyTo = inReplyTo
        }
    }
    /// Addresses that the message was delivered to, the surest first, in lower case.
    public var deliveredTo: [String] = []
    /// The surest of them without BATV's tag, and if a pattern of the configuration describes it, as the pattern:
    /// `bounce-{id}@news.example`.
    package var returnPath: String?
    /// Message-ID of the message itself, without angle brackets.
    public var messageID: String?
    /// The software whose report format it has: `postfix`, `exim`, `qmail`, …
    public var dialect: String?
    /// RFC 3464 section 2.2.2, without the type.
    public var reportingMTA: String?
    /// What happened to the mail for each recipient that the report names, at most ``Limits/recipients``.
    public var recipients: [Outcome]
    /// The mail that the report is about, as far as it was returned.
    public var original: OriginalMessage?
    /// The evidence of each decision, in order.
    public var evidence: [Evidence]
    /// The limit that was reached while reading, in words, or nil.
    public var limitHit: String?
    /// Whether a limit cut the list of recipients itself. An incomplete list suppresses nobody.
    public var isListCut = false
    /// Whether nothing follows the list of recipients: if only the beginning of a message was read, the list may
    /// continue.
    package var listEndsMessage = false
    /// What the tag of the address that the report was delivered to proves.
    public var trust: Trust
    /// The recipient whom that tag names, in lower case.
    public var taggedRecipient: String?
    /// The id of the sending application in the address that the report was delivered to, if a pattern of the
    /// configuration (`ReturnPathPattern`) finds one.
    public var tagID: String?
    /// Of a service's event instead of a mail; it comes from whoever may write the file, not by mail.
    package var event: ServiceEvent?
    /// Who handed the message to our servers, if the settings ask for it.
    package var provenance: Provenance?

    /// Compares the public properties.
    public static func == (left: Verdict, right: Verdict) -> Bool {
        left.messageClass == right.messageClass && left.origin == right.origin && left.arrival == right.arrival
            && left.messageID == right.messageID && left.dialect == right.dialect
            && left.reportingMTA == right.reportingMTA
            && left.recipients == right.recipients && left.original == right.original && left.evidence == right.evidence
            && left.limitHit == right.limitHit && left.isListCut == right.isListCut && left.trust == right.trust
            && left.taggedRecipient == right.taggedRecipient && left.tagID == right.tagID
            && left.deliveredTo == right.deliveredTo
    }

    /// Creates a verdict; only the class is required.
    public init(
        messageClass: MessageClass, origin: Origin? = nil, arrival: Int64? = nil, messageID: String? = nil,
        dialect: String? = nil, reportingMTA: String? = nil, recipients: [Outcome] = [],
        original: OriginalMessage? = nil, evidence: [Evidence] = [], limitHit: String? = nil,
        trust: Trust = .absent, taggedRecipient: String? = nil
    ) {
        self.messageClass = messageClass
        self.origin = origin
        self.arrival = arrival
        self.messageID = messageID
        self.dialect = dialect
        self.reportingMTA = reportingMTA
        self.recipients = recipients
        self.original = original
        self.evidence = evidence
        self.limitHit = limitHit
        self.trust = trust
        self.taggedRecipient = taggedRecipient
    }
}
