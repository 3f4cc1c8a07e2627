import MIME

extension Dialect {
    /// DragonFly Mail Agent: `There was an error delivering your mail to <…>.`.
    static func dragonfly(_ reports: inout [RecipientReport], _ context: ReportContext) {
        // DMA writes the failed recipient into X-Original-To, where others put the report's own.
        guard reports.isEmpty, let line = context.firstLine(holding: "error delivering your mail to"),
            let address = AddressText.first(in: context.prose.text.span.extracting(context.prose.lines[line]))
        else { return }
        var report = RecipientReport()
        report.finalRecipient = address
        report.explanation = Array(context.prose.text[context.prose.head])
        reports.append(report)
    }
}
