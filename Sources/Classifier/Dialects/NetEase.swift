extension Dialect {
    /// NetEase 163, 126 and yeah.net: Coremail's table in Chinese.
    static let netEase = Dialect(
        "netease",
        signs: [
            (.from, "@163.com"),
            (.from, "@126.com"),
            (.from, "@yeah.net"),
            (.from, "@188.com"),
            (.mailer, "coremail"),
            (.text, "coremail"),
        ])
}
