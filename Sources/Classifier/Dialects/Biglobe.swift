extension Dialect {
    /// Biglobe (Japan): `----- Non-delivered information -----`.
    static let biglobe = Dialect(
        "biglobe",
        signs: [
            (.from, "biglobe.ne.jp"),
            (.from, "inacatv.ne.jp"),
            (.from, "tmtv.ne.jp"),
            (.text, "----- non-delivered information -----"),
        ])
}
