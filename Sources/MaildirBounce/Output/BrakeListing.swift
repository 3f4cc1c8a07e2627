import Bytes
import Ledger

extension BrakeEpisode {
    /// The first line of a table.
    static let columns = ["provider", "reason", "start", "end", "addresses", "waiting", "status"]

    var cells: [String] {
        [
            provider, reason.text, timestamp(start) ?? "", timestamp(end) ?? "", "\(addresses)", "\(held)", status.name,
        ]
    }

    /// One sentence for people: who, what, when, how many.
    var sentence: String {
        "\(provider) \(reason.text), \(timestamp(start) ?? "?") to \(timestamp(end) ?? "?"), \(addresses) addresses"
    }
}

extension JSONWriter {
    mutating func brakeEpisode(_ episode: BrakeEpisode) {
        object { writer in
            writer.member("provider", episode.provider)
            writer.member("reason", episode.reason.text)
            writer.member("start", timestamp(episode.start))
            writer.member("end", timestamp(episode.end))
            writer.member("addresses", episode.addresses)
            writer.member("waiting", episode.held)
            writer.member("status", episode.status.name)
        }
    }
}

extension HeldReport {
    /// The first line of a table.
    static let columns = ["report", "arrival", "class", "addresses", "domains", "message_id", "file", "status"]
    /// How many domains a list for people names.
    static let domainLimit = 3

    /// - Parameter short: for people; a program gets the whole id and every domain.
    func cells(short: Bool) -> [String] {
        let more = short && domains.count > Self.domainLimit ? ", …" : ""
        return [
            short ? String(id.prefix(Self.shown)) : id, timestamp(arrival) ?? "", `class`.text, "\(addresses)",
            (short ? Array(domains.prefix(Self.domainLimit)) : domains).joined(separator: ", ") + more,
            messageID ?? "-", file, status.name,
        ]
    }

    /// One sentence for people: what, when, how many, where.
    var sentence: String {
        "\(`class`.text) of \(timestamp(arrival) ?? "?") about \(addresses) addresses, \(file)"
    }
}

extension JSONWriter {
    mutating func heldReport(_ report: HeldReport) {
        object { writer in
            writer.member("report", report.id)
            writer.member("arrival", timestamp(report.arrival))
            writer.member("class", report.class.text)
            writer.member("addresses", report.addresses)
            writer.array("domains", report.domains)
            writer.member("message_id", report.messageID)
            writer.member("file", report.file)
            writer.member("status", report.status.name)
        }
    }
}
