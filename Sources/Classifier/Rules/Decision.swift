import MIME

/// What a report says about one failed recipient, before it is judged.
struct FailureFacts: Sendable {
    /// The Status field of the report (RFC 3464 section 2.3.4).
    var status: StatusCode?
    /// Texts that explain the failure, the most trusted first, with the name of the place where each stands.
    var texts: [(at: String, text: [UInt8])] = []
    /// The remote MTA, the reporting MTA and the recipient's domain, lower case.
    var hosts: [String] = []
    /// The SMTP command that was refused, as the report names it.
    var command: String?
    /// The Diagnostic-Code's type is x-unix: an exit status of a program (sysexits.h).
    var exitStatus: Int?
    /// The report says that the delivery is still tried.
    var isDelayed = false
    /// The dialect's own decision.
    var ruling: Ruling?
}

/// The judgement on one recipient.
struct Decision: Sendable {
    var kind: OutcomeKind
    var reason: Reason
    var status: StatusCode?
    var replyCode: Int?
    var evidence: Evidence

    /// Whether words or a status of meaning decided, and not the lack of anything better.
    var isSettled: Bool {
        reason != .onHold && reason != .undefined && evidence.rule != "none" && !evidence.rule.hasPrefix("status/4")
            && !evidence.rule.hasSuffix("/words") && evidence.rule != "userunknown/unavailable"
    }
}

/// Weighs the words, the codes and the provider's habits. Text decides over code where the text is clear.
struct Judge: Sendable {
    private let rules: RuleSet

    init(rules: RuleSet) { self.rules = rules }

    /// Bytes of one text that are judged.
    static let maximumText = 8 << 10

    func decide(_ facts: FailureFacts) -> Decision {
        var reply = SMTPReply()
        var best: (match: RuleSet.Match, at: String, text: FoldedText)?
        var runnerUp: String?
        var provider: (rule: ProviderRule, at: String)?
        for (at, bytes) in facts.texts where !bytes.isEmpty {
            let text = bytes.count > Judge.maximumText ? Array(bytes[..<Judge.maximumText]) : bytes
            let found = SMTPReply(text.span)
            if reply.code == nil { reply.code = found.code }
            if reply.status == nil { reply.status = found.status }
            let folded = FoldedText(text)
            if provider == nil, let rule = providerRule(folded, facts, found) { provider = (rule, at) }
            for match in rules.matches(in: folded) {
                let strength = rules.rules[match.rule].strength
                if best.map({ strength > rules.rules[$0.match.rule].strength }) ?? true {
                    if let best { runnerUp = rules.rules[best.match.rule].name }
                    best = (match, at, folded)
                } else if runnerUp == nil,
                    rules.rules[match.rule].reason != best.map({ rules.rules[$0.match.rule].reason })
                {
                    runnerUp = rules.rules[match.rule].name
                }
            }
        }
        let status = effectiveStatus(facts.status, reply)
        let transient = isTransient(facts, status: status, reply: reply)
        var reason: Reason
        var evidence: Evidence
        if let ruling = facts.ruling {
            reason = ruling.reason
            evidence = Evidence(
                rule: ruling.rule, at: facts.texts.first?.at ?? "text", matched: ruling.matched,
                runnerUp: best.map { rules.rules[$0.match.rule].name })
        } else if let provider {
            reason = provider.rule.reason
            evidence = Evidence(
                rule: provider.rule.name, at: provider.at, runnerUp: best.map { rules.rules[$0.match.rule].name })
        } else if let best, rules.rules[best.match.rule].strength >= .usual {
            let rule = rules.rules[best.match.rule]
            reason = rule.reason
            let matched = String(decoding: best.text.bytes[best.match.range], as: UTF8.self)
            evidence = Evidence(rule: rule.name, at: best.at, matched: matched, runnerUp: runnerUp)
            if rule.strength == .usual, let status, !status.isVague, let meaning = StatusTable.reason(status),
                !Judge.isMisused(status), meaning != reason
            {
                reason = meaning
                evidence = Evidence(
                    rule: "status/\(status)", at: "Status", matched: status.description, runnerUp: rule.name)
            }
        } else if let exit = facts.exitStatus, let meaning = Judge.reason(exitStatus: exit) {
            reason = meaning
            evidence = Evidence(rule: "exit-status/\(exit)", at: "Diagnostic-Code", matched: String(exit))
        } else if let status, !status.isVague, !Judge.isMisused(status), let meaning = StatusTable.reason(status) {
            reason = meaning
            evidence = Evidence(rule: "status/\(status)", at: "Status", matched: status.description)
        } else if let best {
            let rule = rules.rules[best.match.rule]
            reason = rule.reason
            let matched = String(decoding: best.text.bytes[best.match.range], as: UTF8.self)
            evidence = Evidence(rule: rule.name, at: best.at, matched: matched)
            // A hint alone never declares an address dead, unless the server refused the recipient with a 550 or 5.1.x.
            if reason.isHard, !(reply.code.map { [550, 551, 553].contains($0) } ?? false), status?.subject != 1 {
                reason = .onHold
            }
        } else if let status, let meaning = StatusTable.reason(status) {
            reason = meaning
            evidence = Evidence(rule: "status/\(status)", at: "Status", matched: status.description)
        } else {
            (reason, evidence) = Judge.byCommand(facts, status: status, reply: reply)
        }
        if reason == .userUnknown, Judge.needsConfirmation.contains(evidence.rule),
            !Judge.isConfirmed(facts, status: status, reply: reply)
        {
            runnerUp = evidence.rule
            reason = .filtered
            evidence.rule = "filtered/unconfirmed"
            evidence.runnerUp = runnerUp
        }
        if transient {
            if reason == .hostUnknown || reason == .notAccept && status?.detail == 0 {
                reason = reason == .notAccept ? .notAccept : .networkError
            }
        }
        let kind: OutcomeKind =
            if facts.isDelayed { .delayed } else if reason.isHard, !transient { .hard } else { .soft }
        return Decision(kind: kind, reason: reason, status: status, replyCode: reply.code, evidence: evidence)
    }

    /// Rules whose words servers also use when a recipient's filter refuses a message that was already accepted (mobile
    /// carriers, content filters, webmail).
    private static let needsConfirmation: Set<String> = ["userunknown/user", "userunknown/unavailable"]

    /// The address is dead beyond doubt where the status is one of addressing (RFC 3463 section 3.2), where the recipient
    /// was refused when it was named, or where the server that reports is the one that looked for the mailbox.
    private static func isConfirmed(_ facts: FailureFacts, status: StatusCode?, reply: SMTPReply) -> Bool {
        for code in [status, facts.status, reply.status].compactMap({ $0 })
        where code.statusClass == 5 && code.subject == 1 && code.detail <= 6 { return true }
        if facts.command == "RCPT" { return true }
        return facts.command == nil && reply.code == nil
    }

    /// The reply's own status where the report's says less.
    private func effectiveStatus(_ field: StatusCode?, _ reply: SMTPReply) -> StatusCode? {
        guard let field else { return reply.status }
        if field.isVague, let inner = reply.status, !inner.isVague,
            inner.statusClass == field.statusClass || field.statusClass == 5
        {
            return inner
        }
        return field
    }

    /// A 4xx anywhere in the remote's word makes the failure one of the moment.
    private func isTransient(_ facts: FailureFacts, status: StatusCode?, reply: SMTPReply) -> Bool {
        if let code = reply.code, (400..<500).contains(code) { return true }
        if let inner = reply.status, inner.isTransient { return true }
        if facts.status?.isTransient == true {
            // Some servers write 4.0.0 or 4.4.7 over a permanent refusal in so many words.
            return true
        }
        return status?.isTransient == true
    }

    private func providerRule(_ text: FoldedText, _ facts: FailureFacts, _ reply: SMTPReply) -> ProviderRule? {
        ProviderRules.all.first { rule in
            if let status = rule.status, facts.status != status, reply.status != status { return false }
            guard rule.words.allSatisfy({ text.contains($0) }) else { return false }
            return rule.hosts.isEmpty
                || rule.hosts.contains { end in
                    facts.hosts.contains { $0 == end || $0.hasSuffix("." + end) } || text.contains(end)
                }
        }
    }

    /// Statuses that servers put over anything: text or nothing decides.
    private static func isMisused(_ status: StatusCode) -> Bool {
        (status.subject == 5 && status.detail == 0) || (status.subject == 7 && status.detail <= 1)
            || (status.subject == 3 && status.detail == 0) || (status.subject == 4 && status.detail == 0)
    }

    /// sysexits.h, which mailers report under x-unix.
    private static func reason(exitStatus: Int) -> Reason? {
        switch exitStatus {
        case 67: .userUnknown
        case 68: .hostUnknown
        case 1...255: .mailerError
        default: nil
        }
    }

    /// Nothing but the command and the code is known.
    private static func byCommand(_ facts: FailureFacts, status: StatusCode?, reply: SMTPReply) -> (Reason, Evidence) {
        let command = facts.command ?? ""
        let code = reply.code ?? 0
        let at = facts.texts.first?.at ?? "Status"
        if command == "MAIL" { return (.rejected, Evidence(rule: "command/MAIL", at: at)) }
        if command == "CONN" || command == "EHLO" || command == "HELO" {
            return (.blocked, Evidence(rule: "command/\(command)", at: at))
        }
        if code == 552 { return (.messageTooBig, Evidence(rule: "reply/552", at: at)) }
        if status?.statusClass == 4 || (400..<500).contains(code) {
            return (.expired, Evidence(rule: "status/4", at: at))
        }
        return (code == 0 && status == nil ? .undefined : .onHold, Evidence(rule: "none", at: at))
    }
}

extension FoldedText {
    /// Whether the folded text holds the words.
    func contains(_ words: String) -> Bool {
        let needle = Array(words.utf8)
        guard let first = needle.first, bytes.count >= needle.count else { return false }
        let span = bytes.span
        var from = 0
        while let hit = span.firstIndex(of: first, in: from..<(bytes.count - needle.count + 1)) {
            var same = true
            for offset in 0..<needle.count where span[hit + offset] != needle[offset] {
                same = false
                break
            }
            if same { return true }
            from = hit + 1
        }
        return false
    }
}
