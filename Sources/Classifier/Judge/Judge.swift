import MIME

/// Decides what a report means for one recipient. It trusts only the administrator's rules.
struct Judge: Sendable {
    let rules: RuleSet
    /// The administrator's rules about recipients.
    let custom: [CustomRule]

    /// The findings of the statements.
    func findings(_ facts: consuming FailureFacts) -> Findings {
        Findings(facts, rules: rules, readsAll: !custom.isEmpty)
    }

    /// The decision, by the strongest step that gives a result. Clear text takes precedence over codes.
    ///
    /// - Parameter message: the message with the report, for an administrator's rule about its header.
    func decide(_ findings: Findings, in message: Message) -> Decision {
        var opinion =
            byCustomRule(findings, message)
            ?? findings.adjusted(
                findings.byRuling ?? findings.byProvider ?? findings.byWords ?? findings.byExitStatus
                    ?? findings.byStatus ?? findings.byHint ?? findings.byAnyStatus ?? findings.byCommand)
        opinion.evidence.passedOver = findings.list.compactMap(\.ofOther).map { .ofOther($0.rule, words: $0.words) }
        opinion.evidence.passedOver += findings.passedOver
        opinion.evidence.passedOver += [findings.wrapperPassedOver, findings.statusPassedOver].compactMap { $0 }
        let kind: OutcomeKind =
            if findings.facts.isDelayed { .delayed } else if findings.isTransient { .soft } else {
                opinion.kind ?? (opinion.reason.isHard ? .hard : .soft)
            }
        return Decision(
            kind: kind, reason: opinion.reason, party: opinion.party, status: findings.reportedStatus,
            replyCode: findings.reply.code,
            evidence: opinion.evidence,
            isSettled: opinion.reason != .onHold && opinion.reason != .undefined && !opinion.isWeak)
    }

    /// The result of the first matching rule of the administrator, if it has one.
    private func byCustomRule(_ findings: Findings, _ message: Message) -> Opinion? {
        guard !custom.isEmpty else { return nil }
        let facts = findings.facts
        let texts = facts.statements.map(\.folded)
        let all = findings.list + findings.unheard
        let statuses = [findings.status, facts.status].compactMap { $0 } + all.compactMap(\.reply.status)
        let fitting = custom.first { rule in
            rule.matches(text: texts) && rule.matches(status: statuses)
                && rule.matches(replies: all.compactMap(\.reply.code))
                && rule.matches(stage: facts.command?.name) && rule.matches(hosts: facts.hosts)
                && rule.header.map { message.holds($0.name, $0.contains) } ?? true
        }
        guard let rule = fitting, let reason = rule.reason ?? rule.kind.map({ $0 == .hard ? .userUnknown : .onHold })
        else { return nil }
        let isUnproved = rule.needsProof && !findings.isProved
        return Opinion(
            reason: isUnproved && reason.isHard ? .filtered : reason,
            evidence: Evidence(
                rule: rule.evidenceName, at: facts.place ?? "Status", matched: rule.words,
                runnerUp: findings.bestRule?.name),
            party: rule.party, kind: isUnproved ? .soft : rule.kind)
    }
}
