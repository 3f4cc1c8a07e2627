extension Dialect {
    /// 1&1 IONOS (kundenserver.de): Exim's sentences, `SMTP error from remote server for RCPT TO command`.
    static let oneAndOne = Dialect(
        "1und1",
        signs: [
            (.from, "kundenserver"),
            (.text, "for explanation visit http://postmaster.1and1"),
            (.text, "smtp error from remote server for "),
            (.from, "1and1"),
            (.from, "ionos"),
        ],
        mend: mendExim)
}
