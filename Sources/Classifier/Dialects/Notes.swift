extension Dialect {
    /// Lotus Notes SMTP MTA 4: `------- Failure Reasons  --------`, `------- Returned Message --------`.
    static let notes = Dialect(
        "notes",
        signs: [
            (.text, "------- failure reasons --------"),
            (.mailer, "lotus notes"),
            (.text, "returned message --------"),
        ])
}
