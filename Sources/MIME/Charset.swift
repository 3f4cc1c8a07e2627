import Bytes
import Glibc

/// Charsets, through glibc's iconv.
public enum Charset {
    /// `bytes` in UTF-8, without a byte order mark.
    ///
    /// An invalid sequence becomes one U+FFFD and affects nothing else. If the label is absent, says ASCII or names no
    /// charset of mail, and the bytes are not ASCII, the likeliest charset is taken: ISO-2022 by its escapes, UTF-8 if
    /// most of it is UTF-8, the Japanese encodings if every byte fits and the text looks Japanese, else windows-1252.
    /// - Parameters:
    ///   - bytes: A text in that charset.
    ///   - label: The charset's label in the mail, in any spelling; `nil` if it has none.
    public static func utf8(_ bytes: [UInt8], charset label: String?) -> [UInt8] {
        withoutMark(decoded(bytes, label.map { canonicalName($0) } ?? unstated))
    }

    /// A text that carries no label. Most are ASCII, which needs no copy.
    package static func text(_ bytes: Span<UInt8>) -> String {
        if isPlain(bytes) { return String(reading: bytes) }
        return String(decoding: utf8(bytes.copy(0..<bytes.count), charset: nil), as: UTF8.self)
    }

    /// Whether unlabelled bytes are plain ASCII, without the escapes of ISO-2022.
    package static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        !hasHighByte(bytes) && bytes.firstIndex(of: escape, in: 0..<bytes.count) == nil
    }

    private static func decoded(_ bytes: [UInt8], _ name: String) -> [UInt8] {
        let span = bytes.span
        switch name {
        case "UTF-8":
            // Old mailers label everything with the charset of the site.
            if !hasHighByte(span) { return iso2022(span).map { convert(bytes, from: $0) } ?? bytes }
            return isUTF8(span) ? bytes : repairedUTF8(bytes)
        case unstated:
            let likeliest = guess(span)
            return likeliest == unstated ? bytes : convert(bytes, from: likeliest)
        case "ISO-2022-JP":
            // Without an escape the label is wrong.
            let hasEscape = span.firstIndex(of: escape, in: 0..<span.count) != nil
            return convert(bytes, from: hasEscape || !hasHighByte(span) ? name : guess(span))
        case "UTF-16", "UTF-32": return convert(bytes, from: name + byteOrder(span))
        default: return convert(bytes, from: name)
        }
    }

    /// The name that glibc knows for a label that mail carries; `ASCII` for a label that names no charset of mail, or
    /// ASCII itself: such text is guessed.
    package static func canonicalName(_ label: String) -> String {
        CharsetAliases.table[CharsetAliases.key(label)] ?? unstated
    }

    private static let unstated = "ASCII"
    private static let escape: UInt8 = 0x1B

    /// The bytes read as `charset`, a name of `CharsetAliases`; as windows-1252 if this glibc lacks its converter.
    static func convert(_ bytes: [UInt8], from charset: String) -> [UInt8] {
        let span = bytes.span
        switch charset {
        case "UTF-8", unstated: return isUTF8(span) ? bytes : repairedUTF8(bytes)
        case "ISO-2022-JP":
            switch ISO2022JP.read(span) {
            case .eucJP(let moved): return convert(moved, from: "EUC-JP-MS")
            case .other(let name): return Converter(name)?.utf8(bytes) ?? repairedUTF8(bytes)
            }
        default:
            // In charsets that include ASCII, plain ASCII needs no iconv.
            if isASCIISuperset(charset), !hasHighByte(span) { return bytes }
            guard let converter = Converter(charset) ?? Converter("WINDOWS-1252") else { return repairedUTF8(bytes) }
            return isASCIISuperset(charset) ? byLines(bytes, converter) : converter.utf8(bytes)
        }
    }

    /// Converts the lines with more than ASCII; the others are copied. No character of these charsets holds a line end.
    private static func byLines(_ bytes: [UInt8], _ converter: borrowing Converter) -> [UInt8] {
        let span = bytes.span
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 4)
        var position = 0
        while position < span.count {
            let plain = position
            while position < span.count {
                let next = span.line(at: position, before: span.count).next
                if hasHighByte(span.extracting(position..<next)) { break }
                position = next
            }
            out += bytes[plain..<position]
            let foreign = position
            while position < span.count {
                let next = span.line(at: position, before: span.count).next
                if !hasHighByte(span.extracting(position..<next)) { break }
                position = next
            }
            if foreign < position { out += converter.utf8(Array(bytes[foreign..<position])) }
        }
        return out
    }

    // MARK: looking at bytes

    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    package static func hasHighByte(_ bytes: Span<UInt8>) -> Bool {
        bytes.withUnsafeBytes { raw in
            var index = 0
            func eight(_ offset: Int) -> UInt64 { raw.loadUnaligned(fromByteOffset: index &+ offset, as: UInt64.self) }
            while index &+ 32 <= raw.count {
                if (eight(0) | eight(8) | eight(16) | eight(24)) & highBits != 0 { return true }
                index &+= 32
            }
            while index &+ 8 <= raw.count {
                if eight(0) & highBits != 0 { return true }
                index &+= 8
            }
            if raw.count >= 8 {
                // Some of the last eight were looked at already.
                index = raw.count &- 8
                return eight(0) & highBits != 0
            }
            while index < raw.count {
                if raw[index] & 0x80 != 0 { return true }
                index += 1
            }
            return false
        }
    }

    /// Whether the bytes are well-formed UTF-8.
    package static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }

    /// Wrong bytes become U+FFFD.
    private static func repairedUTF8(_ bytes: [UInt8]) -> [UInt8] { Array(String(decoding: bytes, as: UTF8.self).utf8) }

    private static func withoutMark(_ utf8: [UInt8]) -> [UInt8] {
        guard utf8.count >= 3, utf8[0] == 0xEF, utf8[1] == 0xBB, utf8[2] == 0xBF else { return utf8 }
        return Array(utf8.dropFirst(3))
    }

    /// The byte order shown by a mark or by the zeros of Latin text; else that of Windows.
    private static func byteOrder(_ bytes: Span<UInt8>) -> String {
        guard bytes.count >= 2 else { return "LE" }
        return (bytes[0] == 0xFE && bytes[1] == 0xFF) || bytes[0] == 0 ? "BE" : "LE"
    }

    private static func isASCIISuperset(_ name: String) -> Bool {
        !(name.hasPrefix("ISO-2022") || name.hasPrefix("UTF-"))
    }

    // MARK: guessing

    /// The likeliest charset of bytes that carry no label.
    private static func guess(_ bytes: Span<UInt8>) -> String {
        guard hasHighByte(bytes) else { return iso2022(bytes) ?? unstated }
        if isUTF8(bytes) { return "UTF-8" }
        if looksLikeEUCJP(bytes) { return "EUC-JP-MS" }
        if isMostlyUTF8(bytes) { return "UTF-8" }
        if looksLikeShiftJIS(bytes) { return "CP932" }
        return "WINDOWS-1252"
    }

    /// The ISO-2022 charset whose escapes are among the bytes (RFC 1468, RFC 1557), or nil.
    private static func iso2022(_ bytes: Span<UInt8>) -> String? {
        var from = 0
        while let mark = bytes.firstIndex(of: escape, in: from..<bytes.count), mark + 2 < bytes.count {
            let (second, third) = (bytes[mark + 1], bytes[mark + 2])
            if second == UInt8(ascii: "$") {
                if third == UInt8(ascii: "@") || third == UInt8(ascii: "B") || third == UInt8(ascii: "(") {
                    return "ISO-2022-JP"
                }
                if third == UInt8(ascii: ")"), mark + 3 < bytes.count, bytes[mark + 3] == UInt8(ascii: "C") {
                    return "ISO-2022-KR"
                }
            } else if second == UInt8(ascii: "("), third == UInt8(ascii: "I") || third == UInt8(ascii: "J") {
                return "ISO-2022-JP"
            }
            from = mark + 1
        }
        return nil
    }

    /// More characters of several bytes than bytes that belong to none, the last one aside: UTF-8 that was truncated or
    /// damaged. Text in another charset hardly ever has such a character.
    private static func isMostlyUTF8(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        var characters = 0
        var wrong = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte >= 0x80 else { continue }
            let wanted =
                switch byte {
                case 0xC2...0xDF: 1
                case 0xE0...0xEF: 2
                case 0xF0...0xF4: 3
                default: 0
                }
            var found = 0
            while found < wanted, index < bytes.count, bytes[index] & 0xC0 == 0x80 {
                found += 1
                index += 1
            }
            if wanted > 0, found == wanted {
                characters += 1
            } else if wanted == 0 || index < bytes.count {
                wrong += 1
            }
        }
        return characters > wrong
    }

    /// Every high byte is in a sequence that EUC-JP allows (the last one may be cut), and hiragana or katakana rows
    /// (A4, A5) are among them.
    private static func looksLikeEUCJP(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        var kana = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                continue
            }
            guard byte == 0x8E || byte == 0x8F || (byte >= 0xA1 && byte <= 0xFE) else { return false }
            let length = byte == 0x8F ? 3 : 2
            for position in (index + 1)..<min(index + length, bytes.count)
            where bytes[position] < 0xA1 || bytes[position] == 0xFF { return false }
            if byte == 0xA4 || byte == 0xA5, index + 1 < bytes.count { kana += 1 }
            index += length
        }
        return kana > 0
    }

    /// Every high byte is in a pair that Shift_JIS allows (the last one may be cut), and kana (82 9F–F1, 83 40–96) are
    /// among them.
    private static func looksLikeShiftJIS(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        var kana = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 || (byte >= 0xA1 && byte <= 0xDF) {
                index += 1
                continue
            }
            guard (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC) else { return false }
            guard index + 1 < bytes.count else { break }
            let second = bytes[index + 1]
            guard second >= 0x40, second != 0x7F, second <= 0xFC else { return false }
            if byte == 0x82 && second >= 0x9F && second <= 0xF1 || byte == 0x83 && second <= 0x96 { kana += 1 }
            index += 2
        }
        return kana > 0
    }
}
