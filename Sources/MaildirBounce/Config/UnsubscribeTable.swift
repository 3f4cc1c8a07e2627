import Ledger

/// The table `[unsubscribe]`: where requests to unsubscribe arrive in addition to the return path.
///
/// ```toml
/// [unsubscribe]
/// address = "unsubscribe@news.example"   # or a list of such
/// ```
struct UnsubscribeTable {
    /// As the ledger spells them.
    var addresses: [CanonicalAddress] = []

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
        try table.rejectUnknownKeys()
    }
}
