extension Dialect {
    /// L-Soft LSMTP: `Error-for:`, `Error-Code:`, `Error-Text:`.
    static let lsmtp = Dialect(
        "lsmtp",
        signs: [
            (.from, "lsmtp"),
            (.text, "error-for:"),
        ])
}
