extension Dialect {
    /// Sendmail 5: `While talking to HOST:`, the transcript before the list, `----- Unsent message follows -----`.
    static func sendmail5(_ reports: inout [RecipientReport], _ context: ReportContext) {
        // `550 <bob@dest.example>... User unknown` is Sendmail's own sum of a refused RCPT.
        for index in reports.indices {
            let said = FoldedText(reports[index].explanation)
            if said.contains("550 <@>... user unknown") || said.contains("550 @... user unknown") {
                reports[index].command = .rcpt
            }
        }
    }
}
