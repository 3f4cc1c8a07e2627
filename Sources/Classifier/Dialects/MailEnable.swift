extension Dialect {
    /// MailEnable: `Recipient: [SMTP:…]`.
    static let mailEnable = Dialect(
        "mailenable",
        signs: [
            (.text, "mailenable: message could not be delivered"),
            (.text, "mailenable"),
        ])
}
