/// Whether a character is invisible, or changes how others are shown: control characters, line and paragraph
/// separators, direction marks, joiners, tags, variation selectors and everything else that Unicode says should not be
/// shown (Default_Ignorable_Code_Point), interlinear annotations, the blank of Braille, noncharacters.
///
/// Every output escapes them: texts come from mails, and what is shown must be what is there.
///
/// - Parameter scalar: a Unicode scalar's value.
@inlinable package func isHidden(_ scalar: UInt32) -> Bool {
    if scalar < 0xAD { return scalar < 0x20 || scalar >= 0x7F && scalar < 0xA0 }
    // Most text beyond ASCII is in these scripts.
    if scalar >= 0x3165 && scalar < 0xFDD0 { return false }
    return isHiddenBeyondASCII(scalar)
}

@usableFromInline package func isHiddenBeyondASCII(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0xAD, 0x34F, 0x600...0x605, 0x61C, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x115F...0x1160, 0x17B4...0x17B5,
        0x180B...0x180F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x2800, 0x3164, 0xFDD0...0xFDEF,
        0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0x110BD, 0x110CD, 0x13430...0x1343F, 0x1BCA0...0x1BCA3,
        0x1D173...0x1D17A, 0xE0000...0xE0FFF:
        true
    default: scalar & 0xFFFE == 0xFFFE
    }
}

extension Unicode.Scalar {
    /// Whether a reader sees the character: it is not one of the hidden ones, no blank beyond ASCII, and not U+FFFD,
    /// which replaces unreadable bytes. With an invisible character, an address would look like another.
    package var isSeen: Bool {
        if isASCII { return !UInt8(ascii: self).isControl }
        // A blank of Braille is blank.
        if properties.isDefaultIgnorableCodePoint || self == "\u{2800}" || self == "\u{FFFD}" { return false }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: return false
        default: return true
        }
    }
}
