extension Dialect {
    /// Deutsche Telekom T-Online: German and English, `|------------------------- Message log follows: ---`.
    static let tOnline = Dialect(
        "t-online",
        signs: [
            (.from, "t-online.de"),
            (.text, "message log follows"),
            (.text, "failed addresses follow"),
        ],
        // Its list of failed addresses is its own word, without a code.
        mend: sentences("t-online", [("unknown user", .userUnknown), ("unknown host", .hostUnknown)]))
}
