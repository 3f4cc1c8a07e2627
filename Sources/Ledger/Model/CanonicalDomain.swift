import Bytes
import CIDN2

/// The canonical form of a domain in the ledger: lower case, A-labels, no final dot.
///
/// A Unicode domain is mapped by UTS 46, non-transitional (ß and the final sigma stay), and encoded by IDNA 2008; names
/// that it refuses are not domains. Address literals (RFC 5321, section 4.1.3) are kept.
enum CanonicalDomain {
    /// RFC 1035, section 2.3.4.
    static let labelBytes = 63
    static let domainBytes = 255

    /// The canonical form, or `nil` if this is not a domain.
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

    /// UTS 46 without its rules for host names: an underscore stays.
    private static let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)

    private static func unicode(_ domain: Substring.UTF8View) -> String? {
        var seen = String.UnicodeScalarView()
        for scalar in String(decoding: domain, as: UTF8.self).unicodeScalars where !isIgnored(scalar) {
            if isRefused(scalar) { return nil }
            // Unicode 15.1 maps the capital letter to this one; earlier tables to two.
            seen.append(scalar == "\u{1E9E}" ? "\u{DF}" : scalar)
        }
        var found: UnsafeMutablePointer<UInt8>?
        defer { idn2_free(found) }
        guard idn2_lookup_u8(Array(String(seen).utf8) + [0], &found, flags) == IDN2_OK.rawValue, let found else {
            return nil
        }
        var form = Substring(String(cString: found))
        if form.hasSuffix(".") { form.removeLast() }
        return isValid(form.utf8) ? String(form) : nil
    }

    /// The domain with its A-labels decoded, if that form differs and maps to the same domain.
    static func unicodeForm(ofCanonical domain: Substring) -> String? {
        var found: UnsafeMutablePointer<CChar>?
        defer { idn2_free(found) }
        guard domain.utf8.contains(UInt8(ascii: "-")),
            idn2_to_unicode_8z8z(String(domain), &found, 0) == IDN2_OK.rawValue, let found
        else { return nil }
        let decoded = String(cString: found)
        return decoded != domain && form(of: Substring(decoded).utf8) == String(domain) ? decoded : nil
    }

    /// Characters that UTS 46 ignores: soft hyphen, zero width space, word joiner, byte order mark, variation
    /// selectors.
    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFE00...0xFE0F: true
        default: false
        }
    }

    /// Characters that no domain has, although UTS 46 ignores some of them: blanks, control and invisible characters,
    /// and bytes that were not UTF-8. The two joiners shape words in Persian and in the scripts of India.
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

    /// Whether a domain that is not an address literal is in canonical form.
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
            // Host names have no underscore, but real mail domains do.
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
