extension Dialect {
    /// Sendmail 8: `----- The following addresses had permanent fatal errors -----`, `(reason: …)`, `(expanded from: …)`, `----- Transcript of session follows -----`.
    static func sendmail(_ reports: inout [RecipientReport], _ context: ReportContext) {
        // The transcript is about the only recipient there is, also where a program and not an address failed.
        if reports.count == 1, reports[0].explanation.isEmpty {
            reports[0].explanation = Array(
                context.prose.text[context.prose.head].prefix(ProseReader.explanationBytes))
        }
        guard reports.contains(where: { $0.originalRecipient == nil && $0.finalRecipient != nil }) else { return }
        let lines = context.firstLinesByAddress()
        for index in reports.indices where reports[index].originalRecipient == nil {
            guard let final = reports[index].finalRecipient, let line = lines[final],
                line + 1 < context.prose.lines.count
            else { continue }
            for next in (line + 1)..<min(line + 3, context.prose.lines.count) {
                let text = context.prose.text.span.extracting(context.prose.lines[next])
                guard let mark = Original.position(of: "expanded from:", in: text) else { continue }
                if let mailed = AddressText.first(in: text.extracting(mark..<text.count)), mailed != final {
                    reports[index].originalRecipient = mailed
                }
            }
        }
    }
}
