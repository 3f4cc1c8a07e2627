extension Dialect {
    /// Zoho Mail: `ADDRESS Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 …` on one line.
    static let zoho = Dialect(
        "zoho",
        signs: [
            (.mailer, "zoho mail"),
            (.from, "zoho.com"),
            (.text, "error_code :"),
        ])
}
