import Bytes
import Ledger

extension Suppression {
    /// Since when, until when and why: `since 2026-11-24T10:00:05Z: hard bounce (userunknown)`.
    var sentence: String { "\(time): \(why)" }

    /// Since when and until when.
    var time: String {
        let end = until.flatMap(timestamp).map { " until \($0)" } ?? ""
        return "since \(timestamp(since) ?? "?")\(end)"
    }
}

/// Writes the rows of the suppression list.
struct SuppressedList {
    private let format: ListFormat
    private var json = JSONWriter()

    init(format: ListFormat) { self.format = format }

    /// What comes before the first row.
    var header: String? {
        format == .csv ? CSV.row(["address", "cause", "reason", "since", "until", "why", "party"]) : nil
    }

    mutating func line(_ row: SuppressedAddress) -> [UInt8] {
        let suppression = row.suppression
        let (since, until) = (timestamp(suppression.since), suppression.until.flatMap(timestamp))
        switch format {
        case .text:
            let columns = [row.address, since ?? "", until ?? "-", suppression.why]
            return Array((columns.map(terminalSafe).joined(separator: "\t") + "\n").utf8)
        case .csv:
            return Array(
                CSV.row([
                    row.address, suppression.cause.name, suppression.reason.text, since, until, suppression.why,
                    suppression.party?.rawValue,
                ]).utf8)
        case .jsonl:
            json.removeAll()
            json.object { writer in
                writer.member("address", row.address)
                writer.suppression(suppression)
            }
            json.endLine()
            return json.bytes
        }
    }
}

extension JSONWriter {
    /// The members that say why an address is suppressed.
    mutating func suppression(_ suppression: Suppression) {
        member("domain", suppression.domain?.text)
        member("cause", suppression.cause.name)
        member("reason", suppression.reason.text)
        member("party", suppression.party?.rawValue)
        member("since", timestamp(suppression.since))
        member("until", suppression.until.flatMap(timestamp))
        member("days", suppression.days)
        member("relay", suppression.relay?.text)
        member("why", suppression.why)
    }
}
