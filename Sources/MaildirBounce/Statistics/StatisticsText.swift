import Bytes

/// A table of a report for a person: columns that are all zero are left out, and those that do not fit become one.
struct StatisticsText {
    /// What stands where the reports do not say.
    static let notSaid = "(not said)"
    /// The preferred and the minimum width of the row names.
    private static let nameColumns = 24
    private static let leastNameColumns = 8
    private static let gap = 2

    /// Columns of the screen, or nil for no limit.
    let width: Int?

    /// - Parameter limit: how many rows at most; the rest becomes one line.
    func lines(_ table: StatisticsTable, limit: Int?) -> [String] {
        guard !table.rows.isEmpty else { return ["    none"] }
        let fitted = fit(table)
        let (shown, rest) = fitted.rows(limit: limit)
        var names = shown.map { $0.value.isEmpty ? Self.notSaid : terminalSafe($0.value) }
        var counts = shown.map(\.counts)
        if !rest.isEmpty {
            names.append("\(rest.count) \(table.by == .day ? "earlier" : "more")")
            counts.append(StatisticsTable(by: table.by, columns: fitted.columns, rows: Array(rest)).total)
        }
        let ends = shown.map { $0.lastSeen.flatMap(timestamp).map { "  last \($0)" } ?? "" }

        let headings = fitted.columns.map { $0.heading.split(separator: "-").map(String.init) }
        let widths = fitted.columns.indices.map { column in
            max(
                headings[column].map(\.count).max() ?? 0,
                counts.map { String($0[column]).count }.max() ?? 0)
        }
        let numbers = widths.reduce(0) { $0 + $1 + Self.gap }
        let longest = names.map(\.columnCount).max() ?? 0
        let nameWidth = width.map { min(longest, max(Self.leastNameColumns, $0 - numbers)) } ?? longest
        var lines: [String] = []
        let depth = headings.map(\.count).max() ?? 0
        for level in 0..<depth {
            let words = headings.map { $0.count >= depth - level ? $0[$0.count - (depth - level)] : "" }
            lines.append("".padded(toColumns: nameWidth) + cells(words, widths))
        }
        for (index, name) in names.enumerated() {
            let end = ends.indices.contains(index) ? ends[index] : ""
            let line =
                name.cut(toColumns: nameWidth).padded(toColumns: nameWidth)
                + cells(counts[index].map(String.init), widths)
            lines.append((line + end).cut(toColumns: width))
        }
        return lines
    }

    /// The columns that have something to say; the least of them together under `other` until all fit.
    private func fit(_ table: StatisticsTable) -> StatisticsTable {
        let total = table.total
        var kept = table.columns.indices.filter { $0 == 0 || total[$0] > 0 }
        var merged: [Int] = []
        func result() -> StatisticsTable {
            var fitted = StatisticsTable(by: table.by, columns: kept.map { table.columns[$0] }, rows: [])
            if !merged.isEmpty { fitted.columns.append(StatisticsTable.Column(key: "rest", heading: "the-rest")) }
            fitted.rows = table.rows.map { row in
                var new = row
                new.counts = kept.map { row.counts[$0] }
                if !merged.isEmpty { new.counts.append(merged.reduce(0) { $0 + row.counts[$1] }) }
                return new
            }
            return fitted
        }
        guard let width else { return result() }
        let longest = min(Self.nameColumns, table.rows.map { $0.value.columnCount }.max() ?? 0)
        while kept.count > 1 {
            let fitted = result()
            let sums = fitted.total
            let numbers = zip(fitted.columns, sums).reduce(0) { sum, column in
                let heading = column.0.heading.split(separator: "-").map(\.count).max() ?? 0
                return sum + Self.gap + max(heading, String(column.1).count)
            }
            if longest + numbers <= width { return fitted }
            guard let least = kept.dropFirst().min(by: { total[$0] < total[$1] }) else { break }
            kept.removeAll { $0 == least }
            merged.append(least)
        }
        return result()
    }

    private func cells(_ words: [String], _ widths: [Int]) -> String {
        zip(words, widths).map { word, width in
            String(repeating: " ", count: Self.gap + max(0, width - word.count)) + word
        }.joined()
    }
}
