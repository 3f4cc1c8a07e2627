extension Dialect {
    /// Mail.ru: Exim under a Russian heading; `Local mailbox … is unavailable: user not found`.
    static let mailRu = Dialect(
        "mailru",
        signs: [
            (.text, "сервером mail.ru"),
            (.from, "mail.ru"),
            (.text, "rejected by the local scanning code"),
        ],
        mend: mendExim)
}
