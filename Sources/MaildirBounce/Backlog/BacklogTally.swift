import Ledger

/// What a run over a backlog did, in numbers.
struct BacklogTally {
    /// Messages that were read and lie in the period.
    private(set) var read = 0
    private(set) var counted = 0
    /// Messages with a report that another one had brought.
    private(set) var duplicates = 0
    /// Messages that the ledger knew.
    private(set) var known = 0
    /// By class.
    private(set) var classes: [String: Int] = [:]
    /// Messages that a limit cut.
    private(set) var cut = 0
    /// Reports whose outcomes did not count, by the reason.
    private(set) var withheld: [String: Int] = [:]
    /// Messages before or after the period that was asked for.
    var outside = 0
    /// With --reclassify: messages whose verdict is another one, by the class before and now.
    private(set) var changes: [String: Int] = [:]

    var changed: Int { changes.values.reduce(0, +) }

    mutating func add(_ message: BacklogMessage) {
        read += 1
        classes[message.event.class, default: 0] += 1
        if message.isCut { cut += 1 }
        if let reason = message.withheld { withheld[reason.rawValue, default: 0] += 1 }
    }

    mutating func add(_ outcome: CommitOutcome) {
        switch outcome {
        case .counted: counted += 1
        case .duplicate: duplicates += 1
        case .alreadyKnown: known += 1
        }
    }

    mutating func add(_ outcome: ReclassifyOutcome, now name: String) {
        switch outcome {
        case .new(let outcome): add(outcome)
        case .unchanged, .kept: known += 1
        case .changed(let former):
            known += 1
            changes[former == name ? "\(name), in its details" : "\(former) to \(name)", default: 0] += 1
        }
    }

    /// The classes, the most frequent first.
    var classesByNumber: [(name: String, count: Int)] {
        classes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    /// The summary line.
    var sentence: String {
        guard read > 0 || outside > 0 else { return "no message" }
        var sentence = "\(read) \(read == 1 ? "message" : "messages")"
        let classes = classesByNumber.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
        if !classes.isEmpty { sentence += ": " + classes }
        var notes = ["\(counted) counted"]
        if duplicates > 0 { notes.append("\(duplicates) duplicates") }
        if known > 0 { notes.append("\(known) known before") }
        if outside > 0 { notes.append("\(outside) outside the period") }
        if cut > 0 { notes.append("\(cut) cut by a limit") }
        if !withheld.isEmpty {
            let reasons = withheld.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            notes.append(
                "\(withheld.values.reduce(0, +)) not trusted and without effect ("
                    + reasons.map { "\($0.value) \($0.key)" }.joined(separator: ", ") + ")")
        }
        return sentence + "; " + notes.joined(separator: ", ")
    }
}
