/// What must be known beside a rule's words before an address is declared dead.
///
/// Servers use some words also when a recipient's filter refuses a message that was already accepted (mobile carriers,
/// content filters, webmail), or when they quote somebody.
enum Proof: Sendable {
    /// A 5xx reply, a status of addressing, or the refusal of RCPT.
    case refusal
    /// A status of addressing, or the refusal of RCPT.
    case addressing
}

extension Findings {
    /// Whether the report proves that the words are about the address.
    func isProved(_ proof: Proof) -> Bool {
        if facts.status?.isOfRecipient == true || list.contains(where: { $0.reply.status?.isOfRecipient == true }) {
            return true
        }
        if facts.command == .rcpt { return true }
        if list.allSatisfy({ $0.reply.code == nil }), facts.tellsOwnWord { return true }
        // `550 <bob@dest.example>: User unknown` repeats the argument of the command that it answers. A filter behind DATA
        // has none: the carriers that borrow these words write `550 : User unknown`.
        if facts.command != .data,
            facts.statements.contains(where: { $0.folded.contains("550 <@>: ") || $0.folded.contains("550: <@>: ") })
        {
            return true
        }
        // Sendmail's transcript sums a refusal up in its own words behind the server's.
        if facts.statements.contains(where: { $0.folded.contains("550 5.1.1 <@>... user unknown") }) { return true }
        return proof == .refusal && list.contains { ($0.reply.code ?? 0) / 100 == 5 }
    }
}

extension StatusCode {
    /// Whether it refuses the recipient's address (RFC 3463 section 3.2; X.1.7 to X.1.9 are about others).
    fileprivate var isOfRecipient: Bool { statusClass == 5 && subject == 1 && !(7...9).contains(detail) }
}
