extension Dialect {
    /// Gmail and Google Workspace: mailer-daemon@googlemail.com; `The error that the other server returned was:`; (state N) names the SMTP stage: 13 and 14 are RCPT, 17 and 18 are after DATA.
    static func google(_ reports: inout [RecipientReport], _ context: ReportContext) {
        // Gmail's sender names the stage of its own SMTP client in which the refusal came.
        let head = context.head
        let command: SMTPCommand? =
            if head.contains("(state 13)") || head.contains("(state 14)") {
                .rcpt
            } else if head.contains("(state 9)") || head.contains("(state 8)") {
                .mail
            } else if head.contains("(state 17)") || head.contains("(state 18)") { .data } else { nil }
        for index in reports.indices where reports[index].command == nil { reports[index].command = command }
    }
}
