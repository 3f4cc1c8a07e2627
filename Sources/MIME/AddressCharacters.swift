import Bytes

/// The role of characters beyond ASCII in and around an address.
extension AddressScan {
    /// Bytes of the UTF-8 character at `index`, one if there is none.
    static func characterLength(_ bytes: Span<UInt8>, _ index: Int, before end: Int) -> Int {
        let length =
            switch bytes[index] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        guard index + length <= end else { return 1 }
        for offset in 1..<max(length, 1) where bytes[index + offset] & 0xC0 != 0x80 { return 1 }
        return length
    }

    /// The scalar of two or three bytes that is there; 0 if there is none.
    private static func scalar(_ bytes: Span<UInt8>, _ index: Int, _ length: Int) -> UInt32 {
        switch length {
        case 2: UInt32(bytes[index] & 0x1F) << 6 | UInt32(bytes[index + 1] & 0x3F)
        case 3:
            UInt32(bytes[index] & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
        default: 0
        }
    }

    /// Whether it is a blank or a sign that is written directly next to addresses in prose, although RFC 6531 allows it
    /// in them: typographic quotes, ideographic punctuation and the full-width forms of ASCII's.
    static func isSign(_ bytes: Span<UInt8>, _ index: Int, _ length: Int) -> Bool {
        switch scalar(bytes, index, length) {
        case 0xA0, 0xA1, 0xA7, 0xA8, 0xAB, 0xAF, 0xB0, 0xB4, 0xB6, 0xB7, 0xBB, 0xBF: true
        // Blanks, dashes, quotes, bullets, an ellipsis; not what is invisible or sets the direction.
        case 0x2000...0x200A, 0x2010...0x2027, 0x202F...0x205F: true
        case 0x3000...0x3004, 0x3008...0x3020, 0x3030: true
        case 0xFF01...0xFF0F, 0xFF1A...0xFF20, 0xFF3B...0xFF40, 0xFF5B...0xFF65: true
        default: false
        }
    }

    /// Whether it is a sign that is within words, too: an apostrophe, a hyphen or a dash.
    static func joinsWords(_ bytes: Span<UInt8>, _ index: Int, _ length: Int) -> Bool {
        switch scalar(bytes, index, length) {
        case 0xB4, 0xB7, 0x2010...0x2015, 0x2018, 0x2019, 0x201B, 0x2027, 0x2032, 0xFF07, 0xFF0D, 0xFF3F: true
        default: false
        }
    }

    /// Whether a word may end with the character and go on after an apostrophe or a dash. Scripts without blanks have
    /// neither within words.
    static func endsWord(_ bytes: Span<UInt8>, _ index: Int, _ length: Int) -> Bool {
        switch bytes[index] {
        case let byte where byte.isLetterOrDigit: true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"): true
        case 0..<0x80: false
        default: !isSign(bytes, index, length) && !isOfBlanklessScript(bytes, index, length)
        }
    }

    /// Whether it is a letter of a script that puts no blanks between an address and the words next to it: Chinese,
    /// Japanese, Korean (whose particles follow a word directly), Thai, Lao, Burmese and Khmer.
    static func isOfBlanklessScript(_ bytes: Span<UInt8>, _ index: Int, _ length: Int) -> Bool {
        // Ideographs of the planes 2 and 3.
        if length == 4 { return bytes[index] == 0xF0 && bytes[index + 1] >= 0xA0 }
        return switch scalar(bytes, index, length) {
        case 0x0E00...0x0EFF, 0x1000...0x11FF, 0x1780...0x17FF: true
        case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3021...0x3029, 0x3031...0x9FFF: true
        case 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFF66...0xFFDC: true
        default: false
        }
    }

    /// Whether it is a full stop that IDNA takes for a dot (RFC 3490 section 3.1): `。`, `．` or `｡`.
    static func isFullStop(_ bytes: Span<UInt8>, _ index: Int, _ length: Int) -> Bool {
        switch scalar(bytes, index, length) {
        case 0x3002, 0xFF0E, 0xFF61: true
        default: false
        }
    }

    /// Whether it is the full-width form of a letter or a digit, which IDNA maps to ASCII.
    static func isFullWidth(_ bytes: Span<UInt8>, _ index: Int, _ length: Int) -> Bool {
        switch scalar(bytes, index, length) {
        case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A: true
        default: false
        }
    }

    /// Whether every character is visible: none is a control character, a direction mark, ignorable (including the
    /// joiners U+200C and U+200D), or a blank beyond ASCII. Bytes that are not UTF-8 are taken for Latin-1.
    static func isSeen(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var isASCII = true
        for index in range where bytes[index] >= 0x80 { isASCII = false }
        if isASCII { return true }
        var index = range.lowerBound
        while index < range.upperBound {
            let length = characterLength(bytes, index, before: range.upperBound)
            if length == 1, bytes[index] >= 0x80 {
                if bytes[index] == 0xA0 || bytes[index] == 0xAD { return false }
            } else if length > 1 {
                let text = String(reading: bytes.extracting(index..<(index + length)))
                guard let scalar = text.unicodeScalars.first, scalar.isSeen else { return false }
            }
            index += length
        }
        return true
    }
}
