/// What a report says about one recipient.
public struct Outcome: Sendable, Equatable {
    /// The address that we mailed, as the report spells it (angle brackets, type prefix and comments removed).
    public var address: String
    /// What happened to the mail, and whether the address is dead.
    public var kind: OutcomeKind
    /// Why; nil for a mail that is still being delivered.
    public var reason: Reason?
    /// Whose fault it is, as the deciding rule says, else as the reason does; nil if nothing failed.
    public var party: Party? {
        get { partyOfRule ?? reason?.party }
        set { partyOfRule = newValue }
    }
    /// The party that a rule gives instead of the reason's.
    private var partyOfRule: Party?
    /// RFC 3463 status, `5.1.1`.
    public var status: String?
    /// RFC 5321 reply code, `550`.
    public var replyCode: String?
    /// RFC 3464 section 2.3.3 Action as written, lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    public var action: String?
    /// What the remote server said, one line of UTF-8, cut to `Limits.diagnosticBytes` by the classifier.
    public var diagnostic: String?
    /// The server that said it (RFC 3464 section 2.3.5).
    public var remoteMTA: String?
    /// The SMTP command that it answered: `RCPT`, `DATA`, `MAIL`, `EHLO`, `CONN`.
    public var command: String?
    /// Whether the address was read from the VERP tag of the return path.
    public var isVERP: Bool
    /// The address that failed in the end, if it is not the one that we mailed (alias, forward).
    public var finalAddress: String?
    /// The relay whose suppression list has it, if that is why nothing was sent.
    public var relay: Relay?
    /// Whether our own exported list refused it: the address is already suppressed, and this is not new information.
    public var isOwnRefusal: Bool
    /// Whether the address is one of our own, against which nothing counts (`Settings.ownAddresses`).
    public var isOwn: Bool

    /// Creates an outcome; only the address and the kind are required.
    public init(
        address: String, kind: OutcomeKind, reason: Reason? = nil, party: Party? = nil, status: String? = nil,
        replyCode: String? = nil,
        action: String? = nil, diagnostic: String? = nil, remoteMTA: String? = nil, command: String? = nil,
        isVERP: Bool = false, finalAddress: String? = nil, relay: Relay? = nil, isOwnRefusal: Bool = false,
        isOwn: Bool = false
    ) {
        self.address = address
        self.kind = kind
        self.reason = reason
        partyOfRule = party
        self.status = status
        self.replyCode = replyCode
        self.action = action
        self.diagnostic = diagnostic
        self.remoteMTA = remoteMTA
        self.command = command
        self.isVERP = isVERP
        self.finalAddress = finalAddress
        self.relay = relay
        self.isOwnRefusal = isOwnRefusal
        self.isOwn = isOwn
    }
}
