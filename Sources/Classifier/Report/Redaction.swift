import Bytes

/// Addresses that a provider made unreadable before reporting them (RFC 6590): they name nobody.
enum Redaction {
    /// Words that replace a local part, or a label of the domain.
    private static let words: [StaticString] = [
        "redacted", "anonymized", "anonymised", "obfuscated", "undisclosed", "pseudonymized", "pseudonymised",
    ]
    /// Words that are the whole local part of a complaint.
    private static let wholeWords: Set<String> = [
        "hidden", "removed", "masked", "withheld", "suppressed", "concealed", "scrubbed", "stripped", "anonymous",
        "undisclosed-recipients", "undisclosed_recipients",
    ]
    /// Digits of the shortest digest that replaces a local part: MD5 in hexadecimal.
    private static let hexadecimalDigits = 32
    /// Characters of the shortest one in base64, with its padding: MD5 again.
    private static let base64Characters = 24
    /// This many consecutive `x` are not a name.
    private static let crosses = 4

    /// Whether the address says itself that it was redacted, in any report.
    static func isPlain(_ address: String) -> Bool {
        let bytes = Array(address.utf8)
        let span = bytes.span
        let at = bytes.lastIndex(of: UInt8(ascii: "@")) ?? bytes.count
        var stars = 0
        for index in 0..<at {
            stars = bytes[index] == UInt8(ascii: "*") ? stars + 1 : 0
            if stars == 3 || stars == at && at > 1 || hasWord(span, at: index..<at) { return true }
        }
        var label = at + 1
        while label < bytes.count {
            let end = span.firstIndex(of: UInt8(ascii: "."), in: label..<bytes.count) ?? bytes.count
            if hasWord(span, at: label..<end, isWhole: true) { return true }
            label = end + 1
        }
        return false
    }

    /// Whether one of `words` starts a range, or is all of it.
    private static func hasWord(_ bytes: Span<UInt8>, at range: Range<Int>, isWhole: Bool = false) -> Bool {
        for word in words where word.utf8Start[0] == bytes[range.lowerBound].lowercased {
            if isWhole ? bytes.equals(word, ignoringCaseIn: range) : bytes.hasPrefix(word, ignoringCaseIn: range) {
                return true
            }
        }
        return false
    }

    /// The same for a complaint, in which providers hide who complained by a mask, a digest, or a word.
    static func isRedacted(_ address: String) -> Bool {
        if isPlain(address) { return true }
        let (local, domain) = parts(address)
        if domain == "invalid" || domain.hasSuffix(".invalid") || local.contains("*") { return true }
        let bytes = Array(local.utf8)
        let name = String(
            decoding: bytes.drop { !$0.isWord }.reversed().drop { !$0.isWord }.reversed(), as: UTF8.self)
        if wholeWords.contains(name) || name.isEmpty { return true }
        if bytes.count >= 3, bytes.allSatisfy({ $0 == UInt8(ascii: "x") }) { return true }
        // Google Groups: `bo...@dest.example`.
        if local.hasSuffix("...") || local.contains(String(repeating: "x", count: crosses)) { return true }
        if bytes.count >= hexadecimalDigits, bytes.allSatisfy({ $0.hexadecimalValue != nil }) { return true }
        return bytes.count >= base64Characters && bytes.count % 4 == 0 && bytes.last == UInt8(ascii: "=")
            && bytes.drop { $0 == UInt8(ascii: "=") }.count == bytes.count
            && bytes.allSatisfy { $0.isWord || "+/=-_".utf8.contains($0) }
    }

    private static func parts(_ address: String) -> (local: String, domain: String) {
        let address = address.lowercased()
        guard let at = address.lastIndex(of: "@") else { return (address, "") }
        return (String(address[..<at]), String(address[address.index(after: at)...]))
    }
}
