/// ASCII classes of a byte. All mail formats are built from these few classes.
extension UInt8 {
    /// Blank, tab, CR, LF, vertical tab or form feed.
    @inlinable package var isSpace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }
    /// Blank or tab (RFC 5234 WSP).
    @inlinable package var isBlank: Bool { self == 0x20 || self == 0x09 }
    /// Control character, DEL included.
    @inlinable package var isControl: Bool { self < 0x20 || self == 0x7F }
    /// Printable character other than the blank (RFC 5234 VCHAR).
    @inlinable package var isVisible: Bool { self > 0x20 && self < 0x7F }
    /// ASCII letter.
    @inlinable package var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    /// ASCII digit.
    @inlinable package var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    /// ASCII letter or digit.
    @inlinable package var isLetterOrDigit: Bool { isLetter || isDigit }
    /// ASCII letter or digit, or a byte of a character beyond ASCII.
    @inlinable package var isWord: Bool { isLetter || isDigit || self >= 0x80 }
    /// What a local part may hold without quotes: atext (RFC 5322 section 3.2.3), UTF-8 (RFC 6532) and the dot.
    @inlinable package var isLocalPart: Bool {
        switch self {
        case 0x61...0x7A, 0x30...0x39, 0x41...0x5A, 0x80...0xFF: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
        default: false
        }
    }
    /// The lower case ASCII letter, or the byte itself.
    @inlinable package var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}
