extension Dialect {
    /// Orange and Wanadoo (France).
    static let orange = Dialect(
        "orange",
        signs: [
            (.from, "orange.fr"),
            (.from, "wanadoo.fr"),
            (.text, "wanadoo"),
            (.text, "orange.fr"),
        ])
}
