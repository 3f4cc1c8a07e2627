import Ledger

/// What a scan would change, gathered over a dry run, as a table for a person.
struct PreviewTable {
    /// How many newly suppressed addresses are named; of the rest only the number is told.
    static let namedAddresses = 1_000

    /// Columns to cut lines to, or nil.
    let width: Int?
    private var folders: [String: Int] = [:]
    private var outcomes: [CommitOutcome: Int] = [:]
    private var suppressed: [SuppressedAddress] = []
    private var suppressedCount = 0

    init(width: Int?) { self.width = width }

    mutating func add(_ message: ScannedMessage) {
        let path = message.event.destination ?? ""
        folders[String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), default: 0] += 1
    }

    mutating func add(_ result: PreviewResult) {
        for outcome in result.outcomes { outcomes[outcome, default: 0] += 1 }
        suppressedCount += result.newlySuppressed.count
        suppressed.append(contentsOf: result.newlySuppressed.prefix(Self.namedAddresses - suppressed.count))
    }

    func lines(_ tally: ScanTally) -> [String] {
        var lines = ["", "Nothing was changed. A scan would do this:"]
        lines += table(tally.classes.sorted { $0.key < $1.key }.map { ("\($0.value)", $0.key) })
        lines += table([
            ("\(outcomes[.counted] ?? 0)", "would be counted"),
            ("\(outcomes[.duplicate] ?? 0)", "are duplicates of a report that another file has brought"),
            ("\(outcomes[.alreadyKnown] ?? 0)", "were counted by an earlier run and would only be moved"),
            ("\(tally.left)", "would stay in new/"),
        ])
        lines += table(folders.sorted { $0.key < $1.key }.map { ("\($0.value)", "would go to \($0.key)") })
        lines.append("Newly suppressed addresses: \(suppressedCount)")
        lines += suppressed.map { cut(terminalSafe("    \($0.address)  \($0.suppression.why)"), toColumns: width) }
        if suppressedCount > suppressed.count {
            lines.append("    and \(suppressedCount - suppressed.count) more")
        }
        return lines
    }

    private func table(_ rows: [(number: String, text: String)]) -> [String] {
        rows.filter { $0.number != "0" }.map { row in
            let padding = String(repeating: " ", count: max(0, 8 - row.number.count))
            return cut(terminalSafe(padding + row.number + "  " + row.text), toColumns: width)
        }
    }
}
