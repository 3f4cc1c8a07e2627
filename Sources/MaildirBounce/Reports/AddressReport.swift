import Ledger

/// What the ledger knows of an address, for a person.
struct AddressText {
    /// Seconds since 1970, to tell whether a suppression with an end still holds.
    let now: Int64
    /// Columns to cut lines to, or nil.
    let width: Int?

    func lines(_ record: AddressRecord?, asked address: String) -> [String] {
        guard let record else { return [terminalSafe("\(address): no report has named it; it may be mailed")] }
        var lines = [record.address]
        if let suppression = record.state.suppression, suppression.holds(at: now) {
            lines.append("    suppressed \(suppression.sentence)")
        } else {
            lines.append("    may be mailed")
        }
        let counters = record.state.counters.named.filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
        lines.append("    reports: " + (counters.isEmpty ? "none" : counters.joined(separator: ", ")))
        if let first = record.state.firstSeen.flatMap(timestamp), let last = record.state.lastSeen.flatMap(timestamp) {
            lines.append("    first \(first), last \(last)")
        }
        if !record.history.isEmpty { lines.append("    history, the latest first:") }
        lines += record.history.map(line)
        return lines.map { cut(terminalSafe($0), toColumns: width) }
    }

    private func line(_ row: HistoryRow) -> String {
        let outcome = row.outcome
        let words: [String?] = [
            timestamp(row.arrival), row.class, row.origin, outcome.kind, outcome.reason, outcome.status,
            outcome.diagnostic.map { "- \($0)" },
        ]
        return "        " + words.compactMap(\.self).joined(separator: "  ")
    }
}

extension AddressState.Counters {
    /// The counters under the names that the reports use.
    var named: [(name: StaticString, count: Int)] {
        [
            ("hard", hard), ("soft", soft), ("delayed", delayed), ("delivered", delivered), ("complaint", complaint),
            ("auto-reply", autoReply), ("other", other),
        ]
    }
}

extension JSONWriter {
    /// One line: an address's state, counters and history.
    mutating func address(_ record: AddressRecord?, asked address: String, now: Int64) {
        object { writer in
            writer.member("address", record?.address ?? address)
            let suppression = record?.state.suppression.flatMap { $0.holds(at: now) ? $0 : nil }
            writer.member("suppressed", suppression != nil)
            if let suppression { writer.object("suppression") { $0.suppression(suppression) } }
            guard let record else { return }
            writer.object("reports") { writer in
                for counter in record.state.counters.named { writer.member(counter.name, counter.count) }
            }
            writer.member("first_seen", record.state.firstSeen.flatMap(timestamp))
            writer.member("last_seen", record.state.lastSeen.flatMap(timestamp))
            writer.array("history", record.history) { writer, row in writer.history(row) }
        }
        endLine()
    }

    private mutating func history(_ row: HistoryRow) {
        object { writer in
            writer.member("arrival", timestamp(row.arrival))
            writer.member("class", row.class)
            writer.member("origin", row.origin)
            writer.member("kind", row.outcome.kind)
            writer.member("reason", row.outcome.reason)
            writer.member("status", row.outcome.status)
            writer.member("reply_code", row.outcome.replyCode)
            writer.member("action", row.outcome.action)
            writer.member("diagnostic", row.outcome.diagnostic)
            writer.member("remote_mta", row.outcome.remoteMTA)
            writer.member("command", row.outcome.command)
            writer.member("message_id", row.messageID)
            writer.member("dialect", row.dialect)
            writer.member("reporting_mta", row.reportingMTA)
            writer.member("file", row.destination)
        }
    }
}
