extension Dialect {
    /// cPanel: Exim with its own limits (`Domain … has exceeded the max emails per hour`).
    static let cPanel = Dialect(
        "cpanel",
        signs: [
            (.text, "has exceeded the max emails per hour"),
            (.text, "max defers and failures per hour"),
            (.text, "cpanel"),
        ],
        mend: mendExim)
}
