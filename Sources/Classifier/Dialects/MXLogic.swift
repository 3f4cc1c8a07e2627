extension Dialect {
    /// MX Logic: Exim's sentences, `Included is a copy of the message header:`.
    static let mxLogic = Dialect(
        "mxlogic",
        signs: [
            (.from, "mxlogic.net"),
            (.text, "included is a copy of the message header:"),
        ],
        mend: mendExim)
}
