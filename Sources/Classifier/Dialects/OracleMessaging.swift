extension Dialect {
    /// Sun, iPlanet and Oracle Messaging Server, PMDF: `This report relates to a message you sent with the following header fields:`.
    static let oracleMessaging = Dialect(
        "messagingserver",
        signs: [
            (.boundary, "boundary_(id_"),
            (.text, "this report relates to a message you sent with the following header fields"),
        ])
}
