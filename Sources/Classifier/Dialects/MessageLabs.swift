extension Dialect {
    /// MessageLabs and Symantec.cloud.
    static let messageLabs = Dialect(
        "messagelabs",
        signs: [
            (.from, "messagelabs"),
            (.text, "messagelabs"),
            (.text, "symanteccloud"),
            (.text, "symantec.cloud"),
        ])
}
