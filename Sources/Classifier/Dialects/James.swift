extension Dialect {
    /// Apache James (DSNBounce and the Bounce mailet): qmail's sentences under its own name, `Failed recipient(s):`,
    /// `Error message:`.
    static let james = Dialect(
        "james",
        signs: [
            (.text, "this is the james mail server at"),
            (.mailer, "apache james"),
        ])
}
