extension Dialect {
    /// Barracuda Spam Firewall.
    static let barracuda = Dialect(
        "barracuda",
        signs: [
            (.text, "barracuda"),
            (.from, "barracuda"),
        ])
}
