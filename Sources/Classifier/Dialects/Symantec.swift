extension Dialect {
    /// Symantec Brightmail and Mail Security.
    static let symantec = Dialect(
        "symantec",
        signs: [
            (.text, "symantec mail security"),
            (.text, "brightmail"),
            (.text, "symantec messaging gateway"),
        ])
}
