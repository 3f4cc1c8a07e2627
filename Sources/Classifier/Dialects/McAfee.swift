extension Dialect {
    /// McAfee / NAI WebShield: `--- The following addresses had delivery problems ---`.
    static let mcAfee = Dialect(
        "mcafee",
        signs: [
            (.text, "--- the following addresses had delivery problems ---"),
            (.mailer, "webshield"),
            (.text, "mcafee"),
        ])
}
