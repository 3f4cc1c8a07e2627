extension Dialect {
    /// Amazon WorkMail: X-Mailer, and the fields of RFC 3464 under `Technical report:` in the text.
    static let amazonWorkMail = Dialect(
        "amazon-workmail",
        signs: [
            (.mailer, "amazon workmail")
        ])
}
