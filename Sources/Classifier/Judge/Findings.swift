import MIME

/// What the statements about one recipient hold: the only thing that a decision looks at.
struct Findings: Sendable {
    /// Words of a rule, and the statement in which they stand.
    struct Hit: Sendable {
        let rule: ReasonRule
        let range: Range<Int>
        let statement: Statement

        /// The words themselves, folded.
        var words: String { String(decoding: statement.folded.bytes[range], as: UTF8.self) }
    }

    let facts: FailureFacts
    /// The reply in each statement that was read.
    private(set) var replies: [SMTPReply] = []
    /// The first code and the first status among them.
    private(set) var reply = SMTPReply()
    /// The words that weigh most, the first of these.
    private(set) var best: Hit?
    /// The rule that would have decided otherwise.
    private(set) var runnerUp: String?
    /// The first provider's rule that fits, and the statement that it fits.
    private(set) var provider: (rule: ProviderRule, statement: Statement)?

    /// Reads statements until the words leave no doubt.
    ///
    /// - Parameter readsAll: read the others, too.
    init(_ facts: FailureFacts, rules: RuleSet, readsAll: Bool) {
        self.facts = facts
        for statement in facts.statements where !statement.text.isEmpty {
            add(statement, rules)
            if !readsAll, isBeyondDoubt { break }
        }
    }

    private mutating func add(_ statement: Statement, _ rules: RuleSet) {
        let found = SMTPReply(statement.text.span)
        replies.append(found)
        if reply.code == nil { reply.code = found.code }
        if reply.status == nil { reply.status = found.status }
        let held = rules.search(statement.folded)
        if provider == nil,
            let number = held.providers.first(where: { ProviderRules.all[$0].fits(statement.folded, facts, found) })
        {
            provider = (ProviderRules.all[number], statement)
        }
        for match in held.matches {
            let rule = rules.rules[match.rule]
            guard let best, rule.strength <= best.rule.strength else {
                runnerUp = self.best?.rule.name ?? runnerUp
                best = Hit(rule: rule, range: match.range, statement: statement)
                continue
            }
            if runnerUp == nil, rule.reason != best.rule.reason { runnerUp = rule.name }
        }
    }

    /// Whether no other statement can change what the words mean.
    private var isBeyondDoubt: Bool {
        guard let rule = best?.rule, rule.strength == .sure, facts.command != nil || rule.reason != .userUnknown else {
            return false
        }
        return rule.proof.map(isProved) ?? true
    }

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
