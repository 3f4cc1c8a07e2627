extension Findings {
    /// Whether words that say that the user is unknown can be taken literally.
    ///
    /// Some servers use them also when a recipient's filter refuses a message: after DATA, and those that
    /// Rules/providers.toml names at any stage.
    var isProved: Bool {
        if list.contains(where: { $0.reply.status?.isOfRecipient == true }) { return true }
        if list.allSatisfy({ $0.reply.code == nil }), facts.status?.isOfRecipient == true { return true }
        switch facts.command {
        case .rcpt: return true
        case .data: return facts.isFrom(ProviderHabit.deadMailboxAtData.hosts)
        case .mail, .ehlo, .conn, nil:
            // `550 <bob@dest.example>: User unknown` repeats the argument of the command that it answers; a carrier's filter
            // writes `550 : User unknown`.
            return !facts.isFrom(ProviderHabit.userUnknownForFilters.hosts)
                || facts.statements.contains {
                    $0.folded.contains("550 <@>: ") || $0.folded.contains("550: <@>: ")
                        || $0.folded.contains("invalid recipient: <@>")
                }
        }
    }
}

extension StatusCode {
    /// Whether it refuses the recipient's address (RFC 3463 section 3.2; X.1.7 to X.1.9 are about others, and details
    /// above 100 are Microsoft's sums of what another server said).
    fileprivate var isOfRecipient: Bool {
        statusClass == 5 && subject == 1 && !(7...9).contains(detail) && detail < 100
    }
}
