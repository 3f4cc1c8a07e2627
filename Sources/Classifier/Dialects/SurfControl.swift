extension Dialect {
    /// SurfControl E-mail Filter: `Your message could not be sent. A transcript of the attempts`.
    static let surfControl = Dialect(
        "surfcontrol",
        signs: [
            (.mailer, "surfcontrol"),
            (.text, "a transcript of the attempts to send the message follows"),
        ])
}
