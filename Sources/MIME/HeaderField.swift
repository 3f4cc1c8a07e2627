/// One header field, as offsets into its message's bytes.
public struct HeaderField: Sendable {
    /// The name without the colon and without blanks before it.
    public let name: Range<Int>
    /// The raw value after the colon, with its folds, without the last line end.
    public internal(set) var value: Range<Int>
    let hash: UInt32
}

extension [HeaderField] {
    /// The first field of that name in a part's header, if `bytes` are the message's.
    func first(_ name: FieldName, in part: Part, _ bytes: Span<UInt8>) -> HeaderField? {
        let hash = name.hash
        guard part.names & FieldName.bit(hash) != 0 else { return nil }
        let fields = span
        for index in part.fields where fields[index].hash == hash && name.matches(fields[index], bytes) {
            return fields[index]
        }
        return nil
    }
}
