extension Dialect {
    /// Deutsche Telekom T-Online: German and English, `|------------------------- Message log follows: ---`.
    static let tOnline = Dialect(
        "t-online",
        signs: [
            (.from, "t-online.de"),
            (.text, "message log follows"),
            (.text, "failed addresses follow"),
        ])
}
