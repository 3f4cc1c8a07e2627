import Bytes
// For `_nfc`, the form in which the standard library compares texts.
@_spi(_Unicode) import Swift

/// The canonical form of a mail address, under which the ledger counts.
///
/// The domain is lower case and in A-labels, without a final dot. The local part is compared without regard to case,
/// also beyond ASCII (RFC 6531), in normalization form C; a text with invisible characters (control and format
/// characters, blanks beyond ASCII, bytes that are not UTF-8) is not an address. Unnecessary quotes are removed (RFC
/// 5321, section 4.1.2: `"bob"@x` is `bob@x`). A plus tag is part of the address: `bob+a@x` and `bob@x` are different.
package struct CanonicalAddress: Hashable, Sendable, CustomStringConvertible {
    /// Bytes of a local part. RFC 5321 allows 64; VERP and gateways exceed it.
    package static let localBytes = 256
    /// Bytes of a whole address.
    package static let addressBytes = 320

    /// The canonical form.
    package let text: String
    /// How many UTF-8 bytes the local part has.
    private let localCount: Int

    package var description: String { text }

    /// The part after the last at sign.
    package var domain: String {
        String(Substring(text.utf8.dropFirst(localCount + 1)))
    }

    /// Reads an address as it is written in a mail, without surrounding spaces and one pair of angle brackets. `nil` if
    /// it is not an address or exceeds the limits.
    package init?(_ seen: String) {
        if let count = seen.withBytes(CanonicalAddress.localCountOfPlain) {
            (text, localCount) = (seen, count)
            return
        }
        var bytes = Substring(seen).utf8
        while let first = bytes.first, first.isSpace { bytes = bytes.dropFirst() }
        while let last = bytes.last, last.isSpace { bytes = bytes.dropLast() }
        if bytes.first == UInt8(ascii: "<") && bytes.last == UInt8(ascii: ">") {
            bytes = bytes.dropFirst().dropLast()
        }
        // Unquoting may halve an address, and encoding a domain may lengthen it; this only bounds the work.
        if bytes.count > 4 * CanonicalAddress.addressBytes {
            return nil
        }
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")),
            let local = CanonicalAddress.localForm(bytes[..<at]),
            let domain = CanonicalDomain.form(of: bytes[bytes.index(after: at)...])
        else { return nil }
        localCount = local.utf8.count
        text = local + "@" + domain
        if localCount > CanonicalAddress.localBytes || text.utf8.count > CanonicalAddress.addressBytes {
            return nil
        }
    }

    /// The length of the local part of an address that is already in canonical form, without quotes and in ASCII, as
    /// most are; `nil` if it has to be parsed.
    private static func localCountOfPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard bytes.count <= addressBytes, let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at <= localBytes,
            bytes[..<at].allSatisfy({ $0 < 0x80 && $0.isLocalPart && $0 == $0.lowercased }),
            CanonicalDomain.isCanonical(bytes[(at + 1)...])
        else { return nil }
        return at
    }

    /// An address in canonical form with its domain in Unicode, as some programs write it; `nil` if the domain has no
    /// such form.
    package static func unicodeDomainForm(ofCanonical text: String) -> String? {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        return CanonicalDomain.unicodeForm(ofCanonical: text[text.utf8.index(after: at)...]).map { text[...at] + $0 }
    }

    /// An address in canonical form as Postfix looks it up: a local part with a dot at its start or end, or with two in
    /// a row, is in quotes.
    package static func quotedForPostfix(canonical text: String) -> String {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return text }
        let local = text.utf8[..<at]
        let dot = UInt8(ascii: ".")
        guard local.first != UInt8(ascii: "\""),
            local.split(separator: dot, omittingEmptySubsequences: false).contains(where: \.isEmpty)
        else { return text }
        return "\"\(text[..<at])\"" + text[at...]
    }

    /// What Postfix looks up instead of an address in canonical form: the address with quotes, or with its domain in
    /// Unicode as the client wrote it; `nil` if it looks up the address itself. For the view `postfix_access`.
    ///
    /// An address that has both forms is found by the first only.
    package static func accessKey(canonical text: String) -> String? {
        let quoted = quotedForPostfix(canonical: text)
        return quoted == text ? unicodeDomainForm(ofCanonical: text) : quoted
    }

    /// The domain of an address that is in canonical form.
    package static func domain(ofCanonical text: String) -> String {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return "" }
        return String(text[text.utf8.index(after: at)...])
    }

    private static func localForm(_ local: Substring.UTF8View) -> String? {
        guard let first = local.first else { return nil }
        var content = [UInt8]()
        content.reserveCapacity(local.count)
        let isQuoted = first == UInt8(ascii: "\"")
        if isQuoted {
            guard local.count >= 2, local.last == UInt8(ascii: "\"") else { return nil }
            var escaped = false
            for byte in local.dropFirst().dropLast() {
                if !escaped && byte == UInt8(ascii: "\\") {
                    escaped = true
                    continue
                }
                if (!escaped && byte == UInt8(ascii: "\"")) || byte.isControl {
                    return nil
                }
                escaped = false
                content.append(byte)
            }
            if escaped {
                return nil
            }
        } else {
            content.append(contentsOf: local)
        }
        // Dots may be anywhere: Japanese carriers assign addresses like `a..b.@`.
        let isPlain = !content.isEmpty && content.allSatisfy(\.isLocalPart)
        if !isQuoted && !isPlain {
            return nil
        }
        let isASCII = content.allSatisfy { $0 < 0x80 }
        content = content.map(\.lowercased)
        if !isASCII {
            guard let text = unicodeForm(String(decoding: content, as: UTF8.self)) else { return nil }
            content = Array(text.utf8)
        }
        if isPlain {
            return String(decoding: content, as: UTF8.self)
        }
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in content {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                quoted.append(UInt8(ascii: "\\"))
            }
            quoted.append(byte)
        }
        quoted.append(UInt8(ascii: "\""))
        return String(decoding: quoted, as: UTF8.self)
    }

    /// Text beyond ASCII in normalization form C and lower case, scalar by scalar; a final sigma is a sigma.
    private static func unicodeForm(_ text: String) -> String? {
        var lower = ""
        for scalar in text._nfc {
            if !scalar.isSeen {
                return nil
            }
            lower += scalar == "\u{3C2}" ? "\u{3C3}" : scalar.properties.lowercaseMapping
        }
        return String(String.UnicodeScalarView(lower._nfc))
    }
}
