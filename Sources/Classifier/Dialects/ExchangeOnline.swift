extension Dialect {
    /// Exchange Online and Outlook.com: `Generating server:`, `Diagnostic information for administrators`, Office 365's banner.
    static let exchangeOnline = Dialect(
        "office365",
        signs: [
            (.text, "your message to @ couldn't be delivered"),
            (.text, "office 365"),
            (.text, "microsoft 365"),
            (.text, "prod.outlook.com"),
            (.text, "outbound.protection.outlook.com"),
            (.text, "prod.exchangelabs.com"),
        ])
}
