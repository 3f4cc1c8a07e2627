extension Findings {
    /// The opinion, adjusted to the stage of the dialogue and to missing proof.
    func adjusted(_ opinion: consuming Opinion) -> Opinion {
        if opinion.reason == .userUnknown, opinion.rule?.needsProof == true, !isProved {
            opinion.overrule("filtered/unconfirmed", .filtered)
        }
        if opinion.reason == .userUnknown, facts.status?.subject == 1, facts.status?.detail == 6 {
            opinion.reason = .hasMoved
        }
        adjustToStage(&opinion)
        // A program's complaint is the mailer's error, whatever it complained about.
        if facts.isProgram, [.systemError, .rejected, .onHold, .undefined].contains(opinion.reason) {
            opinion.reason = .mailerError
        }
        // The reporting server gave up, whatever the cause.
        if opinion.reason == .networkError, reply.code == nil, facts.status?.subject == 4, facts.status?.detail == 7 {
            opinion.reason = .expired
        }
        // A temporary failure of a name server does not prove that a domain does not exist.
        if isTransient, opinion.reason == .hostUnknown { opinion.reason = .networkError }
        return opinion
    }

    /// Before RCPT only the sender and his host were named.
    private func adjustToStage(_ opinion: inout Opinion) {
        let isPlainRefusal = opinion.rule?.isPlainRefusal ?? false
        let isOfSender = status?.subject == 1 && [7, 8].contains(status?.detail)
        switch facts.command {
        // A refusal of MAIL is about the sender, whatever its words.
        case .mail
        where opinion.reason.isHard || isPlainRefusal
            || [.policyViolation, .onHold, .undefined].contains(opinion.reason):
            opinion.overrule("rejected/mail-command", .rejected)
        case _ where isOfSender && opinion.reason.isHard: opinion.overrule("rejected/mail-command", .rejected)
        default: break
        }
        // RFC 4954 section 6: it was we who did not log in.
        if let code = reply.code, Findings.isOfLogin.contains(code), opinion.reason.isHard {
            opinion.overrule("securityerror/login", .securityError)
        }
        // A refusal before any address was named is about the sending host.
        if facts.command == .conn || facts.command == .ehlo, reply.code != nil,
            Findings.isHostRefusal.contains(opinion.reason) || isPlainRefusal,
            !(isTransient && opinion.reason == .systemError), opinion.rule != nil || status?.subject != 7
        {
            opinion.overrule("blocked/before-mail", .blocked)
        }
    }

    /// Codes of AUTH and of what needs it.
    private static let isOfLogin: Set = [454, 530, 534, 535, 538]

    /// Reasons that are about the client if it has just connected.
    private static let isHostRefusal: Set<Reason> = [
        .policyViolation, .rejected, .systemError, .filtered, .userUnknown, .hostUnknown, .onHold, .undefined,
        .noRelaying, .suspend, .mailboxFull,
    ]
}
