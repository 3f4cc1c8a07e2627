extension Dialect {
    /// NTT DOCOMO: `550 Unknown user`, at RCPT for no such user, after DATA for a recipient's filter.
    static let docomo = Dialect(
        "docomo",
        signs: [
            (.from, "docomo.ne.jp"),
            (.from, "spmode.ne.jp"),
        ])
}
