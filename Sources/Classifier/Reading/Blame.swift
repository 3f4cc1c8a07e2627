/// The address that a failure counts against. An address in a report is anybody's word; a tag with a good signature is ours.
struct Blame {
    /// Whom a recipient of a report stands for.
    enum Answer {
        case address(String)
        case nobody(Nameless)
    }

    /// Why nobody can tell who a recipient is. The raw value is the name of the rule.
    enum Nameless: String {
        case unreadable = "unreadable-recipient"
        case redacted = "redacted-recipient"
    }

    /// The tag by which recipients are blamed.
    let tag: VERPTag?
    /// What looks like a tag contradicts the report and the returned message, which agree: it is a token of the sender's.
    let hasToken: Bool

    init(_ reports: [RecipientReport], _ context: ReportContext) {
        let read = VERP.tag(
            in: context.envelope.deliveredTo, settings: context.settings,
            known: reports.compactMap { $0.address } + context.original.recipients, arrival: context.envelope.arrival)
        hasToken = read.map { VERP.isToken($0, reports, returned: context.original.recipients) } ?? false
        tag = hasToken ? nil : read
    }

    func answer(for report: RecipientReport) -> Answer {
        // An original recipient that differs from the final one is the sender's own word (RFC 3461 ORCPT). Anybody
        // can write one into a report; a signature nobody else can.
        if let tag, tag.trust == .valid || !report.namesOriginal { return .address(tag.recipient) }
        guard let address = report.address, !report.isUnreadable else { return .nobody(.unreadable) }
        return Redaction.isPlain(address) ? .nobody(.redacted) : .address(address)
    }
}
