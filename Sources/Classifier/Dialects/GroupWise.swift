extension Dialect {
    /// Novell GroupWise: `The message that you sent was undeliverable to the following:`.
    static let groupWise = Dialect(
        "groupwise",
        signs: [
            (.mailer, "groupwise"),
            (.text, "that you sent was undeliverable to the following"),
            (.text, "novell groupwise"),
            (.from, "groupwise"),
        ],
        mend: sentences("groupwise", [("(user not found)", .userUnknown), ("(no such user)", .userUnknown)]))
}
