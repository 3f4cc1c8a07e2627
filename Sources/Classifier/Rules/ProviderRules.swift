import CRules

/// A fact about a single provider: what its reply means although the words or the code say something else. They are in
/// Rules/providers.toml.
struct ProviderRule: Sendable {
    let name: String
    /// Suffixes of host names, one of which the remote MTA, the reporting MTA or the recipient's domain has, or which
    /// the text names. Empty: the words alone are enough.
    let hosts: [String]
    /// The status that the reply carries; nil: any.
    let status: StatusCode?
    /// Pieces that must all be in the folded text. The rarest first: the others are searched only if it is found.
    let words: [String]
    let reason: Reason
    /// Whose fault it is, if different from what the reason implies.
    let party: Party?
    /// The source of this fact.
    let source: String
    /// Whether the words are generic and more specific ones decide instead.
    let isWrapper: Bool

    init(_ record: crules_rule, of table: RuleTable) {
        name = table.string(record.id)
        hosts = table.strings(record.hosts)
        status = StatusPattern(packed: record.status)?.code
        words = table.strings(record.words)
        reason = Reason(number: record.reason)
        party = Party(number: record.party)
        source = table.string(record.source)
        isWrapper = record.flags & 8 != 0
    }

    /// Whether a statement with the first of its words matches this rule.
    ///
    /// - Parameter reply: the reply in that statement.
    func fits(_ text: FoldedText, _ facts: FailureFacts, _ reply: SMTPReply) -> Bool {
        if let status, facts.status != status, reply.status != status { return false }
        guard words.dropFirst().allSatisfy({ text.contains($0) }) else { return false }
        return hosts.isEmpty || facts.isFrom(hosts) || hosts.contains { text.contains($0) }
    }
}

enum ProviderRules {
    static let all = RuleTable.standard.records(.providers).map { ProviderRule($0, of: .standard) }
}
