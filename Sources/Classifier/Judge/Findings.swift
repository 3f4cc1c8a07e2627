import MIME

/// What one statement holds.
struct Finding: Sendable {
    let statement: Statement
    /// The reply that it quotes.
    let reply: SMTPReply
    /// The rules whose words it holds, the best first.
    let matches: [RuleSet.Match]
    /// The first provider's rule that fits, as its place in the table.
    let provider: Int?

    init(_ statement: Statement, of facts: FailureFacts, rules: RuleSet) {
        self.statement = statement
        let reply = SMTPReply(statement.text.span)
        let held = rules.search(statement.folded)
        self.reply = reply
        matches = held.matches
        provider = held.providers.first { ProviderRules.all[$0].fits(statement.folded, facts, reply) }
    }
}

/// What the statements about one recipient hold: the only thing that a decision looks at.
struct Findings: Sendable {
    let facts: FailureFacts
    private let rules: RuleSet
    /// One of each statement that was read.
    private(set) var list: [Finding] = []
    /// The first code and the first status among the replies.
    private(set) var reply = SMTPReply()
    /// The words that weigh most, the first of these, and the finding that has them.
    private(set) var best: (match: RuleSet.Match, finding: Int)?
    /// The rule that would have decided otherwise.
    private(set) var runnerUp: String?

    /// Reads statements until the words leave no doubt.
    ///
    /// - Parameter readsAll: read the others, too.
    init(_ facts: consuming FailureFacts, rules: RuleSet, readsAll: Bool) {
        self.facts = facts
        self.rules = rules
        list.reserveCapacity(self.facts.statements.count)
        for statement in self.facts.statements where !statement.text.isEmpty {
            add(Finding(statement, of: self.facts, rules: rules))
            if !readsAll, isBeyondDoubt { break }
        }
    }

    private mutating func add(_ finding: consuming Finding) {
        if reply.code == nil { reply.code = finding.reply.code }
        if reply.status == nil { reply.status = finding.reply.status }
        for match in finding.matches {
            let strength = rules.rules[match.rule].strength
            guard let known = best.map({ $0.match.rule }), strength <= rules.rules[known].strength else {
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

    /// Whether no other statement can change what the words mean.
    private var isBeyondDoubt: Bool {
        guard let rule = bestRule, rule.strength == .sure, facts.command != nil || rule.reason != .userUnknown else {
            return false
        }
        return rule.proof.map(isProved) ?? true
    }

    /// The rule of the words that weigh most.
    var bestRule: ReasonRule? { best.map { rules.rules[$0.match.rule] } }

    /// The Status field, or the reply's own status where that one says less.
    var status: StatusCode? {
        guard let field = facts.status else { return reply.status }
        if field.isVague, let inner = reply.status, !inner.isVague,
            inner.statusClass == field.statusClass || field.statusClass == 5
        {
            return inner
        }
        return field
    }

    /// Whether a 4xx stands anywhere. Some servers write 4.0.0 or 4.4.7 over a permanent refusal in so many words.
    var isTransient: Bool {
        if let code = reply.code, code / 100 == 4 { return true }
        return reply.status?.isTransient == true || facts.status?.isTransient == true
    }
}
