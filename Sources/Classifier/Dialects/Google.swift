extension Dialect {
    /// Gmail and Google Workspace: mailer-daemon@googlemail.com; `The error that the other server returned was:`; (state N) names the SMTP stage: 13 and 14 are RCPT, 17 and 18 are after DATA.
    static let google = Dialect(
        "google",
        signs: [
            (.from, "mailer-daemon@googlemail.com"),
            (.from, "mailer-daemon@google.com"),
            (.text, "google tried to deliver your message"),
            (.text, "the error that the other server returned was"),
        ],
        mend: { reports, context in
            // Gmail's sender names the stage of its own SMTP client in which the refusal came.
            let head = context.head
            let command: SMTPCommand? =
                if head.contains("(state 13)") || head.contains("(state 14)") {
                    .rcpt
                } else if head.contains("(state 9)") || head.contains("(state 8)") {
                    .mail
                } else if head.contains("(state 17)") || head.contains("(state 18)") { .data } else { nil }
            for index in reports.indices where reports[index].command == nil { reports[index].command = command }
        })
}
