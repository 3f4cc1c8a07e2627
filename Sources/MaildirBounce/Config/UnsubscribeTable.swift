import Ledger

/// The table `[unsubscribe]`: where requests to unsubscribe arrive in addition to the return path.
///
/// ```toml
/// [unsubscribe]
/// address = "unsubscribe@news.example"   # or a list of such
/// trust_from = false
/// streams = { "unsubscribe@news.example" = "news.firm.example" }
/// ```
struct UnsubscribeTable: Sendable, Equatable {
    /// As the ledger spells them.
    var addresses: [CanonicalAddress] = []
    /// Whether From is believed where no signed tag proves who asks.
    var trustsFrom = false
    /// The stream from which a request at each address unsubscribes; else the address is its stream's name.
    var streams: [String: String] = [:]

    init() {}

    init(_ table: inout ConfigTable) throws(Failure) {
        let complaint = table.wrong(
            "address", "must be a mail address in quotes, \"unsubscribe@news.example\", or a list of such")
        var texts: [String] = []
        do {
            texts = try table.string("address").map { [$0] } ?? []
        } catch {
            do { texts = try table.strings("address") ?? [] } catch { throw complaint }
        }
        for text in texts {
            guard let address = CanonicalAddress(text) else { throw complaint }
            addresses.append(address)
        }
        trustsFrom = try table.bool("trust_from") ?? false
        for (address, stream) in try table.pairs("streams") {
            guard let canonical = CanonicalAddress(address), !stream.isEmpty else {
                throw table.wrong(
                    "streams",
                    "must name a stream for each address, { \"unsubscribe@news.example\" = \"news.example\" }")
            }
            streams[canonical.text] = Mailing.streamName(stream)
        }
        try table.rejectUnknownKeys()
    }
}
