extension Dialect {
    /// Twilio SendGrid.
    static let sendGrid = Dialect(
        "sendgrid",
        signs: [
            (.from, "sendgrid"),
            (.text, "sendgrid"),
        ])
}
