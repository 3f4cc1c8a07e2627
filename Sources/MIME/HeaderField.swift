/// One header field, as offsets into its message's bytes.
public struct HeaderField: Sendable {
    /// The name without the colon and without blanks before it.
    public let name: Range<Int>
    /// The raw value behind the colon, with its folds, without the last line end.
    public let value: Range<Int>
    let hash: UInt32
}
