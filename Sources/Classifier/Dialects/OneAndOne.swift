extension Dialect {
    /// 1&1 IONOS (kundenserver.de): Exim's sentences with `For the following reason:`.
    static let oneAndOne = Dialect(
        "1und1",
        signs: [
            (.from, "kundenserver"),
            (.text, "for explanation visit http://postmaster.1and1"),
            (.text, "for the following reason:"),
            (.from, "1and1"),
            (.from, "ionos"),
        ],
        mend: mendExim)
}
