/// The address that a failure counts against. Anybody can write an address into a report; only we can sign a tag.
struct Blame {
    /// The address that a recipient of a report refers to.
    enum Answer {
        case address(String)
        case nobody(Nameless)
    }

    /// Why a recipient cannot be identified. The raw value is the name of the rule.
    enum Nameless: String {
        case unreadable = "unreadable-recipient"
        case redacted = "redacted-recipient"
    }

    /// The tag that names the recipient.
    let tag: VERPTag?
    /// The apparent tag contradicts the report and the returned message, which agree: it is a token of the sender's.
    let hasToken: Bool

    init(_ reports: [RecipientReport], _ context: ReportContext) {
        let read = VERP.tag(
            in: context.envelope.deliveredTo, settings: context.settings,
            known: reports.compactMap { $0.address } + context.original.recipients, arrival: context.envelope.arrival)
        hasToken = read.map { VERP.isToken($0, reports, returned: context.original.recipients) } ?? false
        tag = hasToken ? nil : read
    }

    func answer(for report: RecipientReport) -> Answer {
        // An original recipient that differs from the final one was given by the sender (RFC 3461 ORCPT). Anybody can
        // write one into a report, but nobody can forge a signature.
        if let tag, tag.trust == .valid || !report.namesOriginal { return .address(tag.recipient) }
        guard let address = report.address, !report.isUnreadable else { return .nobody(.unreadable) }
        return Redaction.isPlain(address) ? .nobody(.redacted) : .address(address)
    }
}
