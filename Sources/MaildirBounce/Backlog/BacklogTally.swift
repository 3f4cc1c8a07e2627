import Ledger
import Verdict

/// The counts of a run over a backlog.
struct BacklogTally {
    private(set) var run = RunTally()
    /// Messages before or after the requested period.
    var outside = 0
    /// With --reclassify: messages whose verdict changed, by the class before and now.
    private(set) var changes: [String: Int] = [:]

    var changed: Int { changes.values.reduce(0, +) }

    mutating func add(_ message: BacklogMessage) {
        run.add(message.event.class, isCut: message.isCut, withheld: message.withheld)
    }

    mutating func add(_ outcome: CommitOutcome) { run.add(outcome) }

    mutating func add(_ outcome: ReclassifyOutcome, now: Token<MessageClass>) {
        switch outcome {
        case .new(let outcome): run.add(outcome)
        case .unchanged, .kept: run.addKnown()
        case .changed(let former):
            run.addKnown()
            changes[former == now ? "\(now.text), in its details" : "\(former.text) to \(now.text)", default: 0] += 1
        }
    }

    /// The summary line.
    var sentence: String {
        guard run.read > 0 || outside > 0 else { return "no message" }
        return run.sentence(
            known: "known before", cut: "cut by a limit", notes: outside > 0 ? ["\(outside) outside the period"] : [])
    }
}
