extension Dialect {
    /// MailFoundry: `Unable to deliver message to:`, `Delivery failed for the following reason:`.
    static let mailFoundry = Dialect(
        "mailfoundry",
        signs: [
            (.text, "delivery failed for the following reason:"),
            (.subject, "message delivery has failed"),
        ])
}
