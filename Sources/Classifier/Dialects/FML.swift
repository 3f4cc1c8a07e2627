extension Dialect {
    /// fml mailing list server (Japan): loop alerts and refusals to non-members.
    static let fml = Dialect(
        "fml",
        signs: [
            (.messageID, ".fml"),
            (.subject, "loop alert"),
            (.text, "fml mail server"),
        ])
}
