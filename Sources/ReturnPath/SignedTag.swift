import Bytes

/// A return path that names the recipient and proves that we wrote it:
///
///     bounce+k15101f00c0ffee12+bob=dest.example@news.example
///            │ │   │            └ the recipient (TagEncoding)
///            │ │   └ the signature, 12 hexadecimal digits
///            │ └ the day on which it was made, days since 1970 in 4 hexadecimal digits; may be left out
///            └ the key's name
///
/// What is signed is the text `k15101:bob=dest.example`, name and day before the colon, the encoded recipient after it,
/// in lower case. The recipient is last, as in plain VERP, for software that does not know the signature.
public struct SignedTag: Sendable, Equatable {
    /// Octets of a local part (RFC 5321, section 4.5.3.1.1).
    public static let localOctets = 64
    /// Octets of a local part that are read; one longer than RFC 5321 allows may still arrive.
    package static let readOctets = 320
    /// How many places of one local part are tried as the beginning of a tag.
    package static let placesTried = 8

    /// The recipient's address, in lower case.
    public let recipient: [UInt8]
    public let keyID: String
    /// Days since 1970, UTC, on which it was made.
    public let day: Int?
    /// Whether one of the keys made it.
    public let isValid: Bool

    private static let dayCharacters = 4

    // MARK: making

    /// The envelope sender for a mail to `recipient`.
    ///
    /// - Parameters:
    ///   - recipient: the address, its domain in A-labels.
    ///   - returnPath: the address that reports go to.
    ///   - delimiter: Postfix's recipient_delimiter.
    ///   - day: today, in days since 1970, for a tag that expires.
    public static func make(
        recipient: String, returnPath: String, key: SigningKey, delimiter: UInt8 = UInt8(ascii: "+"), day: Int? = nil
    ) throws(SignedTagError) -> String {
        let path = Array(returnPath.utf8)
        guard let at = path.lastIndex(of: UInt8(ascii: "@")), at > 0,
            path[..<at].allSatisfy({ $0.isVisible && !Array("\"(),:;<>@[\\]".utf8).contains($0) }),
            TagEncoding.isHostName(path[(at + 1)...])
        else { throw .badReturnPath(returnPath) }
        guard let encoded = TagEncoding.encode(Array(recipient.utf8)) else { throw .badRecipient(recipient) }
        var stamp: [UInt8] = []
        if let day {
            guard let bits = UInt16(exactly: day) else { throw .badDay(day) }
            stamp = Array(hexadecimal(bits, digits: dayCharacters).utf8)
        }
        let head = Array(key.id.utf8) + stamp
        let signature = MessageSignature.make(signedText(head: head[...], encoded: encoded[...]), key: key)
        let local = path[..<at] + [delimiter] + head + signature + [delimiter] + encoded
        guard local.count <= localOctets else { throw .tooLong(recipient, octets: local.count) }
        return String(decoding: local + path[at...], as: UTF8.self)
    }

    // MARK: reading

    /// The signed tag in a local part, or `nil` if nothing there has the form of one. If several positions have it, the
    /// first with a valid signature, else the first.
    ///
    /// - Parameter local: in any case.
    public static func read(local: [UInt8], delimiters: [UInt8], keys: [SigningKey]) -> SignedTag? {
        guard local.count <= readOctets else { return nil }
        let local = local.map(\.lowercased)
        var first: SignedTag?
        var tried = 0
        for index in local.indices where delimiters.contains(local[index]) {
            guard let tag = read(local[(index + 1)...], delimiter: local[index], keys: keys) else { continue }
            if tag.isValid { return tag }
            first = first ?? tag
            tried += 1
            if tried == placesTried { break }
        }
        return first
    }

    private static func read(_ text: ArraySlice<UInt8>, delimiter: UInt8, keys: [SigningKey]) -> SignedTag? {
        for stampCount in [0, dayCharacters] {
            let headEnd = text.startIndex + SigningKey.idCharacters + stampCount
            let end = headEnd + MessageSignature.characters
            guard end < text.endIndex, text[end] == delimiter else { continue }
            let id = text[..<(text.startIndex + SigningKey.idCharacters)]
            let digits = text[id.endIndex..<end]
            guard id.allSatisfy(\.isLetterOrDigit), digits.allSatisfy({ $0.hexadecimalValue != nil }),
                let recipient = TagEncoding.decode(text[(end + 1)...])
            else { continue }
            let keyID = String(decoding: id, as: UTF8.self)
            let signed = signedText(head: text[..<headEnd], encoded: text[(end + 1)...])
            let isValid = keys.contains {
                $0.id == keyID && MessageSignature.isValid(text[headEnd..<end], of: signed, key: $0)
            }
            var day: Int?
            if stampCount > 0 {
                day = text[id.endIndex..<headEnd].reduce(0) { $0 << 4 | Int($1.hexadecimalValue ?? 0) }
            }
            return SignedTag(recipient: recipient, keyID: keyID, day: day, isValid: isValid)
        }
        return nil
    }

    private static func signedText(head: ArraySlice<UInt8>, encoded: ArraySlice<UInt8>) -> [UInt8] {
        head + [UInt8(ascii: ":")] + encoded
    }
}

/// Why no tag was made.
public enum SignedTagError: Error, Equatable, CustomStringConvertible {
    case badRecipient(String)
    case badReturnPath(String)
    case badDay(Int)
    case tooLong(String, octets: Int)

    public var description: String {
        switch self {
        case .badRecipient(let address):
            "\(address): this is no address at a host name in ASCII, and only such a one can be put into a tag"
        case .badReturnPath(let address):
            "\(address): this is no return path; name a plain address such as bounce@news.example"
        case .badDay(let day): "day \(day) since 1970 cannot be put into a tag"
        case .tooLong(let address, let octets):
            "\(address): the tag would take \(octets) octets, and a local part may have \(SignedTag.localOctets) "
                + "(RFC 5321, 4.5.3.1.1); use a return path with a shorter name, or mail this address without a tag"
        }
    }
}
