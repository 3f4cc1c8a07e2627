extension Dialect {
    /// SoftBank and Vodafone Japan: `550 Invalid recipient:`.
    static let softbank = Dialect(
        "softbank",
        signs: [
            (.from, "softbank.ne.jp"),
            (.from, "i.softbank.jp"),
            (.from, "vodafone.ne.jp"),
        ])
}
