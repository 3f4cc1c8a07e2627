extension Dialect {
    /// Dovecot LDA/LMTP and Pigeonhole's `reject`: an MDN with `Automatically rejected mail`.
    static let dovecot = Dialect(
        "dovecot",
        signs: [
            (.subject, "automatically rejected mail"),
            (.text, "was automatically rejected:"),
        ])
}
