extension Dialect {
    /// Digital Arts m-FILTER: `-------server message`, and under `-------SMTP command` the command that was refused.
    static func mFilter(_ reports: inout [RecipientReport], _ context: ReportContext) {
        guard let mark = context.firstLine(holding: "-------smtp command"), mark + 1 < context.prose.lines.count
        else {
            return
        }
        let command = context.line(mark + 1)
        let names: [(SMTPCommand, String)] = [
            (.rcpt, "rcpt"), (.data, "data"), (.mail, "mail"), (.ehlo, "ehlo"), (.ehlo, "helo"),
        ]
        for (refused, name) in names where command.contains(name) {
            for index in reports.indices { reports[index].command = refused }
            return
        }
    }
}
