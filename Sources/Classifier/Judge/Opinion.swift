import MIME

/// What one step of the classification says about a failure.
struct Opinion: Sendable {
    var reason: Reason {
        // A rule's party belongs to its own reason.
        didSet { if reason != oldValue { party = nil } }
    }
    var evidence: Evidence
    /// The rule whose words say it, or nil.
    var rule: ReasonRule?
    /// Whose fault it is, if the rule that gave the reason says so.
    var party: Party?
    /// The kind, if the reason does not imply it.
    var kind: OutcomeKind?
    /// Whether it is weak: bare words, a 4xx alone, no code at all.
    var isWeak = false

    /// Replaces the opinion by another rule's.
    mutating func overrule(_ rule: String, _ reason: Reason) {
        self = Opinion(
            reason: reason,
            evidence: Evidence(
                rule: rule, at: evidence.at, speaker: evidence.speaker, matched: evidence.matched,
                recipient: evidence.recipient,
                runnerUp: evidence.rule))
    }
}

/// The steps, each of which gives a result or nil. The judge tries them in the order given here.
extension Findings {
    /// What the dialect, our own list or a relay's decided.
    var byRuling: Opinion? {
        facts.ruling.map { ruling in
            Opinion(
                reason: ruling.reason,
                evidence: Evidence(
                    rule: ruling.rule, at: facts.place ?? Statement.Place.text.rawValue, matched: ruling.matched,
                    runnerUp: bestRule?.name))
        }
    }

    /// What a single provider's reply is known to mean.
    var byProvider: Opinion? {
        guard let finding = list.first(where: { $0.provider != nil }), let number = finding.provider else { return nil }
        let rule = ProviderRules.all[number]
        guard wrapperPassedOver == nil else { return nil }
        return Opinion(
            reason: rule.reason,
            evidence: Evidence(
                rule: rule.name, at: finding.statement.place.rawValue, speaker: finding.statement.speaker,
                runnerUp: bestRule?.name),
            party: rule.party)
    }

    /// The provider's rule that wraps the words that decide instead.
    var wrapperPassedOver: PassedOver? {
        let provider = list.lazy.compactMap(\.provider).first.map { ProviderRules.all[$0] }
        guard let provider, provider.isWrapper, hasSpecificWords else { return nil }
        return .wrapper(provider.name)
    }

    /// Specific words. A status with another meaning overrides some of them.
    var byWords: Opinion? {
        guard let rule = bestRule, rule.strength >= .usual else { return nil }
        if best?.match.isGuess == true {
            var opinion = byBest(runnerUp: runnerUp)
            opinion?.overrule("onhold/guess", .onHold)
            return opinion
        }
        if rule.strength == .usual, let status, !status.isVague, !status.isMisused, !status.isWrapper,
            let meaning = meaning(of: status), meaning != rule.reason
        {
            return Opinion(status, means: meaning, runnerUp: rule.name)
        }
        return byBest(runnerUp: runnerUp)
    }

    /// The exit status of a program (sysexits.h), which mailers report under x-unix.
    var byExitStatus: Opinion? {
        guard let exit = facts.exitStatus, (1...255).contains(exit) else { return nil }
        let reason: Reason = exit == 67 ? .userUnknown : exit == 68 ? .hostUnknown : .mailerError
        return Opinion(
            reason: reason,
            evidence: Evidence(
                rule: "exit-status/\(exit)", at: Statement.Place.diagnosticCode.rawValue, matched: String(exit)))
    }

    /// A status that servers do not use for anything else.
    var byStatus: Opinion? {
        guard let status, !status.isVague, !status.isMisused || status.detail > 1 else { return nil }
        return byAnyStatus
    }

    /// Words that servers use for several things.
    var byHint: Opinion? {
        guard var opinion = byBest() else { return nil }
        // A hint alone never declares an address dead, unless the server refused the recipient with a 550 or 5.1.x.
        if opinion.reason.isHard, ![550, 551, 553].contains(reply.code), status?.subject != 1 {
            opinion.reason = .onHold
        }
        return opinion
    }

    /// What the strongest words mean.
    private func byBest(runnerUp: String? = nil) -> Opinion? {
        guard let best, let rule = bestRule else { return nil }
        let statement = list[best.finding].statement
        return Opinion(
            reason: rule.reason,
            evidence: Evidence(
                rule: rule.name, at: statement.place.rawValue, speaker: statement.speaker,
                matched: String(decoding: statement.folded.bytes[best.match.range], as: UTF8.self),
                runnerUp: runnerUp),
            rule: rule, party: rule.party, isWeak: rule.isBare)
    }

    /// Any status that the table knows.
    var byAnyStatus: Opinion? {
        guard let status, let meaning = meaning(of: status) else { return nil }
        return Opinion(status, means: meaning)
    }

    /// The table's meaning of a status. If the words say that somebody else does not exist, it is not the recipient.
    private func meaning(of status: StatusCode) -> Reason? {
        let meaning = StatusTable.reason(status)
        return meaning?.isHard == true && list.contains { $0.ofOther != nil } ? .rejected : meaning
    }

    /// Only the command and the code are known.
    var byCommand: Opinion {
        func opinion(_ reason: Reason, _ rule: String, isWeak: Bool = false) -> Opinion {
            Opinion(reason: reason, evidence: Evidence(rule: rule, at: facts.place ?? "Status"), isWeak: isWeak)
        }
        // The status is known in every report, the stage only in some.
        if status?.subject == 7 { return opinion(.policyViolation, "status/7") }
        switch facts.command {
        case .mail: return opinion(.rejected, "command/MAIL")
        case .ehlo: return opinion(.blocked, "command/EHLO")
        case .conn: return opinion(.blocked, "command/CONN")
        case .rcpt, .data, nil: break
        }
        if reply.code == 552 { return opinion(.messageTooBig, "reply/552") }
        if status?.statusClass == 4 || reply.code.map({ $0 / 100 == 4 }) ?? false {
            return opinion(.onHold, "status/4", isWeak: true)
        }
        return opinion(reply.code == nil && status == nil ? .undefined : .onHold, "none", isWeak: true)
    }
}

extension Opinion {
    fileprivate init(_ status: StatusCode, means reason: Reason, runnerUp: String? = nil) {
        let digits = status.description
        self.reason = reason
        evidence = Evidence(rule: "status/" + digits, at: "Status", matched: digits, runnerUp: runnerUp)
        isWeak = status.isTransient
    }
}

extension StatusCode {
    /// Whether it only says that the recipient was refused: any specific words say more.
    fileprivate var isWrapper: Bool { subject == 1 && detail <= 1 }

    /// Whether servers use it for any failure: only text decides.
    fileprivate var isMisused: Bool {
        // 5.4.1 is Exchange Online's for a recipient whom its directory does not know.
        subject == 7 || detail == 0 && (3...5).contains(subject) || statusClass == 5 && subject == 4 && detail == 1
    }
}
