import Bytes

/// A key that signs return paths: a name of two characters, a colon and a secret, `k1:q7w3…`.
///
/// The name is in every tag, so that several keys can be valid at once while one replaces another. The secret is used
/// as the HMAC's key byte for byte as written, so that other programs do not have to decode it.
public struct SigningKey: Sendable, Equatable, CustomStringConvertible {
    /// Characters of a name.
    public static let idCharacters = 2
    /// The shortest secret, in characters: 32 of base32 are 160 bits.
    public static let shortestSecret = 32
    /// The longest secret, in characters.
    public static let longestSecret = 512

    /// The key's name: two lower-case letters or digits.
    public let id: String
    let secret: [UInt8]

    /// Reads `ID:SECRET`.
    public init(_ text: String) throws(SigningKeyError) {
        let bytes = Array(text.utf8)
        guard bytes.count > Self.idCharacters, bytes[Self.idCharacters] == UInt8(ascii: ":"),
            bytes[..<Self.idCharacters].allSatisfy({ $0.isLetterOrDigit && $0 == $0.lowercased })
        else { throw .noName }
        secret = Array(bytes[(Self.idCharacters + 1)...])
        guard secret.allSatisfy(\.isVisible) else { throw .badCharacter }
        guard secret.count >= Self.shortestSecret else { throw .tooShort(secret.count) }
        guard secret.count <= Self.longestSecret else { throw .tooLong(secret.count) }
        id = String(decoding: bytes[..<Self.idCharacters], as: UTF8.self)
    }

    /// A new key in its written form: 256 random bits from the system, in base32 (RFC 4648, section 6) and lower case.
    ///
    /// - Parameter id: its name, or nil for a random one.
    /// - Throws: ``SigningKeyError/noName`` if `id` is not a name.
    public static func random(id: String? = nil) throws(SigningKeyError) -> String {
        var generator = SystemRandomNumberGenerator()
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        func characters(_ count: Int) -> String {
            String(decoding: (0..<count).map { _ in letters[Int(generator.next() as UInt8) & 31] }, as: UTF8.self)
        }
        // 52 characters of five bits each.
        let text = "\(id ?? characters(idCharacters)):\(characters(52))"
        _ = try SigningKey(text)
        return text
    }

    /// The key's name: a secret is never printed.
    public var description: String { "key \(id)" }
}

/// Why a text is not a key. The text is not repeated, since it is a secret.
public enum SigningKeyError: Error, Equatable, CustomStringConvertible {
    case noName
    case badCharacter
    case tooShort(Int)
    case tooLong(Int)

    public var description: String {
        switch self {
        case .noName: "a key starts with a name of two lower-case letters or digits and a colon, as in k1:…"
        case .badCharacter: "a key's secret must be visible ASCII characters without blanks"
        case .tooShort(let count):
            "the key's secret has \(count) characters and must have \(SigningKey.shortestSecret) or more; "
                + "maildir-bounce verp key prints a good one"
        case .tooLong(let count):
            "the key's secret has \(count) characters and may have \(SigningKey.longestSecret) at most"
        }
    }
}
