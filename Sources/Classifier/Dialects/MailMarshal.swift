extension Dialect {
    /// Trustwave MailMarshal: `The following recipients were affected:`.
    static let mailMarshal = Dialect(
        "mailmarshal",
        signs: [
            (.text, "the following recipients were affected"),
            (.text, "mailmarshal"),
            (.text, "messagename:"),
        ])
}
