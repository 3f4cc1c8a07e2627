extension String {
    /// The text cut to so many columns, with an ellipsis where something was lost.
    ///
    /// - Parameter columns: nil for no limit. Wide characters (Chinese, Japanese, Korean, emoji) take two, as terminals show
    ///   them.
    func cut(toColumns columns: Int?) -> String {
        guard let columns, utf8.count > columns else { return self }
        var used = 0
        var end = unicodeScalars.startIndex
        var ellipsisEnd = end
        for scalar in unicodeScalars {
            used += scalar.columnCount
            if used > columns { return String(unicodeScalars[..<ellipsisEnd]) + "…" }
            end = unicodeScalars.index(after: end)
            if used < columns { ellipsisEnd = end }
        }
        return self
    }

    /// The text with blanks after it, where it takes fewer columns of a terminal.
    func padded(toColumns columns: Int) -> String {
        self + String(repeating: " ", count: max(0, columns - columnCount))
    }

    /// How many columns of a terminal the text takes.
    var columnCount: Int { unicodeScalars.reduce(0) { $0 + $1.columnCount } }
}

extension Unicode.Scalar {
    fileprivate var columnCount: Int {
        switch value {
        case 0x0300...0x036F, 0x200B...0x200D, 0xFE00...0xFE0F: 0
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
