extension Dialect {
    /// hMailServer: `Remote server replied:`.
    static let hMailServer = Dialect(
        "hmailserver",
        signs: [
            (.text, "hmailserver")
        ])
}
