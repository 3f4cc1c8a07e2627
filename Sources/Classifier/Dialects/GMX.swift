extension Dialect {
    /// GMX, web.de and mail.com: Exim's sentences, the address in quotes or alone before a colon, `SMTP error from remote server after RCPT command:`.
    static let gmx = Dialect(
        "gmx",
        signs: [
            (.from, "gmx."),
            (.from, "@web.de"),
            (.from, ".web.de"),
            (.from, "@mail.com"),
            (.text, "smtp error from remote server"),
        ],
        mend: mendExim)
}
