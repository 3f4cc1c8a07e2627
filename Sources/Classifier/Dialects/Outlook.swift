extension Dialect {
    /// Outlook.com, Hotmail, Live, MSN: the SMTP service's report, `550 Requested action not taken: mailbox unavailable`.
    static let outlook = Dialect(
        "outlook",
        signs: [
            (.from, "hotmail.com"),
            (.from, "@outlook.com"),
            (.from, "@live.com"),
            (.from, "@msn.com"),
        ])
}
