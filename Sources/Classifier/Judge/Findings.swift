import MIME

/// What was found in one statement.
struct Finding: Sendable {
    let statement: Statement
    /// The reply that it quotes.
    let reply: SMTPReply
    /// The rules whose words it contains, the best first.
    let matches: [RuleSet.Match]
    /// The index of the first matching provider's rule in the table.
    let provider: Int?
    /// Words of a permanent failure that are said about somebody other than the recipient, and their rule.
    let ofOther: (rule: String, words: String)?

    init(_ statement: Statement, of facts: FailureFacts, rules: RuleSet) {
        self.statement = statement
        let reply = SMTPReply(statement.text.span)
        let held = rules.search(statement.folded, raw: statement.text, parties: facts.parties) {
            $0.hold(statement.folded, facts, reply)
        }
        self.reply = reply
        matches = held.matches
        ofOther = held.ofOther.map { match in
            (rules.rules[match.rule].name, String(decoding: statement.folded.bytes[match.range], as: UTF8.self))
        }
        provider = held.providers.first { ProviderRules.all[$0].fits(statement.folded, facts, reply) }
    }
}

/// What was found in the statements about one recipient: the only input of a decision.
struct Findings: Sendable {
    let facts: FailureFacts
    private let rules: RuleSet
    /// One of each statement that was read.
    private(set) var list: [Finding] = []
    /// Statements that were read for an administrator's rule only.
    private(set) var unheard: [Finding] = []
    /// The first code and the first status among the replies.
    private(set) var reply = SMTPReply()
    /// The first of the strongest words, and the finding that has them.
    private(set) var best: (match: RuleSet.Match, finding: Int)?
    /// The rule that would have decided without the best.
    private(set) var runnerUp: String?
    /// Speakers that were passed over.
    private(set) var passedOver: [PassedOver] = []

    /// Reads statements until the highest speaker has said something specific. A quoted reply overrides its summaries.
    ///
    /// - Parameter readsAll: read the others, too, for an administrator's rule.
    init(_ facts: consuming FailureFacts, rules: RuleSet, readsAll: Bool) {
        self.facts = facts
        self.rules = rules
        list.reserveCapacity(self.facts.statements.count)
        var last: Speaker?
        for statement in self.facts.statements.sorted(by: { $0.speaker < $1.speaker }) where !statement.text.isEmpty {
            if let last, last < statement.speaker, isSettled(by: last) {
                let passed: PassedOver =
                    hasSpecificWords ? .lower(statement.speaker, than: last) : .summary(statement.speaker)
                if passedOver.last != passed { passedOver.append(passed) }
                if readsAll { unheard.append(Finding(statement, of: self.facts, rules: rules)) }
                continue
            }
            last = statement.speaker
            add(Finding(statement, of: self.facts, rules: rules))
        }
    }

    private mutating func add(_ finding: consuming Finding) {
        if reply.code == nil { reply.code = finding.reply.code }
        if reply.status == nil { reply.status = finding.reply.status }
        // Hints in a reporter's sentences are only its summary.
        let isSum = finding.statement.speaker >= .reporter && list.contains { $0.statement.speaker < .reporter }
        for match in finding.matches where !isSum || rules.rules[match.rule].strength >= .usual {
            guard let known = best.map({ $0.match.rule }), !outweighs(match.rule, known, finding) else {
                runnerUp = bestRule?.name ?? runnerUp
                best = (match, list.count)
                continue
            }
            if runnerUp == nil, rules.rules[match.rule].reason != rules.rules[known].reason {
                runnerUp = rules.rules[match.rule].name
            }
        }
        list.append(finding)
    }

    /// Whether a rule is stronger than the best so far. If two statements of one speaker have equally strong words, the
    /// first rule of the table decides.
    private func outweighs(_ rule: Int, _ known: Int, _ finding: Finding) -> Bool {
        let (mine, theirs) = (rules.rules[rule].strength, rules.rules[known].strength)
        guard mine == theirs, rule == finding.matches.first?.rule, let best, best.finding < list.count,
            list[best.finding].statement.speaker == finding.statement.speaker
        else { return mine > theirs }
        return rule < known
    }

    /// Whether speakers below `speaker` are passed over.
    private func isSettled(by speaker: Speaker) -> Bool {
        hasSpecificWords || speaker == .remote && reply.code != nil
    }

    /// Whether specific words were found.
    var hasSpecificWords: Bool { bestRule.map { $0.strength >= .usual } ?? false }

    /// The rule of the strongest words.
    var bestRule: ReasonRule? { best.map { rules.rules[$0.match.rule] } }

    /// Whether a reply of the server that refused is quoted.
    var hasRemoteReply: Bool { list.contains { $0.statement.speaker == .remote && $0.reply.code != nil } }

    /// The Status field, or the reply's own status if that one says less.
    var reportedStatus: StatusCode? {
        guard let field = facts.status else { return reply.status }
        guard field.isVague, let own = reply.status, !own.isVague,
            own.statusClass == field.statusClass || field.statusClass == 5
        else { return field }
        return own
    }

    /// The status that decides: the quoted reply's own, else the Status field, unless that was derived from the reply's
    /// code.
    var status: StatusCode? {
        guard let field = facts.status else { return reply.status }
        guard let code = reply.code else { return field.isVague ? reply.status ?? field : field }
        if let own = reply.status, !own.isVague { return own }
        if field.isVague { return reply.status ?? field }
        // That the reporter gave up says nothing about the refusal.
        if field.subject == 4, field.detail == 7 { return reply.status ?? StatusCode(field.statusClass, 0, 0) }
        guard field.isDerived(from: code) else { return field }
        return reply.status ?? StatusCode(field.statusClass, 0, 0)
    }

    /// The Status field, if it was derived from the quoted reply's code and does not decide.
    var statusPassedOver: PassedOver? {
        guard let field = facts.status, let code = reply.code, field.isDerived(from: code), status != field else {
            return nil
        }
        return .derivedStatus(field.description, replyCode: code)
    }

    /// Whether a 4xx is anywhere. Some servers write 4.0.0 or 4.4.7 over an explicit permanent refusal.
    var isTransient: Bool {
        if let code = reply.code, code / 100 == 4 { return true }
        return reply.status?.isTransient == true || facts.status?.isTransient == true
    }
}

extension StatusCode {
    /// Whether a server derives this status from the reply code alone (Sendmail's usersmtp.c, smtptodsn and
    /// smtprcptstat).
    fileprivate func isDerived(from code: Int) -> Bool {
        switch (code, subject, detail) {
        case (550, 1, 1), (551, 1, 1), (553, 1, 1), (550, 2, 0), (551, 1, 6), (552, 2, 2), (552, 3, 4), (553, 1, 3),
            (500, 5, 2), (501, 5, 4), (504, 5, 4), (450, 2, 0), (451, 3, 0), (452, 3, 1):
            true
        default: false
        }
    }
}
