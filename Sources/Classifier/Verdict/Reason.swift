/// Why a delivery failed, in the tokens that the field knows from Sisimai, so that dashboards and scripts carry over.
public enum Reason: String, Sendable, CaseIterable {
    // The address is dead.
    case userUnknown = "userunknown"
    case hostUnknown = "hostunknown"
    case hasMoved = "hasmoved"
    case notAccept = "notaccept"
    // The mailbox, its owner or its rules.
    case mailboxFull = "mailboxfull"
    case suspend
    case filtered
    case messageTooBig = "mesgtoobig"
    case exceedLimit = "exceedlimit"
    case onHold = "onhold"
    // The sender, the message, a policy.
    case rejected
    case blocked
    case badReputation = "badreputation"
    case requirePTR = "requireptr"
    case authFailure = "authfailure"
    case noRelaying = "norelaying"
    case policyViolation = "policyviolation"
    case spamDetected = "spamdetected"
    case virusDetected = "virusdetected"
    case contentError = "contenterror"
    case securityError = "securityerror"
    case failedSTARTTLS = "failedstarttls"
    case notCompliantRFC = "notcompliantrfc"
    case syntaxError = "syntaxerror"
    // The moment, the network, a server.
    case expired
    case speeding
    case tooManyConnections = "toomanyconn"
    case networkError = "networkerror"
    case systemError = "systemerror"
    case systemFull = "systemfull"
    case mailerError = "mailererror"
    case undefined
    // Not failures.
    case delivered
    case feedback
    case vacation

    /// Whether this reason says that the address itself is dead.
    public var isHard: Bool {
        switch self {
        case .userUnknown, .hostUnknown, .hasMoved, .notAccept: true
        default: false
        }
    }
}
