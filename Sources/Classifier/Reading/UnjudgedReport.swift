/// What a report says about its recipients, read from fields, prose or a notification.
struct UnjudgedReport {
    var recipients: [RecipientReport]
    var dialect: String?
    var reportingMTA: String?
    /// The sender of the mail that failed, as Postfix names him.
    var postfixSender: String?
    /// Why the report declares nobody dead, or nil.
    var doubt: Doubt?
    /// Why the list of recipients may be incomplete, in words, or nil.
    var listCut: String?
    /// Whether nothing follows the list of recipients.
    var listEndsMessage = false
    /// Evidence about the message as a whole.
    var evidence: [Evidence] = []

    static let tooMany = "more than \(Limits.recipients) recipients, or their fields are too long"
}

/// Why a report declares nobody dead. The raw value is the name of the rule that then decides.
enum Doubt: String {
    /// It is truncated.
    case cutOff = "cut-off"
    /// Nothing shows that a program wrote it.
    case noMachine = "no-machine"
    /// It went to the postmaster, and does not say whose message failed.
    case postmaster
    /// It names nobody, and may be about others than the recipient of the tag.
    case tagNotAlone = "tag-not-alone"
    /// It refuses an address only with a tag that expires.
    case taggedRecipient = "tagged-recipient"
}
