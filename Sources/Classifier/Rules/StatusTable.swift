/// The meaning of an RFC 3463 status, if no text says more.
enum StatusTable {
    /// The meaning of X.subject.detail, or `nil` if it has no specific one (X.0.0, X.5.0, X.3.0 …).
    static func reason(_ status: StatusCode) -> Reason? {
        switch (status.subject, status.detail) {
        // Section 3.2, addressing.
        case (1, 1), (1, 3), (1, 4), (1, 0): .userUnknown
        case (1, 2): .hostUnknown
        case (1, 6): .hasMoved
        // X.1.7, X.1.8: the sender's address. X.1.9: RFC 3886. X.1.10: RFC 7505.
        case (1, 7), (1, 8), (1, 9): .rejected
        case (1, 10): .notAccept
        // Section 3.3, mailbox.
        case (2, 0): .filtered
        case (2, 1): .suspend
        case (2, 2): .mailboxFull
        case (2, 3): .exceedLimit
        case (2, 4): .filtered
        // Section 3.4, mail system.
        case (3, 1): .systemFull
        case (3, 0), (3, 2), (3, 3), (3, 5): .systemError
        case (3, 4): .messageTooBig
        // Section 3.5, network. X.4.7: the time ran out.
        case (4, 1), (4, 2), (4, 3), (4, 5), (4, 6), (4, 0): .networkError
        case (4, 4): .hostUnknown
        case (4, 7): .expired
        // Section 3.6, protocol.
        case (5, 1), (5, 2), (5, 4): .syntaxError
        case (5, 3): .exceedLimit
        case (5, 5), (5, 6): .systemError
        // Section 3.7, content.
        case (6, _): .contentError
        // Section 3.8, security; the details above 19 are RFC 7372 and the registry's.
        case (7, 1), (7, 0): nil
        // RFC 7505 section 4.2: the sender's domain takes no mail.
        case (7, 27): .rejected
        case (7, 2), (7, 13), (7, 17): .filtered
        case (7, 8), (7, 9), (7, 14): .securityError
        case (7, 20), (7, 21), (7, 22), (7, 23), (7, 24), (7, 26), (7, 29), (7, 30): .authFailure
        case (7, 25): .requirePTR
        case (7, 28): .speeding
        case (7, 3), (7, 4), (7, 5), (7, 6), (7, 7), (7, 10), (7, 11), (7, 15): .securityError
        // Exchange Online: groups and mailboxes that take mail from their members only.
        case (7, 124), (7, 129), (7, 133), (7, 134), (7, 135), (7, 136): .filtered
        // Exchange Online: 5.7.5xx, 5.7.6xx, 5.7.7xx.
        case (7, let detail) where detail >= 500 && detail < 600: .authFailure
        case (7, let detail) where detail >= 600: .blocked
        default: nil
        }
    }
}
