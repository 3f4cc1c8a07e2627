extension Dialect {
    /// Digital Arts m-FILTER: `-------server message`, and under `-------SMTP command` the command that was refused.
    static func mFilter(_ reports: inout [RecipientReport], _ context: ReportContext) {
        guard let mark = context.firstLine(holding: "-------smtp command"), mark + 1 < context.prose.lines.count
        else {
            return
        }
        let command = context.line(mark + 1)
        for (name, prefix) in [
            ("RCPT", "rcpt"), ("DATA", "data"), ("MAIL", "mail"), ("EHLO", "ehlo"), ("EHLO", "helo"),
        ]
        where command.contains(prefix) {
            for index in reports.indices { reports[index].command = name }
            return
        }
    }
}
