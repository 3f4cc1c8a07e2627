import CRules

/// Facts about single providers: what a reply of theirs means although its words or its code say something else. They
/// are in Rules/providers.toml.
struct ProviderRule: Sendable {
    let name: String
    /// Ends of host names, one of which the remote MTA, the reporting MTA or the recipient's domain has, or which the
    /// text names. Empty: the words alone are enough.
    let hosts: [String]
    /// The status that the reply carries; nil: any.
    let status: StatusCode?
    /// Pieces that all are in the folded text. The rarest first: only if it is are the others looked for.
    let words: [String]
    let reason: Reason
    /// Whose fault it is, if that is not what the reason says.
    let party: Party?
    /// Where this is written.
    let source: String
    /// Whether the words wrap others, which decide if they say something.
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

    /// Whether a statement that holds the first of its words is one of this provider's.
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
