extension Dialect {
    /// Free and Proxad (France): qmail's form.
    static let free = Dialect(
        "free.fr",
        signs: [
            (.from, "@free.fr"),
            (.from, "proxad.net"),
            (.text, "postmaster.free.fr"),
        ])
}
