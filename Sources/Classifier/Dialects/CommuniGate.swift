extension Dialect {
    /// CommuniGate Pro: `Message could not be delivered to the recipient:`, `Failed to deliver to '…'`.
    static let communiGate = Dialect(
        "communigate",
        signs: [
            (.text, "failed to deliver to '"),
            (.text, "communigate"),
            (.mailer, "communigate"),
        ])
}
