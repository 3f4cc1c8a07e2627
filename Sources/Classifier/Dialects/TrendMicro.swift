extension Dialect {
    /// Trend Micro InterScan and its Japanese editions: boundary TMMSG.
    static let trendMicro = Dialect(
        "trendmicro",
        signs: [
            (.boundary, "tmmsg"),
            (.text, "interscan"),
            (.from, "interscan"),
            (.mailer, "interscan"),
        ])
}
