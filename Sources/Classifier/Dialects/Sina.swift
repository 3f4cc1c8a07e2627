extension Dialect {
    /// Sina Mail: X-Mailer SinaMail, `邮件无法发送到您指定的地址中`.
    static let sina = Dialect(
        "sina",
        signs: [
            (.mailer, "sinamail"),
            (.from, "@sina.com"),
            (.text, "邮件无法发送到您指定的地址中"),
        ])
}
