extension Dialect {
    /// Lotus Domino 5 and later: `Your message … was not delivered to: … because:`; the reason is in the subject too.
    static let domino = Dialect(
        "domino",
        signs: [
            (.subject, "delivery failure: "),
            (.mailer, "lotus domino"),
            (.text, "was not delivered to: @ because:"),
            (.text, "domino directory"),
        ])
}
