import Bytes
import Ledger

/// What a scan or a backlog would change, collected over a dry run, as a table.
struct PreviewTable {
    /// How many addresses of each kind are listed; the rest are only counted.
    static let namedAddresses = 1_000

    /// Columns to cut lines to, or nil.
    let width: Int?
    private var folders: [String: Int] = [:]
    private var outcomes: [CommitOutcome: Int] = [:]

    init(width: Int?) { self.width = width }

    mutating func add(_ message: ScannedMessage) {
        let path = message.event.destination ?? ""
        folders[String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), default: 0] += 1
    }

    mutating func add(_ results: [CommitOutcome]) {
        for outcome in results { outcomes[outcome, default: 0] += 1 }
    }

    /// - Parameter summary: the changes that the run would make.
    func lines(_ tally: ScanTally, _ summary: PreviewSummary) -> [String] {
        var lines = ["", "Nothing was changed. A scan would do this:"]
        lines += table(tally.run.classes.sorted { $0.key < $1.key }.map { ("\($0.value)", $0.key) })
        lines += table([
            ("\(outcomes[.counted] ?? 0)", "would be counted"),
            ("\(outcomes[.duplicate] ?? 0)", "are duplicates of a report that another file has brought"),
            ("\(outcomes[.alreadyKnown] ?? 0)", "were counted by an earlier run and would only be moved"),
            ("\(outcomes[.canary] ?? 0)", "are about a canary, and count for no address"),
            ("\(tally.run.withheldCount)", "are not trusted and would have no effect (\(tally.run.withheldReasons))"),
            ("\(tally.left)", "would stay in new/"),
        ])
        lines += table(folders.sorted { $0.key < $1.key }.map { ("\($0.value)", "would go to \($0.key)") })
        return lines + addressLines(summary)
    }

    /// What it would mean for addresses and providers.
    func addressLines(_ summary: PreviewSummary) -> [String] {
        var lines: [String] = []
        if summary.adoptsPolicy {
            lines.append(
                "The policy has changed since the ledger was written; all states would be derived again first.")
        }
        func list(_ heading: String, _ rows: [SuppressedAddress], _ count: Int) {
            lines.append("\(heading): \(count)")
            lines += rows.map { terminalSafe("    \($0.address)  \($0.suppression.why)").cut(toColumns: width) }
            if count > rows.count { lines.append("    and \(count - rows.count) more") }
        }
        list("Newly suppressed addresses", summary.newlySuppressed, summary.newlySuppressedCount)
        if summary.noLongerSuppressedCount > 0 {
            list("No longer suppressed", summary.noLongerSuppressed, summary.noLongerSuppressedCount)
        }
        lines.append("Addresses whose counters change: \(summary.changeCount)")
        lines += summary.changes.map { terminalSafe("    \($0.address)  \(sentence($0))").cut(toColumns: width) }
        if summary.changeCount > summary.changes.count {
            lines.append("    and \(summary.changeCount - summary.changes.count) more")
        }
        lines.append("Brakes that would pull: \(summary.brakes.count)")
        lines += summary.brakes.map { terminalSafe("    \(sentence($0))").cut(toColumns: width) }
        return lines
    }

    /// The counters before and after: `hard 0 -> 1, soft 2 -> 3`.
    private func sentence(_ change: AddressChange) -> String {
        let before = change.before?.counters ?? AddressState.Counters()
        var words: [String] = []
        for (old, new) in zip(before.named, change.after.counters.named) where old.count != new.count {
            words.append("\(new.name) \(old.count) -> \(new.count)")
        }
        let (days, newDays) = (change.before?.streakDays ?? 0, change.after.streakDays)
        if days != newDays { words.append("days of soft bounces \(days) -> \(newDays)") }
        for (stream, _) in change.after.unsubscribed
        where change.before?.unsubscribed.contains(where: { $0.stream == stream }) != true {
            words.append("unsubscribed from \(stream)")
        }
        if change.after.held != nil, change.before?.held == nil { words.append("held back by the brake") }
        if change.before?.suppression != nil, change.after.suppression == nil { words.append("no longer suppressed") }
        return words.isEmpty ? "other details" : words.joined(separator: ", ")
    }

    private func sentence(_ brake: BrakeEpisode) -> String {
        let span = [brake.start, brake.end].map { timestamp($0) ?? "?" }.joined(separator: " to ")
        return "\(brake.provider) \(brake.reason.text), \(span): \(brake.addresses) addresses; suppresses nobody until "
            + "somebody decides"
    }

    private func table(_ rows: [(number: String, text: String)]) -> [String] {
        rows.filter { $0.number != "0" }.map { row in
            let padding = String(repeating: " ", count: max(0, 8 - row.number.count))
            return terminalSafe(padding + row.number + "  " + row.text).cut(toColumns: width)
        }
    }
}
