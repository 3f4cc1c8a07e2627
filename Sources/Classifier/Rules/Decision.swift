import MIME

/// What a report says about one failed recipient, before it is judged.
struct FailureFacts: Sendable {
    /// The Status field of the report (RFC 3464 section 2.3.4).
    var status: StatusCode?
    /// Texts that explain the failure, the most trusted first, with the name of the place where each stands.
    var texts: [FactText] = []
    /// The remote MTA, the reporting MTA and the recipient's domain, lower case.
    var hosts: [String] = []
    /// The SMTP command that was refused, as the report names it.
    var command: String?
    /// The Diagnostic-Code's type is x-unix: an exit status of a program (sysexits.h).
    var exitStatus: Int?
    /// The diagnostic is a program's output (x-unix), no server's reply.
    var isProgram = false
    /// The report says that the delivery is still tried.
    var isDelayed = false
    /// The dialect's own decision.
    var ruling: Ruling?
}

/// The judgement on one recipient.
struct Decision: Sendable {
    var kind: OutcomeKind
    var reason: Reason
    /// Whose fault it is, where the deciding rule says so.
    var party: Party?
    var status: StatusCode?
    var replyCode: Int?
    var evidence: Evidence

    /// Whether a code says that the failure is one of the moment.
    var isTransient: Bool { replyCode.map { $0 / 100 == 4 } ?? false || status?.isTransient ?? false }

    /// Whether words or a status of meaning decided, and not the lack of anything better.
    var isSettled: Bool {
        reason != .onHold && reason != .undefined && evidence.rule != "none" && !evidence.rule.hasPrefix("status/4")
            && !evidence.rule.hasSuffix("/words") && evidence.rule != "userunknown/unavailable"
    }
}

/// Weighs the words, the codes and the provider's habits. Text decides over code where the text is clear.
struct Judge: Sendable {
    private let rules: RuleSet
    /// The administrator's rules about recipients.
    private let custom: [CustomRule]

    init(rules: RuleSet, custom: [CustomRule] = []) {
        self.rules = rules
        self.custom = custom
    }

    /// Bytes of one text that are judged.
    static let maximumText = 8 << 10

    /// - Parameters:
    ///   - report: where the facts are from.
    ///   - message: the message that holds the report.
    func decide(_ facts: FailureFacts, of report: RecipientReport, in message: Message) -> Decision {
        var reply = SMTPReply()
        var replies: [SMTPReply] = []
        var foldedTexts: [FoldedText] = []
        var best: (match: RuleSet.Match, at: String, text: FoldedText)?
        var runnerUp: String?
        var provider: (rule: ProviderRule, at: String)?
        for fact in facts.texts where !fact.text.isEmpty {
            let (at, text, folded) = (fact.at, fact.text, fact.folded)
            let found = SMTPReply(text.span)
            replies.append(found)
            if reply.code == nil { reply.code = found.code }
            if reply.status == nil { reply.status = found.status }
            if !custom.isEmpty { foldedTexts.append(folded) }
            let held = rules.search(folded) { $0.hold(folded, facts, found) }
            if provider == nil, let rule = providerRule(among: held.providers, folded, facts, found) {
                provider = (rule, at)
            }
            for match in held.matches {
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
            // Words that leave no doubt need no second text.
            if custom.isEmpty, let best, isBeyondDoubt(best.match, facts, report, replies) { break }
        }
        let status = effectiveStatus(facts.status, reply)
        let transient = isTransient(facts, status: status, reply: reply)
        var reason: Reason
        var evidence: Evidence
        // Whose fault it is, where the rule that gave the reason says so.
        var stated: (reason: Reason, party: Party)?
        // What the rule that decided needs beside its words.
        var proof: Proof?
        let admin = customRule(facts, message, status: status, replies: replies, texts: foldedTexts)
        if let admin,
            let theirs = admin.reason ?? (admin.kind == .hard ? .userUnknown : admin.kind.map { _ in .onHold })
        {
            reason = theirs
            let isProved =
                admin.proof.map { Judge.isProved($0, facts, report, status: status, replies: replies) } ?? true
            evidence = Evidence(
                rule: "admin/\(admin.name)", at: facts.texts.first?.at ?? "Status", matched: admin.words,
                runnerUp: best.map { rules.rules[$0.match.rule].name })
            if reason.isHard, !isProved { reason = .filtered }
            let kind: OutcomeKind =
                if facts.isDelayed { .delayed } else if transient || !isProved { .soft } else {
                    admin.kind ?? (theirs.isHard ? .hard : .soft)
                }
            return Decision(
                kind: kind, reason: reason, party: admin.party, status: status, replyCode: reply.code,
                evidence: evidence)
        }
        if let ruling = facts.ruling {
            reason = ruling.reason
            evidence = Evidence(
                rule: ruling.rule, at: facts.texts.first?.at ?? "text", matched: ruling.matched,
                runnerUp: best.map { rules.rules[$0.match.rule].name })
        } else if let provider {
            reason = provider.rule.reason
            stated = provider.rule.party.map { (provider.rule.reason, $0) }
            evidence = Evidence(
                rule: provider.rule.name, at: provider.at, runnerUp: best.map { rules.rules[$0.match.rule].name })
        } else if let best, rules.rules[best.match.rule].strength >= .usual {
            let rule = rules.rules[best.match.rule]
            reason = rule.reason
            let matched = String(decoding: best.text.bytes[best.match.range], as: UTF8.self)
            evidence = Evidence(rule: rule.name, at: best.at, matched: matched, runnerUp: runnerUp)
            proof = rule.proof
            stated = rule.party.map { (rule.reason, $0) }
            if rule.strength == .usual, let status, !status.isVague, let meaning = StatusTable.reason(status),
                !Judge.isMisused(status), meaning != reason
            {
                reason = meaning
                proof = nil
                evidence = Evidence(
                    rule: "status/\(status)", at: "Status", matched: status.description, runnerUp: rule.name)
            }
        } else if let exit = facts.exitStatus, let meaning = Judge.reason(exitStatus: exit) {
            reason = meaning
            evidence = Evidence(rule: "exit-status/\(exit)", at: "Diagnostic-Code", matched: String(exit))
        } else if let status, !status.isVague, !Judge.isMisused(status) || status.detail > 1,
            let meaning = StatusTable.reason(status)
        {
            reason = meaning
            evidence = Evidence(rule: "status/\(status)", at: "Status", matched: status.description)
        } else if let best {
            let rule = rules.rules[best.match.rule]
            reason = rule.reason
            let matched = String(decoding: best.text.bytes[best.match.range], as: UTF8.self)
            evidence = Evidence(rule: rule.name, at: best.at, matched: matched)
            proof = rule.proof
            stated = rule.party.map { (rule.reason, $0) }
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
        if reason == .userUnknown, let proof,
            !Judge.isProved(proof, facts, report, status: status, replies: replies)
        {
            evidence.runnerUp = evidence.rule
            evidence.rule = "filtered/unconfirmed"
            reason = .filtered
        }
        if reason == .userUnknown, status?.subject == 1, status?.detail == 6 { reason = .hasMoved }
        // What is refused at MAIL is the sender, in whatever words.
        if reason.isHard, facts.command == "MAIL" || status?.subject == 1 && [7, 8].contains(status?.detail) {
            evidence.runnerUp = evidence.rule
            evidence.rule = "rejected/mail-command"
            reason = .rejected
        }
        // What is refused before any address was named is the sending host.
        let isPlainRefusal = evidence.rule == "securityerror/access-denied"
        if ["CONN", "EHLO", "HELO"].contains(facts.command ?? ""), reply.code != nil,
            Judge.isHostRefusal.contains(reason) || isPlainRefusal
        {
            evidence.runnerUp = evidence.rule
            evidence.rule = "blocked/before-mail"
            reason = .blocked
        }
        if facts.command == "MAIL", [.policyViolation, .onHold, .undefined].contains(reason) || isPlainRefusal {
            evidence.runnerUp = evidence.rule
            evidence.rule = "rejected/mail-command"
            reason = .rejected
        }
        // A program's complaint is the mailer's error, whatever it complained about.
        if facts.isProgram, [.systemError, .rejected, .onHold, .undefined].contains(reason) { reason = .mailerError }
        // A name server that cannot say now is no proof that a domain is gone.
        if transient, reason == .hostUnknown { reason = .networkError }
        let kind: OutcomeKind =
            if facts.isDelayed { .delayed } else if reason.isHard, !transient { .hard } else { .soft }
        let party = stated.flatMap { $0.reason == reason ? $0.party : nil }
        return Decision(
            kind: kind, reason: reason, party: party, status: status, replyCode: reply.code, evidence: evidence)
    }

    /// Reasons that, given to a client that has just connected, mean the client.
    private static let isHostRefusal: Set<Reason> = [
        .policyViolation, .rejected, .systemError, .filtered, .userUnknown, .onHold, .undefined, .noRelaying, .suspend,
        .mailboxFull,
    ]

    private static func isProved(
        _ proof: Proof, _ facts: FailureFacts, _ report: RecipientReport, status: StatusCode?, replies: [SMTPReply]
    ) -> Bool {
        // RFC 3463 section 3.2; X.1.7 and X.1.8 are about the sender.
        func provesAddressing(_ code: StatusCode?) -> Bool {
            guard let code, code.statusClass == 5, code.subject == 1 else { return false }
            return !(7...9).contains(code.detail)
        }
        if provesAddressing(status) || provesAddressing(facts.status) { return true }
        if replies.contains(where: { provesAddressing($0.status) }) { return true }
        if facts.command == "RCPT" { return true }
        if replies.allSatisfy({ $0.code == nil }), report.tellsOwnWord { return true }
        // `550 <bob@dest.example>: User unknown` repeats the argument of the command that it answers. A filter behind DATA
        // has none: the carriers that borrow these words write `550 : User unknown`.
        if facts.command != "DATA", facts.texts.contains(where: { answersRecipient($0.folded) }) {
            return true
        }
        // Sendmail's transcript sums a refusal up in its own words behind the server's.
        if facts.texts.contains(where: { $0.folded.contains("550 5.1.1 <@>... user unknown") }) {
            return true
        }
        return proof == .refusal && replies.contains { ($0.code ?? 0) / 100 == 5 }
    }

    private static func answersRecipient(_ text: FoldedText) -> Bool {
        text.contains("550 <@>: ") || text.contains("550: <@>: ")
    }

    private func isBeyondDoubt(
        _ match: RuleSet.Match, _ facts: FailureFacts, _ report: RecipientReport, _ replies: [SMTPReply]
    ) -> Bool {
        let rule = rules.rules[match.rule]
        guard rule.strength == .sure, facts.command != nil || rule.reason != .userUnknown else { return false }
        guard let proof = rule.proof else { return true }
        return Judge.isProved(proof, facts, report, status: facts.status, replies: replies)
    }

    /// The first of the administrator's rules that fits the recipient.
    private func customRule(
        _ facts: FailureFacts, _ message: Message, status: StatusCode?, replies: [SMTPReply], texts: [FoldedText]
    ) -> CustomRule? {
        guard !custom.isEmpty else { return nil }
        let statuses = [status, facts.status].compactMap { $0 } + replies.compactMap(\.status)
        return custom.first { rule in
            rule.matches(text: texts) && rule.matches(status: statuses) && rule.matches(stage: facts.command)
                && rule.matches(replies: replies.compactMap(\.code))
                && rule.matches(hosts: facts.hosts) && rule.header.map { message.holds($0.name, $0.contains) } ?? true
        }
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

    /// The first of these providers' rules that fits.
    private func providerRule(
        among numbers: [Int], _ text: FoldedText, _ facts: FailureFacts, _ reply: SMTPReply
    ) -> ProviderRule? {
        let all = ProviderRules.all
        let fitting = numbers.first { number in
            if let status = all[number].status, facts.status != status, reply.status != status { return false }
            guard all[number].words.dropFirst().allSatisfy({ text.contains($0) }) else { return false }
            return all[number].hosts.isEmpty
                || all[number].hosts.contains { end in
                    facts.hosts.contains { $0 == end || $0.hasSuffix("." + end) } || text.contains(end)
                }
        }
        return fitting.map { all[$0] }
    }

    /// Statuses that servers put over anything: text or nothing decides.
    private static func isMisused(_ status: StatusCode) -> Bool {
        (status.subject == 5 && status.detail == 0) || status.subject == 7
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
        if status?.subject == 7 { return (.policyViolation, Evidence(rule: "status/7", at: at)) }
        return (code == 0 && status == nil ? .undefined : .onHold, Evidence(rule: "none", at: at))
    }
}

extension FoldedText {
    /// Whether a word of ASCII letters may start there: no letter stands before it.
    func startsWord(at index: Int) -> Bool {
        index == 0 || !bytes[index].isLetter || !bytes[index - 1].isLetter
    }

    /// Whether the folded text holds the words.
    func contains(_ words: String) -> Bool {
        // A native string hands its bytes out without a copy.
        words.utf8.withContiguousStorageIfAvailable { contains($0) }
            ?? Array(words.utf8).withUnsafeBufferPointer(contains)
    }

    func contains(_ words: StaticString) -> Bool { words.withUTF8Buffer { contains($0) } }

    private func contains(_ needle: UnsafeBufferPointer<UInt8>) -> Bool {
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
