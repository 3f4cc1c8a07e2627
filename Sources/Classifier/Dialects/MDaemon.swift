extension Dialect {
    /// Alt-N MDaemon: `--- Session Transcript ---`; the dialogue names the command.
    static let mDaemon = Dialect(
        "mdaemon",
        signs: [
            (.from, "mdaemon"),
            (.text, "--- session transcript ---"),
            (.text, "mdaemon"),
            (.boundary, "part-break"),
        ])
}
