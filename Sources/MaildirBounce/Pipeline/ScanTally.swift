import Ledger

/// What one scan did, in numbers.
struct ScanTally {
    /// Messages that were read and classified.
    private(set) var read = 0
    private(set) var counted = 0
    /// Files with a report that another file had brought.
    private(set) var duplicates = 0
    /// Files that an earlier run had counted; only moved.
    private(set) var known = 0
    /// By class.
    private(set) var classes: [String: Int] = [:]
    /// Files that a limit cut.
    private(set) var cut = 0
    /// Reports whose outcomes did not count, by the reason.
    private(set) var withheld: [String: Int] = [:]
    /// What stayed in new/: no messages, or not to be read.
    var left = 0

    mutating func add(_ message: ScannedMessage, _ outcome: CommitOutcome) {
        read += 1
        classes[message.event.class, default: 0] += 1
        if message.destination.isFlagged { cut += 1 }
        if let reason = message.withheld { withheld[reason.rawValue, default: 0] += 1 }
        switch outcome {
        case .counted: counted += 1
        case .duplicate: duplicates += 1
        case .alreadyKnown: known += 1
        }
    }

    /// The summary line.
    var sentence: String {
        guard read > 0 || left > 0 else { return "nothing new" }
        var sentence = "\(read) \(read == 1 ? "message" : "messages")"
        let byNumber = classes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !byNumber.isEmpty { sentence += ": " + byNumber.map { "\($0.value) \($0.key)" }.joined(separator: ", ") }
        var notes = ["\(counted) counted"]
        if duplicates > 0 { notes.append("\(duplicates) duplicates") }
        if known > 0 { notes.append("\(known) known from an earlier run") }
        if cut > 0 { notes.append("\(cut) flagged, since a limit cut them") }
        if !withheld.isEmpty {
            let reasons = withheld.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            notes.append(
                "\(withheld.values.reduce(0, +)) not trusted and without effect ("
                    + reasons.map { "\($0.value) \($0.key)" }.joined(separator: ", ") + ")")
        }
        if left > 0 { notes.append("\(left) left in new/") }
        return sentence + "; " + notes.joined(separator: ", ")
    }
}
