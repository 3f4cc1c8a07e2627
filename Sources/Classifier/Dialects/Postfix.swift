extension Dialect {
    /// Postfix: `This is the mail system at host`, `The mail system`; `(in reply to RCPT TO command)` names the stage.
    static let postfix = Dialect(
        "postfix",
        signs: [
            (.text, "this is the mail system at host"),
            (.text, "this is the postfix program at host"),
            (.text, "the postfix program"),
            (.text, "i'm sorry to have to inform you that"),
        ])
}
