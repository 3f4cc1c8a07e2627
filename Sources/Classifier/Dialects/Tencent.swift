extension Dialect {
    /// QQ Mail and Tencent Exmail: a heading in Chinese, `退信`.
    static let tencent = Dialect(
        "tencent",
        signs: [
            (.from, "qq.com"),
            (.from, "exmail.qq"),
            (.text, "qq邮箱"),
            (.text, "腾讯"),
            (.subject, "系统退信"),
        ])
}
