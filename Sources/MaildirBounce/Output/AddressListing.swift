import Bytes
import Ledger
import Verdict

/// What the ledger knows of an address, for a person.
struct AddressText {
    /// Columns to cut lines to, or nil.
    let width: Int?

    /// - Parameter domain: what suppresses the address as part of a domain.
    func lines(
        _ record: AddressRecord?, asked address: String, _ result: CheckResult, domain: Suppression?
    ) -> [String] {
        guard let record else {
            guard case .suppressed(let suppression) = result else {
                return [terminalSafe("\(address): no report has named it; it may be mailed")]
            }
            let known = suppression.domain == nil ? "its history was erased" : "no report has named it"
            return [terminalSafe("\(address): \(known); suppressed \(suppression.sentence)")]
        }
        var lines = [record.address]
        if let spelling = record.state.spelling { lines.append("    first seen as \(spelling)") }
        if case .suppressed(let suppression) = result {
            lines.append("    suppressed \(suppression.sentence)")
            if let domain, suppression.domain == nil { lines.append("    and suppressed \(domain.sentence)") }
        } else {
            lines.append("    may be mailed")
        }
        for (stream, since) in record.state.unsubscribed {
            lines.append("    unsubscribed from \(stream) since \(timestamp(since) ?? "?")")
        }
        let counters = record.state.counters.named.filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
        lines.append("    reports: " + (counters.isEmpty ? "none" : counters.joined(separator: ", ")))
        let faults = Party.allCases.compactMap { party in record.parties[party].map { "\($0) the \(party.rawValue)'s" }
        }
        if !faults.isEmpty { lines.append("    whose fault: " + faults.joined(separator: ", ")) }
        if let first = record.state.firstSeen.flatMap(timestamp), let last = record.state.lastSeen.flatMap(timestamp) {
            lines.append("    first \(first), last \(last)")
        }
        if !record.actions.isEmpty { lines.append("    by hand, the latest first:") }
        lines += record.actions.map(line)
        if !record.history.isEmpty { lines.append("    history, the latest first:") }
        for row in record.history { lines += [line(row)] + (mail(row).map { [$0] } ?? []) }
        return lines.map { terminalSafe($0).cut(toColumns: width) }
    }

    private func line(_ action: ManualAction) -> String {
        let words: [String?] = [
            timestamp(action.at), action.kind.name, action.stream.map { "for \($0)" },
            action.cause == .manual ? nil : "as \(action.cause.name)", action.relay?.text, action.reason,
            action.until.flatMap(timestamp).map { "until \($0)" },
            action.author.map { "by \($0)" }, action.note.map { "- \($0)" },
        ]
        return "        " + words.compactMap(\.self).joined(separator: "  ")
    }

    private func line(_ row: HistoryRow) -> String {
        let outcome = row.outcome
        let words: [String?] = [
            timestamp(row.arrival), row.class.text, row.origin?.text, outcome.fate.kind.text, outcome.fate.relay?.text,
            outcome.reason.text, outcome.party?.rawValue, outcome.status, outcome.diagnostic.map { "- \($0)" },
        ]
        return "        " + words.compactMap(\.self).joined(separator: "  ")
    }

    /// Which mail a report is about: its stream, and what was captured of it; nil if nothing is known. The Message-ID comes
    /// last: it is long and says least to a person.
    private func mail(_ row: HistoryRow) -> String? {
        let last = CapturedField.Name.messageID.rawValue
        let captured = row.captured.filter { $0.name != CapturedField.Name.listID.rawValue || $0.value != row.stream }
        let fields = captured.filter { $0.name != last } + captured.filter { $0.name == last }
        let words = (row.stream.map { ["stream: \($0)"] } ?? []) + fields.map { "\($0.name): \($0.value)" }
        return words.isEmpty ? nil : "            " + words.joined(separator: "  ")
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

extension ManualAction.Kind {
    fileprivate var name: String {
        switch self {
        case .suppress: "suppress"
        case .release: "release"
        }
    }
}

extension JSONWriter {
    /// One line: an address's state, counters and history.
    mutating func address(
        _ record: AddressRecord?, asked address: String, _ result: CheckResult, domain: Suppression?
    ) {
        object { writer in
            writer.member("address", record?.address ?? address)
            writer.member("spelling", record?.state.spelling)
            writer.member("suppressed", result != .mayMail)
            if case .suppressed(let suppression) = result {
                writer.object("suppression") { $0.suppression(suppression) }
                if let domain, suppression.domain == nil {
                    writer.object("domain_suppression") { $0.suppression(domain) }
                }
            }
            guard let record else { return }
            if !record.state.unsubscribed.isEmpty {
                writer.array("unsubscribed", record.state.unsubscribed.map { ($0.stream, $0.since) }) { writer, row in
                    writer.object { writer in
                        writer.member("stream", row.0)
                        writer.member("since", timestamp(row.1))
                    }
                }
            }
            writer.object("reports") { writer in
                for counter in record.state.counters.named { writer.member(counter.name, counter.count) }
            }
            if !record.parties.isEmpty {
                writer.object("parties") { writer in
                    for party in Party.allCases { writer.member(named: party.rawValue, record.parties[party] ?? 0) }
                }
            }
            writer.member("first_seen", record.state.firstSeen.flatMap(timestamp))
            writer.member("last_seen", record.state.lastSeen.flatMap(timestamp))
            writer.array("actions", record.actions) { writer, action in writer.action(action) }
            writer.array("history", record.history) { writer, row in writer.history(row) }
        }
        endLine()
    }

    private mutating func action(_ action: ManualAction) {
        object { writer in
            writer.member("at", timestamp(action.at))
            writer.member("kind", action.kind.name)
            writer.member("stream", action.stream)
            if action.cause != .manual { writer.member("cause", action.cause.name) }
            writer.member("relay", action.relay?.text)
            writer.member("reason", action.reason)
            writer.member("until", action.until.flatMap(timestamp))
            writer.member("author", action.author)
            writer.member("note", action.note)
        }
    }

    private mutating func history(_ row: HistoryRow) {
        object { writer in
            writer.member("arrival", timestamp(row.arrival))
            writer.member("class", row.class.text)
            writer.member("origin", row.origin?.text)
            writer.member("kind", row.outcome.fate.kind.text)
            writer.member("relay", row.outcome.fate.relay?.text)
            if row.outcome.fate.isOwnRefusal { writer.member("own_refusal", true) }
            writer.member("reason", row.outcome.reason.text)
            writer.member("party", row.outcome.party?.rawValue)
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
            writer.member("stream", row.stream)
            writer.object("captured", row.captured.map { ($0.name, $0.value) })
        }
    }
}
