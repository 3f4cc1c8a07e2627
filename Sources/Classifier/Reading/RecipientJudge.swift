import MIME

/// The results for a report's recipients.
struct Judgement {
    let blame: Blame
    var outcomes: [Outcome] = []
    var evidence: [Evidence] = []
    /// The worst kind of an unreadable recipient: it counts for the class, but against nobody.
    var namelessKind: OutcomeKind?
    /// The limit that was reached, in words, or nil.
    var limitHit: String?

    /// The number of outcomes that are searched for an alias.
    private static let maximumSearched = 200

    /// Adds an outcome. Several failures of one address (an alias that led to many) are one: the worst.
    mutating func add(_ outcome: consuming Outcome) {
        let address = outcome.address
        // For many recipients the search would be quadratic; reports about thousands have no aliases.
        guard outcomes.count < Judgement.maximumSearched,
            let index = outcomes.firstIndex(where: { $0.address == address })
        else { return outcomes.append(outcome) }
        // A refusal by our own list is not new information, so the other outcome counts.
        let known = outcomes[index]
        if outcome.isOwnRefusal != known.isOwnRefusal ? known.isOwnRefusal : outcome.kind < known.kind {
            outcomes[index] = outcome
        }
    }
}

/// Judges each recipient of a report.
struct RecipientJudge {
    let context: ReportContext
    let judge: Judge

    func judgement(on report: UnjudgedReport) -> Judgement {
        var report = report
        report.recipients = BATV.withoutTags(report.recipients, mailed: context.original.recipients)
        var result = Judgement(blame: Blame(report.recipients, context))
        let isUnsigned = DoubleBounce.isUnsigned(context.envelope, context.original)
        let doubt =
            report.doubt ?? (hidesToken(result.blame.tag, report) ? .cutOff : nil) ?? (isUnsigned ? .postmaster : nil)
        var room = Limits.explanationBytes
        for recipient in report.recipients.prefix(Limits.recipients) {
            room -= recipient.explanation.count
            let isTooMuch = room < 0 && !recipient.explanation.isEmpty
            if isTooMuch { result.limitHit = "more than \(Limits.explanationBytes) bytes about recipients" }
            guard recipient.address != nil || recipient.isUnreadable else { continue }
            switch result.blame.answer(for: recipient) {
            case .nobody(let why):
                let (outcome, evidence) = judged(recipient, explanation: [], address: nil, of: report, doubt)
                if let evidence { result.evidence.append(evidence) }
                result.evidence.append(Evidence(rule: why.rawValue, at: "recipient"))
                result.namelessKind = min(outcome.kind, result.namelessKind ?? outcome.kind)
            case .address(let address):
                var (outcome, evidence) = judged(
                    recipient, explanation: isTooMuch ? [] : recipient.explanation, address: address, of: report, doubt)
                if let evidence { result.evidence.append(evidence) }
                outcome.isVERP = result.blame.tag?.recipient == address
                if let final = recipient.finalRecipient, final != address, final.contains("@") {
                    outcome.finalAddress = final
                }
                result.add(outcome)
            }
        }
        return result
    }

    /// Whether the truncated part may have shown that the tag is a token.
    private func hidesToken(_ tag: VERPTag?, _ report: UnjudgedReport) -> Bool {
        guard let tag, tag.trust == .unsigned, context.endsWithinParts else { return false }
        return !context.original.recipients.contains(tag.recipient)
            && !report.recipients.contains { $0.address == tag.recipient }
    }

    /// The outcome of one recipient, and its evidence.
    ///
    /// - Parameters:
    ///   - explanation: what the prose says about the recipient, within the limit.
    ///   - address: the address that it counts against; `nil` if it is unreadable.
    private func judged(
        _ recipient: RecipientReport, explanation: [UInt8], address: String?, of report: UnjudgedReport, _ doubt: Doubt?
    ) -> (outcome: Outcome, evidence: Evidence?) {
        if recipient.isDelivered {
            let outcome = Outcome(
                address: address ?? "", kind: .delivered, reason: .delivered, status: recipient.status?.description,
                action: recipient.action, remoteMTA: recipient.remoteMTA)
            return (outcome, nil)
        }
        let diagnostic = Charset.utf8(recipient.diagnostic, charset: nil)
        var facts = FailureFacts(
            recipient, diagnostic: diagnostic, explanation: explanation, address: address ?? "",
            reportingMTA: report.reportingMTA, senders: context.original.senders + context.envelope.deliveredTo)
        let isAlone = address != nil && report.recipients.count == 1
        let (isOwnRefusal, relay) = applyLists(to: &facts, of: recipient, report.reportingMTA, isAlone: isAlone)
        let command = facts.command
        var decision = decision(facts, isAlone: isAlone)
        let doubt = doubt ?? (recipient.isAssumed && address == recipient.address ? .taggedRecipient : nil)
        if let doubt, decision.kind == .hard { decision.hold(for: doubt) }
        decision.evidence.recipient = address
        // Not for a report that declares nobody dead, nor for a delivery that is still tried or may be tried again.
        let isFinal = doubt == nil && decision.kind <= .soft && !decision.isTransient
        let outcome = Outcome(
            address: address ?? "", kind: decision.kind, reason: decision.reason,
            party: decision.party, status: decision.status?.description, replyCode: decision.replyCode.map(String.init),
            action: recipient.action, diagnostic: OneLine.text(diagnostic.isEmpty ? explanation : diagnostic),
            remoteMTA: recipient.remoteMTA, command: command?.name, relay: isFinal ? relay : nil,
            isOwnRefusal: isOwnRefusal)
        return (outcome, decision.evidence)
    }

    /// Lets our own suppression list decide, or a relay's, if a text mentions one.
    private func applyLists(
        to facts: inout FailureFacts, of recipient: RecipientReport, _ reportingMTA: String?, isAlone: Bool
    ) -> (isOwnRefusal: Bool, relay: Relay?) {
        let said =
            facts.statements.isEmpty && isAlone ? [context.headStatement] : facts.statements
        if let refusal = said.first(where: { OwnRefusal.isSaid(in: $0.folded) }) {
            facts.ruling = Ruling(.policyViolation, rule: "own-refusal/map", matched: OwnRefusal.token)
            if facts.statements.isEmpty { facts.statements = [refusal] }
            return (true, nil)
        }
        if let relay = recipient.relay { return (false, relay) }
        guard facts.ruling == nil, said.contains(where: { RelayList.mayBeMeant(in: $0.folded) }) else {
            return (false, nil)
        }
        // The words that say who quotes whom are between the statements.
        let whole = [
            Statement(.diagnosticCode, Charset.utf8(recipient.diagnostic, charset: nil), by: .field),
            Statement(.text, recipient.explanation, by: .reporter),
        ]
        guard
            let entry = RelayList.find(
                in: facts.statements.isEmpty ? said : whole, status: recipient.status, remoteMTA: recipient.remoteMTA,
                reportingMTA: reportingMTA,
                from: context.envelope.from)
        else { return (false, nil) }
        facts.ruling = Ruling(entry.reason, rule: "relay/\(entry.relay.rawValue)", matched: entry.words)
        return (false, entry.relay)
    }

    /// The decision on what was said about the recipient; if that decides nothing and there is only one recipient, the
    /// decision on the whole report.
    private func decision(_ facts: consuming FailureFacts, isAlone: Bool) -> Decision {
        let findings = judge.findings(facts)
        let first = judge.decide(findings, in: context.message)
        guard isAlone, !first.isSettled, !findings.hasRemoteReply else { return first }
        var facts = findings.facts
        StatementReader(context.headText.span, of: facts.parties.recipients)
            .add(to: &facts.statements, at: .text, own: .template)
        let subject = Array(Envelope.subject(context.message).utf8)
        facts.statements.append(Statement(.subject, subject, by: .template))
        let second = judge.decide(judge.findings(facts), in: context.message)
        return second.isSettled ? second : first
    }
}
