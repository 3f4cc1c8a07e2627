extension Dialect {
    /// Ipswitch IMail: X-Mailer <SMTP32 v…>; `Unknown user:`, `Delivery failed N attempts:`, `undeliverable to`.
    static let iMail = Dialect(
        "imail",
        signs: [
            (.mailer, "smtp32"),
            (.text, "invalid final delivery userid"),
        ])
}
