import Ledger

/// The counts of one scan.
struct ScanTally {
    private(set) var run = RunTally()
    /// What stayed in new/: not messages, or unreadable.
    var left = 0

    mutating func add(_ message: ScannedMessage, _ outcome: CommitOutcome) {
        let isCanary = outcome == .canary
        run.add(
            isCanary ? .canary : message.event.class, isCut: message.destination.isFlagged,
            withheld: isCanary ? nil : message.withheld)
        run.add(outcome)
    }

    /// The summary line.
    var sentence: String {
        guard run.read > 0 || left > 0 else { return "nothing new" }
        return run.sentence(
            known: "known from an earlier run", cut: "flagged, since a limit cut them",
            notes: left > 0 ? ["\(left) left in new/"] : [])
    }
}
