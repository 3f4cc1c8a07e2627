extension Dialect {
    /// Sendmail 5: `While talking to HOST:`, the transcript before the list, `----- Unsent message follows -----`.
    static let sendmail5 = Dialect(
        "sendmail5",
        signs: [
            (.text, "----- unsent message follows"),
        ])
}
