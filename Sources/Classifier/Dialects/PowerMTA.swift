extension Dialect {
    /// Port25 PowerMTA: `Hello, this is the mail server on HOST.`.
    static let powerMTA = Dialect(
        "powermta",
        signs: [
            (.text, "hello, this is the mail server on"),
            (.from, "powermta"),
            (.text, "powermta"),
        ])
}
