extension Dialect {
    /// Yandex: Postfix under the name `This is the mail system at host yandex.ru`, X-Yandex fields.
    static let yandex = Dialect(
        "yandex",
        signs: [
            (.from, "yandex.ru"),
            (.from, "yandex.com"),
            (.from, "yandex-team"),
            (.text, "mail system at host yandex"),
        ])
}
