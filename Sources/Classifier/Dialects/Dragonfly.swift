import MIME

extension Dialect {
    /// DragonFly Mail Agent: `There was an error delivering your mail to <…>.`.
    static let dragonfly = Dialect(
        "dma",
        signs: [
            (.text, "this is the dragonfly mail agent"),
            (.text, "dragonfly mail agent"),
        ],
        mend: { reports, context in
            // DMA writes the failed recipient into X-Original-To, where others put the report's own.
            guard reports.isEmpty, let line = context.firstLine(holding: "error delivering your mail to"),
                let address = AddressText.first(in: context.prose.text.span.extracting(context.prose.lines[line]))
            else { return }
            var report = RecipientReport()
            report.finalRecipient = address
            report.explanation = Array(context.prose.text[context.prose.head])
            reports.append(report)
        })
}
