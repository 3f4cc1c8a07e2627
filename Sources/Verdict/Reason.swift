/// Why a delivery failed. The tokens are those of Sisimai, so that dashboards and scripts can be reused.
public enum Reason: String, Sendable, CaseIterable {
    // The address is dead.
    /// There is no such mailbox.
    case userUnknown = "userunknown"
    /// The domain does not exist, or has no mail server.
    case hostUnknown = "hostunknown"
    /// The mailbox was given up for another address.
    case hasMoved = "hasmoved"
    /// The domain or host accepts no mail at all (RFC 7505).
    case notAccept = "notaccept"
    // The mailbox, its owner or its rules.
    /// The mailbox is over its quota.
    case mailboxFull = "mailboxfull"
    /// The mailbox is disabled or suspended, perhaps for a time.
    case suspend
    /// The recipient's filter refused it, or the reply may mean that as well as an unknown user.
    case filtered
    /// The message is larger than the mailbox or the server accepts.
    case messageTooBig = "mesgtoobig"
    /// A limit of the recipient or of the message was exceeded: too many recipients, too many mails.
    case exceedLimit = "exceedlimit"
    /// It was refused, and neither words nor codes say why.
    case onHold = "onhold"
    // The sender, the message, a policy.
    /// The sender's address was refused.
    case rejected
    /// The sending host or its address was refused, as by a block list.
    case blocked
    /// The sender's reputation is too low.
    case badReputation = "badreputation"
    /// The sending host has no name in the reverse DNS.
    case requirePTR = "requireptr"
    /// SPF, DKIM or DMARC failed.
    case authFailure = "authfailure"
    /// The server does not relay for this sender or recipient.
    case noRelaying = "norelaying"
    /// A policy of the server forbids the message.
    case policyViolation = "policyviolation"
    /// The content was taken for spam.
    case spamDetected = "spamdetected"
    /// The content was taken for malware.
    case virusDetected = "virusdetected"
    /// The content is malformed, or of a type that is not accepted.
    case contentError = "contenterror"
    /// Authentication, permission or another security check failed.
    case securityError = "securityerror"
    /// No encrypted connection could be established (RFC 3207).
    case failedSTARTTLS = "failedstarttls"
    /// The message breaks a standard, RFC 5322 for the most part.
    case notCompliantRFC = "notcompliantrfc"
    /// A server did not understand a command.
    case syntaxError = "syntaxerror"
    // The moment, the network, a server.
    /// It could not be delivered in time.
    case expired
    /// Too many mails in too short a time.
    case speeding
    /// Too many connections at once.
    case tooManyConnections = "toomanyconn"
    /// Connection, routing or DNS failed.
    case networkError = "networkerror"
    /// The receiving system had a fault.
    case systemError = "systemerror"
    /// The receiving system's disk is full.
    case systemFull = "systemfull"
    /// A program that the mail was piped to failed.
    case mailerError = "mailererror"
    /// Not known: no words that match a rule, and no code.
    case undefined
    // Not failures.
    /// It was delivered.
    case delivered
    /// The recipient called it spam (RFC 5965).
    case feedback
    /// The recipient is away.
    case vacation

    /// Whether this reason says that the address itself is dead.
    public var isHard: Bool {
        switch self {
        case .userUnknown, .hostUnknown, .hasMoved, .notAccept: true
        default: false
        }
    }

    /// Whose fault it is; nil if nothing failed. A rule may override it: see ``Outcome/party``.
    public var party: Party? {
        switch self {
        case .userUnknown, .hostUnknown, .hasMoved, .notAccept, .mailboxFull, .suspend, .filtered: .recipient
        case .rejected, .blocked, .badReputation, .requirePTR, .authFailure, .noRelaying, .policyViolation,
            .spamDetected,
            .virusDetected, .contentError, .securityError, .failedSTARTTLS, .speeding, .tooManyConnections,
            .exceedLimit,
            .messageTooBig, .notCompliantRFC, .syntaxError:
            .sender
        case .expired, .networkError, .systemError, .systemFull, .mailerError, .onHold, .undefined: .system
        case .delivered, .feedback, .vacation: nil
        }
    }
}
