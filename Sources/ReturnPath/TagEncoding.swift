import Bytes

/// Encodes a recipient's address for a tag: `=` for the at sign, and `=2b` for a character of the local part that is
/// not a letter, digit, dot, hyphen or underscore, by its bytes in hexadecimal.
///
/// The last `=` is therefore the at sign, as plain VERP has it, and an address without unusual characters looks the
/// same in both. A dot after a dot is written `=2e`: a local part may not have two dots in a row (RFC 5321, section
/// 4.1.2).
enum TagEncoding {
    /// - Returns: `nil` if `address` is not an address, or if its domain is not a host name in ASCII.
    static func encode(_ address: [UInt8]) -> [UInt8]? {
        guard let at = address.lastIndex(of: UInt8(ascii: "@")), at > 0, isHostName(address[(at + 1)...]) else {
            return nil
        }
        var encoded: [UInt8] = []
        var before: UInt8 = 0
        for byte in address[..<at].map(\.lowercased) {
            let isSecondDot = byte == UInt8(ascii: ".") && before == byte
            before = byte
            if isPlain(byte), !isSecondDot {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "=")] + byte.hexadecimalDigits
            }
        }
        return encoded + [UInt8(ascii: "=")] + address[(at + 1)...].map(\.lowercased)
    }

    /// - Parameter encoded: in lower case.
    /// - Returns: `nil` if it is not what ``encode(_:)`` writes.
    static func decode(_ encoded: ArraySlice<UInt8>) -> [UInt8]? {
        guard let equals = encoded.lastIndex(of: UInt8(ascii: "=")), equals > encoded.startIndex else { return nil }
        let domain = encoded[(equals + 1)...]
        guard isHostName(domain) else { return nil }
        var address: [UInt8] = []
        var index = encoded.startIndex
        while index < equals {
            let byte = encoded[index]
            if byte == UInt8(ascii: "=") {
                guard index + 2 < equals, let high = encoded[index + 1].hexadecimalValue,
                    let low = encoded[index + 2].hexadecimalValue
                else { return nil }
                let decoded = high << 4 | low
                // Addresses have no control characters; an unsigned tag may.
                guard !decoded.isControl else { return nil }
                address.append(decoded)
                index += 3
            } else {
                guard isPlain(byte) else { return nil }
                address.append(byte)
                index += 1
            }
        }
        return address + [UInt8(ascii: "@")] + domain
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    static func isHostName(_ domain: ArraySlice<UInt8>) -> Bool {
        guard let first = domain.first, let last = domain.last, first != UInt8(ascii: "."), last != UInt8(ascii: ".")
        else { return false }
        var before: UInt8 = 0
        for byte in domain.map(\.lowercased) {
            guard isPlain(byte), !(byte == UInt8(ascii: ".") && before == byte) else { return false }
            before = byte
        }
        return true
    }
}
