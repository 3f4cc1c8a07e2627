/// Lines in columns, as wide as their widest.
func columns(_ rows: [[String]]) -> [String] {
    var widths: [Int] = []
    for row in rows {
        for (index, cell) in row.enumerated() {
            if index == widths.count { widths.append(0) }
            widths[index] = max(widths[index], columnCount(of: cell))
        }
    }
    return rows.map { row in
        row.enumerated().map { index, cell in
            index == row.count - 1 ? cell : padded(cell, toColumns: widths[index])
        }.joined(separator: "  ")
    }
}

/// A text with blanks after it, if it takes fewer columns of a terminal.
func padded(_ text: String, toColumns columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - columnCount(of: text)))
}
