import Bytes
import Ledger

/// Writes rows of the feed of changes.
struct ChangeList {
    /// The lines around a snapshot.
    enum Mark: String {
        /// What a reader has so far is void; what follows is everything.
        case begin
        /// That was everything, up to the number that this line has.
        case complete
    }

    let format: ListFormat
    /// The epoch of all rows.
    let epoch: String
    private var json = JSONWriter()

    init(format: ListFormat, epoch: String) {
        self.format = format
        self.epoch = epoch
    }

    /// What comes before the first row.
    var header: String? {
        format == .csv
            ? CSV.row([
                "number", "epoch", "at", "change", "address", "domain", "stream", "cause", "reason", "key",
            ]) : nil
    }

    mutating func line(_ change: LedgerChange) -> [UInt8] {
        let (number, at) = (change.number.map { "\($0)" }, timestamp(change.at))
        let (cause, reason) = (change.suppression?.cause.name, change.suppression?.reason.text ?? change.canary)
        switch format {
        case .text:
            let columns = [
                number, at, change.kind.name, change.address ?? change.domain?.text ?? change.key, change.stream, cause,
                reason,
            ]
            return Array((columns.map { terminalSafe($0 ?? "-") }.joined(separator: "\t") + "\n").utf8)
        case .csv:
            return Array(
                CSV.row([
                    number, epoch, at, change.kind.name, change.address, change.domain?.text, change.stream, cause,
                    reason,
                    change.key,
                ]).utf8)
        case .jsonl:
            json.removeAll()
            json.object { writer in
                writer.member("number", change.number.map(Int.init))
                writer.member("epoch", epoch)
                writer.member("at", at)
                writer.member("change", change.kind.name)
                writer.member("address", change.address)
                writer.member("domain", change.domain?.text)
                writer.member("stream", change.stream)
                writer.member("cause", cause)
                writer.member("reason", change.suppression?.reason.text)
                writer.member("canary", change.canary)
                writer.member("relay", change.suppression?.relay?.text)
                writer.member("key", change.key)
                writer.object("captured", change.captured.map { ($0.name, $0.value) })
            }
            json.endLine()
            return json.bytes
        }
    }

    mutating func line(_ mark: Mark, number: Int64? = nil) -> [UInt8] {
        let text = number.map { "\($0)" }
        switch format {
        case .text: return Array("\(text ?? "-")\t-\t\(mark.rawValue)\t\(epoch)\n".utf8)
        case .csv:
            return Array(CSV.row([text, epoch, nil, mark.rawValue, nil, nil, nil, nil, nil, nil]).utf8)
        case .jsonl:
            json.removeAll()
            json.object { writer in
                writer.member("number", number.map(Int.init))
                writer.member("epoch", epoch)
                writer.member("change", mark.rawValue)
            }
            json.endLine()
            return json.bytes
        }
    }
}

/// How far a reader of the feed has got: `4711`, or with the epoch `a1b2c3d4:4711`.
struct FeedCursor {
    var epoch: String?
    var number: Int64

    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last, last.utf8.allSatisfy(\.isDigit), let number = Int64(last),
            parts.count == 1 || !parts[0].isEmpty
        else { return nil }
        self.number = number
        epoch = parts.count == 2 ? String(parts[0]) : nil
    }
}
