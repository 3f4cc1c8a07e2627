extension Dialect {
    /// InterScan Messaging Security Suite: `Sent <<< RCPT TO:`, `Received >>> 550`: arrows the other way round.
    static let interScan = Dialect(
        "interscan",
        signs: [
            (.boundary, "interscan"),
            (.text, "message from interscan messaging security suite"),
        ])
}
