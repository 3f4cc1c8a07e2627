/// Rows whose cells stand one under the other.
enum Columns {
    /// A line for each row, with columns as wide as their widest cell.
    static func lines(_ rows: [[String]]) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.columnCount)
            }
        }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : cell.padded(toColumns: widths[index])
            }.joined(separator: "  ")
        }
    }
}
