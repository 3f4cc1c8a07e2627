import Bytes

extension Dialect {
    /// AOL: screen names without a domain under `could not be delivered because they are not accepting mail from`.
    static func aol(_ reports: inout [RecipientReport], _ context: ReportContext) {
        guard reports.isEmpty, let mark = context.firstLine(holding: "could not be delivered because") else {
            return
        }
        // The member's own list of senders.
        let isChoice = context.head.contains("because they are not accepting mail from")
        let domain = context.envelope.from.domainPart ?? "aol.com"
        for number in (mark + 1)..<max(mark + 1, context.prose.lines.count) {
            let span = context.prose.text.span
            let name = span.trimmed(context.prose.lines[number])
            guard !name.isEmpty else { continue }
            let text = span.copy(name)
            guard text.count <= 64, text.allSatisfy({ $0.isLetterOrDigit || $0 == 0x2E || $0 == 0x5F })
            else { return }
            var report = RecipientReport()
            report.finalRecipient = String(decoding: text, as: UTF8.self).lowercased() + "@" + domain
            report.explanation = Array(context.prose.text[context.prose.head])
            if isChoice {
                report.ruling = Ruling(
                    .filtered, rule: "aol/not-accepting", matched: "they are not accepting mail from")
            }
            reports.append(report)
        }
    }
}
