extension Dialect {
    /// Verizon Wireless gateways (vtext.com, vzwpix.com): `No valid recipients for this MM`.
    static let verizon = Dialect(
        "verizon",
        signs: [
            (.from, "vzwpix.com"),
            (.from, "vtext.com"),
            (.text, "no valid recipients for this mm"),
            (.subject, "undeliverable message to verizon"),
        ])
}
