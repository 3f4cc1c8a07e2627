extension Dialect {
    /// Apple iCloud: Sun/Oracle Messaging Server at me.com and icloud.com.
    static let iCloud = Dialect(
        "icloud",
        signs: [
            (.from, "icloud.com"),
            (.from, "@me.com"),
            (.from, "@mac.com"),
        ])
}
