import Bytes
import Ledger

/// How far the hooks have got: those of the configuration, and others that the ledger knows.
struct HookListing {
    struct Entry {
        var progress: HookProgress
        /// Whether the configuration has it.
        var isConfigured: Bool
        /// Whether it has taken nothing of the feed as it is now.
        var beginsAgain: Bool
        /// Since when something waits for it, in seconds since 1970 UTC.
        var waitingSince: Int64?

        /// Whether something has waited for so many seconds.
        func isLate(_ seconds: Int64, at now: Int64) -> Bool { waitingSince.map { now - $0 >= seconds } ?? false }
    }

    private(set) var entries: [Entry] = []

    /// - Parameter names: the hooks of the configuration.
    init(_ names: [String], _ ledger: LedgerStore) throws(LedgerError) {
        let known = try ledger.hooks()
        if known.isEmpty, names.isEmpty { return }
        let (feed, oldest) = try ledger.changes(after: 0, limit: 1)
        func entry(_ progress: HookProgress, isConfigured: Bool) -> Entry {
            let beginsAgain = progress.epoch.map { !feed.continues(after: progress.number, in: $0) } ?? true
            let waitingSince = beginsAgain ? progress.done ?? oldest.first?.at : progress.lagSince
            return Entry(
                progress: progress, isConfigured: isConfigured, beginsAgain: beginsAgain, waitingSince: waitingSince)
        }
        for name in names {
            let progress = known.first { $0.name == name } ?? HookProgress(name: name)
            entries.append(entry(progress, isConfigured: true))
        }
        for progress in known where !names.contains(progress.name) {
            entries.append(entry(progress, isConfigured: false))
        }
    }

    private static let columns = ["name", "done", "waiting", "failures", "failure"]

    func lines(_ format: ListFormat) -> [[UInt8]] {
        switch format {
        case .text:
            if entries.isEmpty { return [Array("no hook is configured, see maildir-bounce hook --help\n".utf8)] }
            let rows = entries.map { $0.cells.map(terminalSafe) }
            return Columns.lines([Self.columns] + rows).map { Array(($0 + "\n").utf8) }
        case .csv: return ([Self.columns] + entries.map(\.cells)).map { Array(CSV.row($0).utf8) }
        case .jsonl:
            return entries.map { entry in
                var json = JSONWriter()
                json.object { $0.hook(entry) }
                json.endLine()
                return json.bytes
            }
        }
    }
}

extension HookListing.Entry {
    /// The cells of a table.
    fileprivate var cells: [String] {
        let waiting = beginsAgain ? "all" : "\(progress.lag)"
        let failure = isConfigured ? progress.failure ?? "" : "not in the configuration; hook reset drops it"
        return [progress.name, progress.done.flatMap(timestamp) ?? "never", waiting, "\(progress.failures)", failure]
    }

    /// One line for `status`.
    var sentence: String {
        let done = progress.done.flatMap(timestamp).map { "last done \($0)" } ?? "never run to the end"
        let waiting =
            beginsAgain ? "it will begin with everything" : progress.lag == 0 ? "nothing waits" : "\(progress.lag) wait"
        var text = "\(done), \(waiting)"
        if progress.failures > 0 { text += "; failed \(progress.failures)x: \(progress.failure ?? "?")" }
        return text
    }
}

extension JSONWriter {
    mutating func hook(_ entry: HookListing.Entry) {
        member("name", entry.progress.name)
        member("configured", entry.isConfigured)
        member("epoch", entry.progress.epoch)
        member("number", Int(entry.progress.number))
        member("tried", entry.progress.tried.flatMap(timestamp))
        member("done", entry.progress.done.flatMap(timestamp))
        member("begins_again", entry.beginsAgain)
        member("waiting", entry.progress.lag)
        member("waiting_since", entry.waitingSince.flatMap(timestamp))
        member("failures", entry.progress.failures)
        member("failure", entry.progress.failure)
    }
}
