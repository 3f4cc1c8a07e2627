extension Dialect {
    /// Merak and IceWarp Mail Server.
    static let merak = Dialect(
        "icewarp",
        signs: [
            (.text, "icewarp"),
            (.text, "merak"),
            (.mailer, "icewarp"),
        ])
}
