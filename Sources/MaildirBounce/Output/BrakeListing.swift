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
