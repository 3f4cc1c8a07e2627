import Bytes
import Foundation

/// The one form of a domain under which the ledger keeps it: lower case, A-labels, no final dot.
///
/// A Unicode domain is mapped as UTS 46 does in the main (invisible characters out, compatibility composition, lower
/// case; ß and the final sigma stay, as in IDNA 2008) and encoded label by label (RFC 5891, RFC 3492). Address literals (RFC 5321, section 4.1.3) are kept.
enum CanonicalDomain {
    /// RFC 1035, section 2.3.4.
    static let labelBytes = 63
    static let domainBytes = 255

    /// The canonical form, or nothing where this is no domain.
    static func form(of domain: Substring.UTF8View) -> String? {
        if domain.isEmpty || domain.count > 4 * domainBytes {
            return nil
        }
        if domain.first == UInt8(ascii: "[") {
            return literal(domain)
        }
        var ascii = [UInt8]()
        ascii.reserveCapacity(domain.count)
        for byte in domain {
            if byte >= 0x80 {
                return unicode(domain)
            }
            ascii.append(byte.lowercased)
        }
        if ascii.last == UInt8(ascii: ".") {
            ascii.removeLast()
        }
        return isValid(ascii) ? String(decoding: ascii, as: UTF8.self) : nil
    }

    private static func unicode(_ domain: Substring.UTF8View) -> String? {
        var seen = String.UnicodeScalarView()
        for scalar in String(decoding: domain, as: UTF8.self).unicodeScalars where !isIgnored(scalar) {
            if isRefused(scalar) {
                return nil
            }
            seen.append(scalar)
        }
        let mapped = String(seen)
            .precomposedStringWithCompatibilityMapping.lowercased().precomposedStringWithCompatibilityMapping
        var labels = [String]()
        // The full stops that IDNA takes for a dot and compatibility mapping leaves (RFC 3490, section 3.1).
        let pieces = mapped.unicodeScalars.split(omittingEmptySubsequences: false) {
            $0 == "." || $0 == "\u{3002}" || $0 == "\u{FF0E}" || $0 == "\u{FF61}"
        }
        for piece in pieces {
            if piece.count > labelBytes {
                return nil
            }
            if piece.allSatisfy(\.isASCII) {
                labels.append(String(String.UnicodeScalarView(piece)))
            } else {
                guard let encoded = Punycode.encode(Array(piece)) else { return nil }
                labels.append("xn--" + encoded)
            }
        }
        if labels.last == "" {
            labels.removeLast()
        }
        let joined = Array(labels.joined(separator: ".").utf8)
        return isValid(joined) ? String(decoding: joined, as: UTF8.self) : nil
    }

    /// The domain with its A-labels decoded, where that is another form of the same domain.
    static func unicodeForm(ofCanonical domain: Substring) -> String? {
        var isOther = false
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false).map { label in
            guard label.hasPrefix("xn--"), let scalars = Punycode.decode(label.dropFirst(4).utf8) else {
                return String(label)
            }
            isOther = true
            return String(String.UnicodeScalarView(scalars))
        }
        let joined = labels.joined(separator: ".")
        return isOther && form(of: Substring(joined).utf8) == String(domain) ? joined : nil
    }

    /// What UTS 46 passes over: soft hyphen, zero width space, word joiner, byte order mark, variation selectors.
    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFE00...0xFE0F: true
        default: false
        }
    }

    /// What is in no domain: blanks, control characters, what no reader sees, and what was no UTF-8. The two joiners shape
    /// words in Persian and in the scripts of India, and stay in the A-label.
    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\u{200C}" || scalar == "\u{200D}" { return false }
        return !scalar.isSeen
    }

    private static func literal(_ domain: Substring.UTF8View) -> String? {
        guard domain.count > 2, domain.count <= domainBytes, domain.last == UInt8(ascii: "]") else { return nil }
        for byte in domain.dropFirst().dropLast() {
            let allowed =
                byte.isLetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
                || byte == UInt8(ascii: "-")
            if !allowed {
                return nil
            }
        }
        return String(decoding: domain.map(\.lowercased), as: UTF8.self)
    }

    /// Whether a domain that is no address literal is in canonical form.
    static func isCanonical(_ domain: some Collection<UInt8>) -> Bool {
        isValid(domain) && domain.allSatisfy { $0 == $0.lowercased }
    }

    private static func isValid(_ domain: some Collection<UInt8>) -> Bool {
        if domain.isEmpty || domain.count > domainBytes {
            return false
        }
        var length = 0
        for byte in domain {
            if byte == UInt8(ascii: ".") {
                if length == 0 {
                    return false
                }
                length = 0
                continue
            }
            // The underscore is no host name's, but real mail domains have it.
            if !byte.isLetterOrDigit && byte != UInt8(ascii: "-") && byte != UInt8(ascii: "_") {
                return false
            }
            length += 1
            if length > labelBytes {
                return false
            }
        }
        return length > 0
    }
}
