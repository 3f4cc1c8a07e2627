import Bytes

/// Character references of HTML: `&eacute;`, `&#233;`, `&#xE9;`.
enum HTMLEntity {
    /// Reads the reference at `start`, where an ampersand is, and appends its character; the ampersand alone if it
    /// starts none. Returns where the text goes on.
    static func read(_ bytes: Span<UInt8>, at start: Int, into out: inout [UInt8]) -> Int {
        let from = start + 1
        let found =
            from < bytes.count && bytes[from] == UInt8(ascii: "#") ? number(bytes, from + 1) : name(bytes, from)
        guard let (scalar, end) = found else {
            out.append(UInt8(ascii: "&"))
            return from
        }
        // A no-break space counts as a blank when words are searched.
        out.append(contentsOf: UTF8.encode(scalar == "\u{A0}" ? " " : scalar).map { Array($0) } ?? [])
        return end < bytes.count && bytes[end] == UInt8(ascii: ";") ? end + 1 : end
    }

    private static func number(_ bytes: Span<UInt8>, _ start: Int) -> (Unicode.Scalar, end: Int)? {
        let isHex = start < bytes.count && bytes[start].lowercased == UInt8(ascii: "x")
        var index = isHex ? start + 1 : start
        let digits = index
        var value: UInt32 = 0
        while index < bytes.count, let digit = bytes[index].hexadecimalValue, isHex || digit < 10 {
            value = min(value * (isHex ? 16 : 10) + UInt32(digit), 0x11_0000)
            index += 1
        }
        guard index > digits else { return nil }
        // Numbers of windows-1252, as the HTML standard reads them.
        if (0x80...0x9F).contains(value) { return (windows[Int(value) - 0x80], index) }
        return (value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}", index)
    }

    private static func name(_ bytes: Span<UInt8>, _ start: Int) -> (Unicode.Scalar, end: Int)? {
        var end = start
        var key: UInt64 = 0
        var lowerKey: UInt64 = 0
        while end < bytes.count, bytes[end].isLetterOrDigit {
            guard end - start < 8 else { return nil }
            key = key << 8 | UInt64(bytes[end])
            lowerKey = lowerKey << 8 | UInt64(bytes[end].lowercased)
            end += 1
        }
        guard let scalar = names[key] ?? names[lowerKey] else { return nil }
        // Only the oldest names are common without a semicolon; `&copy=1` is part of a link.
        let isClosed = end < bytes.count && bytes[end] == UInt8(ascii: ";")
        return isClosed || bare.contains(lowerKey) ? (scalar, end) : nil
    }

    private static let windows = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)

    private static let bare = Set(["lt", "gt", "amp", "quot", "nbsp"].map(key))

    private static func key(_ name: some StringProtocol) -> UInt64 { name.utf8.reduce(0) { $0 << 8 | UInt64($1) } }

    /// Names of up to eight letters: those of Latin-1, in the order of its characters from U+00A0 on, and those of signs.
    private static let names: [UInt64: Unicode.Scalar] = {
        var names: [UInt64: Unicode.Scalar] = [:]
        var value: UInt32 = 0xA0
        for name in latin.split(separator: " ") {
            names[key(name)] = Unicode.Scalar(value)
            value += 1
        }
        for (name, scalar) in signs { names[key(name)] = scalar }
        return names
    }()

    private static let latin =
        "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro "
        + "para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil "
        + "Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave "
        + "Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml "
        + "igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute "
        + "thorn yuml"

    private static let signs: [(String, Unicode.Scalar)] = [
        ("lt", "<"), ("gt", ">"), ("amp", "&"), ("quot", "\""), ("apos", "'"), ("commat", "@"), ("period", "."),
        ("lsquo", "‘"), ("rsquo", "’"), ("sbquo", "‚"), ("ldquo", "“"), ("rdquo", "”"), ("bdquo", "„"), ("lsaquo", "‹"),
        ("rsaquo", "›"), ("ndash", "–"), ("mdash", "—"), ("hellip", "…"), ("bull", "•"), ("euro", "€"), ("trade", "™"),
        ("OElig", "Œ"), ("oelig", "œ"), ("Scaron", "Š"), ("scaron", "š"), ("Yuml", "Ÿ"), ("ensp", " "), ("emsp", " "),
        ("thinsp", " "), ("rarr", "→"), ("larr", "←"),
    ]
}
