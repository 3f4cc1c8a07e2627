extension Dialect {
    /// Output of procmail, maildrop and mail.local in somebody else's report.
    static let procmail = Dialect(
        "procmail",
        signs: [
            (.text, "procmail:"),
            (.text, "maildrop:"),
            (.text, "mail.local:"),
        ])
}
