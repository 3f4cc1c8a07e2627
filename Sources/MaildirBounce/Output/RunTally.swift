import Ledger
import Verdict

/// The counts of a run, common to a scan and a backlog.
struct RunTally {
    private(set) var read = 0
    private(set) var counted = 0
    /// Messages with a report that was already known from another one.
    private(set) var duplicates = 0
    /// Messages that an earlier run had counted.
    private(set) var known = 0
    /// Messages about a canary.
    private(set) var canaries = 0
    /// By class.
    private(set) var classes: [String: Int] = [:]
    /// Messages that a limit cut.
    private(set) var cut = 0
    /// Reports whose outcomes did not count, by the reason.
    private(set) var withheld: [String: Int] = [:]

    var withheldCount: Int { withheld.values.reduce(0, +) }

    /// The reasons, the most frequent first: `3 unsigned, 1 expired`.
    var withheldReasons: String { withheld.ranked.map { "\($0.value) \($0.key)" }.joined(separator: ", ") }

    mutating func add(_ messageClass: Token<MessageClass>, isCut: Bool, withheld reason: Withheld?) {
        read += 1
        classes[messageClass.text, default: 0] += 1
        if isCut { cut += 1 }
        if let reason { withheld[reason.rawValue, default: 0] += 1 }
    }

    mutating func add(_ outcome: CommitOutcome) {
        switch outcome {
        case .counted: counted += 1
        case .duplicate: duplicates += 1
        case .alreadyKnown: known += 1
        case .canary: canaries += 1
        }
    }

    mutating func addKnown() { known += 1 }

    /// The classes, the most frequent first.
    var classesByNumber: [(name: String, count: Int)] {
        classes.ranked.map { ($0.key, $0.value) }
    }

    /// The summary line.
    ///
    /// - Parameters:
    ///   - known: the words for messages that were known.
    ///   - cut: the words for messages that a limit cut.
    ///   - notes: further notes.
    func sentence(known knownWords: String, cut cutWords: String, notes more: [String]) -> String {
        var sentence = "\(read) \(read == 1 ? "message" : "messages")"
        let classes = classesByNumber.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
        if !classes.isEmpty { sentence += ": " + classes }
        var notes = ["\(counted) counted"]
        if duplicates > 0 { notes.append("\(duplicates) duplicates") }
        if known > 0 { notes.append("\(known) \(knownWords)") }
        if canaries > 0 { notes.append("\(canaries) about a canary") }
        if cut > 0 { notes.append("\(cut) \(cutWords)") }
        if !withheld.isEmpty {
            notes.append("\(withheldCount) not trusted and without effect (\(withheldReasons))")
        }
        return sentence + "; " + (notes + more).joined(separator: ", ")
    }

    /// What the ledger keeps of a run; `left` is how many could not be read.
    func record(maildir: String?, started: Int64, ended: Int64, left: Int) -> RunRecord {
        var counts = classes
        counts["counted"] = counted
        counts["duplicate"] = duplicates
        counts["already-known"] = known
        counts["left"] = left
        counts["canary"] = canaries
        counts["untrusted"] = withheldCount
        return RunRecord(maildir: maildir, started: started, ended: ended, counts: counts.filter { $0.value > 0 })
    }
}
