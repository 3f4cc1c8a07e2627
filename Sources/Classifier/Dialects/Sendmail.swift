extension Dialect {
    /// Sendmail 8: `----- The following addresses had permanent fatal errors -----`, `(reason: …)`, `(expanded from: …)`, `----- Transcript of session follows -----`.
    static func sendmail(_ reports: inout [RecipientReport], _ context: ReportContext) {
        // The transcript is about the only recipient there is, even if a program and not an address failed.
        if reports.count == 1, reports[0].explanation.isEmpty {
            reports[0].explanation = Array(
                context.prose.text[context.prose.head].prefix(ProseReader.explanationBytes))
        }
    }
}
