import Glibc

/// Charsets, through glibc's iconv.
public enum Charset {
    /// `bytes` in UTF-8.
    ///
    /// A byte that is wrong in its charset becomes one U+FFFD and costs nothing else. Where the charset is absent, says
    /// ASCII or UTF-8 and the bytes are neither, the likeliest one is taken: ISO-2022 by its escapes, then the Japanese
    /// encodings where every byte fits and the text looks Japanese, else windows-1252.
    /// - Parameter charset: the label that the mail carries, in any spelling.
    public static func utf8(_ bytes: [UInt8], charset label: String?) -> [UInt8] {
        let name = label.map { canonicalName($0) }
        let span = bytes.span
        switch name {
        case nil, "UTF-8", "ASCII":
            if !hasHighByte(span) {
                guard hasISO2022Escape(span) else { return bytes }
                return convert(bytes, from: "ISO-2022-JP-3")
            }
            if isUTF8(span) { return bytes }
            if name == "UTF-8" { return repairedUTF8(bytes) }
            return convert(bytes, from: guess(span))
        case .some(let name):
            // Charsets in which plain ASCII means itself need no iconv for plain ASCII.
            if isASCIISuperset(name), !hasHighByte(span) { return bytes }
            return convert(bytes, from: name)
        }
    }

    /// The name that glibc knows for a label that mail carries.
    package static func canonicalName(_ label: String) -> String {
        var key: [UInt8] = []
        for byte in label.utf8.prefix(64) {
            // RFC 2978 names are letters, digits and a few signs; quotes and blanks are a sender's mistake.
            if byte.isLetter || byte.isDigit || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x3A
                || byte == 0x2B || byte == 0x28 || byte == 0x29
            {
                key.append(byte.lowercased == 0x5F ? 0x2D : byte.lowercased)
            }
        }
        let name = String(decoding: key, as: UTF8.self)
        if let alias = CharsetAliases.table[name] { return alias }
        if name.hasPrefix("x-") { return CharsetAliases.table[String(name.dropFirst(2))] ?? String(name.dropFirst(2)) }
        return name
    }

    /// The bytes read as `charset` (a glibc name); as windows-1252 where glibc does not know it.
    static func convert(_ bytes: [UInt8], from charset: String) -> [UInt8] {
        let invalid = iconv_t(bitPattern: -1)
        var converter = iconv_open("UTF-8", charset)
        if converter == invalid {
            if isUTF8(bytes.span) { return bytes }
            converter = iconv_open("UTF-8", "WINDOWS-1252")
        }
        guard let converter, converter != invalid else { return repairedUTF8(bytes) }
        defer { iconv_close(converter) }
        var input = bytes
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 2 + 16)
        input.withUnsafeMutableBytes { raw in
            guard let base = raw.baseAddress else { return }
            var from: UnsafeMutablePointer<CChar>? = base.assumingMemoryBound(to: CChar.self)
            var left = raw.count
            withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { block in
                guard let blockBase = block.baseAddress else { return }
                func flush(_ room: Int) { out.append(contentsOf: block[0..<(block.count - room)]) }
                while left > 0 {
                    var to: UnsafeMutablePointer<CChar>? = blockBase.assumingMemoryBound(to: CChar.self)
                    var room = block.count
                    let before = left
                    let status = iconv(converter, &from, &left, &to, &room)
                    let problem = errno
                    flush(room)
                    if status != -1 || (problem == E2BIG && left < before) { continue }
                    // A wrong or unfinished sequence: one byte is given up, and the state starts anew.
                    out.append(contentsOf: [0xEF, 0xBF, 0xBD])
                    from = from?.advanced(by: 1)
                    left -= 1
                }
                // What the charset's state still holds.
                var to: UnsafeMutablePointer<CChar>? = blockBase.assumingMemoryBound(to: CChar.self)
                var room = block.count
                _ = iconv(converter, nil, nil, &to, &room)
                flush(room)
            }
        }
        return out
    }

    // MARK: looking at bytes

    static func hasHighByte(_ bytes: Span<UInt8>) -> Bool {
        bytes.withUnsafeBytes { raw in
            var index = 0
            while index + 8 <= raw.count {
                if raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                    return true
                }
                index += 8
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
        bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) != nil }
    }

    /// Wrong bytes become U+FFFD.
    private static func repairedUTF8(_ bytes: [UInt8]) -> [UInt8] { Array(String(decoding: bytes, as: UTF8.self).utf8) }

    /// ESC $ or ESC ( B: RFC 1468's escapes.
    private static func hasISO2022Escape(_ bytes: Span<UInt8>) -> Bool {
        var from = 0
        while let escape = bytes.firstIndex(of: 0x1B, in: from..<bytes.count) {
            if escape + 2 < bytes.count, bytes[escape + 1] == UInt8(ascii: "$") { return true }
            from = escape + 1
        }
        return false
    }

    private static func guess(_ bytes: Span<UInt8>) -> String {
        if looksLikeEUCJP(bytes) { return "EUC-JP-MS" }
        if looksLikeShiftJIS(bytes) { return "CP932" }
        return "WINDOWS-1252"
    }

    /// Every high byte stands in a pair that EUC-JP allows, and hiragana or katakana rows (A4, A5) are among them.
    private static func looksLikeEUCJP(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        var kana = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                continue
            }
            guard byte == 0x8E || (byte >= 0xA1 && byte <= 0xFE), index + 1 < bytes.count,
                bytes[index + 1] >= 0xA1, bytes[index + 1] <= 0xFE
            else { return false }
            if byte == 0xA4 || byte == 0xA5 { kana += 1 }
            index += 2
        }
        return kana > 0
    }

    /// Every high byte stands in a pair that Shift_JIS allows, and kana (82 9F–F1, 83 40–96) are among them.
    private static func looksLikeShiftJIS(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        var kana = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 || (byte >= 0xA1 && byte <= 0xDF) {
                index += 1
                continue
            }
            guard (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC), index + 1 < bytes.count,
                bytes[index + 1] >= 0x40, bytes[index + 1] != 0x7F, bytes[index + 1] <= 0xFC
            else { return false }
            if byte == 0x82 && bytes[index + 1] >= 0x9F || byte == 0x83 && bytes[index + 1] <= 0x96 { kana += 1 }
            index += 2
        }
        return kana > 0
    }

    private static func isASCIISuperset(_ name: String) -> Bool {
        !(name.hasPrefix("ISO-2022") || name.hasPrefix("UTF-7") || name.hasPrefix("UTF-16") || name.hasPrefix("UTF-32")
            || name.hasPrefix("UCS") || name.hasPrefix("HZ") || name.hasPrefix("hz") || name.hasPrefix("utf-")
            || name.hasPrefix("IBM037") || name.hasPrefix("iso-2022") || name.hasPrefix("EBCDIC")
            || name.hasPrefix("ebcdic"))
    }
}
