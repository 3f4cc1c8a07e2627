/// Text truncated to a number of columns, with an ellipsis if something was cut.
///
/// - Parameter columns: nil for no limit. Wide characters (Chinese, Japanese, Korean, emoji) take two, as terminals show
///   them.
func cut(_ text: String, toColumns columns: Int?) -> String {
    guard let columns, text.utf8.count > columns else { return text }
    var used = 0
    var end = text.unicodeScalars.startIndex
    var ellipsisEnd = end
    for scalar in text.unicodeScalars {
        used += columnCount(scalar)
        if used > columns { return String(text.unicodeScalars[..<ellipsisEnd]) + "…" }
        end = text.unicodeScalars.index(after: end)
        if used < columns { ellipsisEnd = end }
    }
    return text
}

/// How many columns of a terminal a text takes.
func columnCount(of text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + columnCount($1) } }

private func columnCount(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x0300...0x036F, 0x200B...0x200D, 0xFE00...0xFE0F: 0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        2
    default: 1
    }
}
