import Bytes
import Crypto

/// The signature of a tag: HMAC-SHA256 (RFC 2104), cut to its first 48 bits, in hexadecimal.
///
/// Hexadecimal, since servers may change the case of a local part, and since every language supports it. Each guess
/// costs a forger a mail, and one in 281 million million is right.
enum MessageSignature {
    static let characters = 12

    static func make(_ text: [UInt8], key: SigningKey) -> [UInt8] {
        let code = HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: key.secret))
        return code.prefix(characters / 2).flatMap(\.hexadecimalDigits)
    }

    /// Whether `signature`, in lower case, is that of `text`. Takes the same time wherever the two differ.
    static func isValid(_ signature: ArraySlice<UInt8>, of text: [UInt8], key: SigningKey) -> Bool {
        let wanted = make(text, key: key)
        guard signature.count == wanted.count else { return false }
        return zip(signature, wanted).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
