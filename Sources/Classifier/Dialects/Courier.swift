extension Dialect {
    /// Courier MTA: `UNDELIVERABLE MAIL`, the dialogue marked `>>>` and `<<<`.
    static let courier = Dialect(
        "courier",
        signs: [
            (.text, "this is a delivery status notification from"),
            (.text, "running the courier mail server"),
            (.messageID, "courier."),
        ])
}
