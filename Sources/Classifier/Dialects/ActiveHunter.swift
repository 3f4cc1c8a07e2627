extension Dialect {
    /// TransWARE Active!hunter: Sendmail's form, `>>> ADDRESS <ADDRESS>`.
    static let activeHunter = Dialect(
        "activehunter",
        signs: [
            (.boundary, "active!hunter"),
            (.mailer, "active!hunter"),
        ])
}
