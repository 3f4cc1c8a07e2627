import Bytes

/// A header field's name that only a configuration knows, compared without case (RFC 5322 section 1.2.2).
public struct CustomFieldName: Sendable, Equatable {
    /// As it was given.
    public let spelling: String
    let hash: UInt32
    private let letters: [UInt8]

    /// The longest name, in bytes: a line of a header (RFC 5322 section 2.1.1) without the colon and a value.
    public static let maximumBytes = 76

    /// `nil` if no field can have this name: it is empty, too long, or has other characters than visible ASCII, or a
    /// colon (RFC 5322 section 3.6.8).
    public init?(_ spelling: String) {
        let bytes = Array(spelling.utf8)
        guard !bytes.isEmpty, bytes.count <= CustomFieldName.maximumBytes,
            bytes.allSatisfy({ $0.isVisible && $0 != UInt8(ascii: ":") })
        else { return nil }
        self.spelling = spelling
        letters = bytes.map(\.lowercased)
        hash = letters.reduce(FieldName.noHash) { FieldName.hash($0, $1) }
    }

    /// The name in lower case.
    public var lowercased: String { String(decoding: letters, as: UTF8.self) }

    /// Whether both name the same field, however it is spelled.
    public static func == (left: Self, right: Self) -> Bool { left.letters == right.letters }

    /// Whether a field of a message with these bytes has this name.
    func matches(_ field: HeaderField, _ bytes: Span<UInt8>) -> Bool {
        field.hash == hash && field.name.count == letters.count
            && letters.indices.allSatisfy { bytes[field.name.lowerBound + $0].lowercased == letters[$0] }
    }
}

extension Message {
    /// The first field of that name in a part's header.
    public func field(_ name: CustomFieldName, in part: Int = 0) -> HeaderField? {
        guard parts[part].names & FieldName.bit(name.hash) != 0 else { return nil }
        let span = bytes.span
        return parts[part].fields.first { name.matches(fields[$0], span) }.map { fields[$0] }
    }
}
