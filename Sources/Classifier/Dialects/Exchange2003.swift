extension Dialect {
    /// Exchange 5.5, 2000 and 2003 (Internet Mail Service): `Your message did not reach some or all of the intended recipients.`, `MSEXCH:`.
    static let exchange2003 = Dialect(
        "exchange2003",
        signs: [
            (.mailer, "internet mail service"),
            (.mailer, "microsoft exchange server internet mail"),
            (.text, "did not reach some or all of the intended recipients"),
            (.text, "did not reach the following recipient(s)"),
            (.text, "msexch:"),
        ])
}
