extension Dialect {
    /// QQ Mail and Tencent Exmail: `系统退信/Systems bounce`. The Chinese half alone stands above others' reports, too.
    static let tencent = Dialect(
        "tencent",
        signs: [
            (.from, "qq.com"),
            (.from, "exmail.qq"),
            (.text, "qq邮箱"),
            (.text, "腾讯"),
            (.subject, "系统退信/systems bounce"),
        ])
}
