extension Dialect {
    /// Mimecast: `An email that you attempted to send to the following address could not be delivered:`, `-- ADDRESS`.
    static let mimecast = Dialect(
        "mimecast",
        signs: [
            (.subject, "[postmaster] email delivery failure"),
            (.text, "an email that you attempted to send to the following address could not be delivered"),
            (.text, "mimecast"),
        ])
}
