import MIME

/// One server's habits: how its reports are known, and what they say otherwise than RFC 3464 would.
struct Dialect: Sendable {
    /// Where a sign of the server stands.
    enum Place: Int, Sendable, CaseIterable {
        case text, subject, from, mailer, messageID, boundary
    }

    /// Stable name, `Verdict.dialect`.
    var name: String
    /// Any of these phrases at its place is the server's hand. Folded as `FoldedText` folds.
    var signs: [(Place, String)]
    /// The words with which the server hands on what another one said: what it says without them of a recipient is its own.
    var quotation: StaticString?
    /// Mends what the general readers took from the report.
    var mend: (@Sendable (inout [RecipientReport], ReportContext) -> Void)?

    init(
        _ name: String, signs: [(Place, String)], quotation: StaticString? = nil,
        mend: (@Sendable (inout [RecipientReport], ReportContext) -> Void)? = nil
    ) {
        self.name = name
        self.signs = signs
        self.quotation = quotation
        self.mend = mend
    }
}

extension Dialect {
    /// A mend for servers that look the mailbox up themselves and say the result in words of their own, without a code:
    /// their sentences, folded, with what each means. The first that a recipient's text holds decides.
    static func sentences(_ dialect: String, _ table: [(words: String, reason: Reason)])
        -> @Sendable (inout [RecipientReport], ReportContext) -> Void
    {
        { reports, context in
            for index in reports.indices where reports[index].ruling == nil {
                let own = reports[index].diagnostic + [0x0A] + reports[index].explanation
                let said = own.count > 1 || reports.count > 1 ? FoldedText(own) : context.head
                guard let hit = table.first(where: { said.contains($0.words) }) else { continue }
                reports[index].ruling = Ruling(hit.reason, rule: "\(dialect)/sentence", matched: hit.words)
            }
        }
    }
}

/// What a dialect may look at when it mends a report.
struct ReportContext {
    let message: Message
    let envelope: Envelope
    let lazyProse: LazyProse
    let original: Original

    /// Most dialects need none of it.
    var prose: Prose { lazyProse.value }

    /// The lines of the prose, folded, each with its place.
    func line(_ number: Int) -> FoldedText { FoldedText(prose.text.span.extracting(prose.lines[number])) }

    /// The first line that holds the words, or nil.
    func firstLine(holding words: String) -> Int? {
        prose.lines.indices.first { line($0).contains(words) }
    }

    /// The head of the prose, folded.
    var head: FoldedText { FoldedText(prose.text.span.extracting(prose.head)) }
}
