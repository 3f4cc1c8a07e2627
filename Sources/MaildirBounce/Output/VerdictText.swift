import Bytes
import Verdict
import Ledger

/// What a message is, for a person at a terminal: a line for the message and an indented line for each recipient.
struct VerdictText {
    /// Columns to cut diagnostics to, or nil for whole ones.
    var width: Int?
    /// Whether the evidence follows.
    var explain = false

    /// - Parameter withheld: why its outcomes do not count, for a scan.
    func lines(_ verdict: Verdict, file: String, withheld: Withheld? = nil) -> [String] {
        var lines = [terminalSafe(heading(verdict, file: file))]
        for outcome in verdict.recipients { lines.append(line(outcome)) }
        if let withheld {
            let effect = withheld == .ownAddress ? "in part without effect" : "not trusted, without effect"
            lines.append("    \(effect): \(withheld.sentence)")
        }
        if let limit = verdict.limitHit { lines.append(terminalSafe("    limit: \(limit)")) }
        guard explain else { return lines }
        if verdict.trust != .absent {
            let recipient = verdict.taggedRecipient.map { ", names \($0)" } ?? ""
            lines.append(terminalSafe("    return path: \(verdict.trust.rawValue)\(recipient)"))
        }
        if let id = verdict.tagID { lines.append(terminalSafe("    return path: id \(id)")) }
        if let original = verdict.original { lines.append(contentsOf: self.original(original)) }
        for evidence in verdict.evidence {
            let sentences = [sentence(evidence)] + evidence.passedOver.map { "passed over: \($0)" }
            lines += sentences.map { terminalSafe("    " + $0).cut(toColumns: width) }
        }
        return lines
    }

    private func heading(_ verdict: Verdict, file: String) -> String {
        var words = ["\(file): \(verdict.messageClass.rawValue)"]
        if let origin = verdict.origin { words.append(origin.rawValue) }
        if let dialect = verdict.dialect { words.append(dialect) }
        if let host = verdict.reportingMTA { words.append("by \(host)") }
        if let arrival = verdict.arrival.flatMap(timestamp) { words.append(arrival) }
        return words.joined(separator: ", ")
    }

    private func line(_ outcome: Outcome) -> String {
        var words = [outcome.address.isEmpty ? "(no address)" : outcome.address, outcome.kind.rawValue]
        if let reason = outcome.reason { words.append(reason.rawValue) }
        if let status = outcome.status { words.append(status) }
        if outcome.isVERP { words.append("(VERP)") }
        if let relay = outcome.relay {
            words.append("(on \(relay.name)'s suppression list)")
        }
        if outcome.isOwnRefusal { words.append("(refused by our own list)") }
        if outcome.isOwn { words.append("(our own address: never counted)") }
        if let final = outcome.finalAddress { words.append("(in the end \(final))") }
        if let diagnostic = outcome.diagnostic { words.append("- \(diagnostic)") }
        return terminalSafe("    " + words.joined(separator: "  ")).cut(toColumns: width)
    }

    private func original(_ original: OriginalMessage) -> [String] {
        let fields: [(String, String?)] =
            [
                ("original message", original.messageID), ("original from", original.from),
                ("original subject", original.subject),
            ] + original.headers.map { ("original \($0.name)", $0.value) }
        return fields.compactMap { name, value in value.map { terminalSafe("    \(name): \($0)").cut(toColumns: width) }
        }
    }

    private func sentence(_ evidence: Evidence) -> String {
        var sentence = "because: \(evidence.rule) at \(evidence.at)"
        if let speaker = evidence.speaker { sentence += " (\(speaker.rawValue))" }
        if let recipient = evidence.recipient { sentence += " for \(recipient)" }
        if let matched = evidence.matched { sentence += ": \"\(matched)\"" }
        if let other = evidence.runnerUp { sentence += " (before \(other))" }
        return sentence
    }
}
