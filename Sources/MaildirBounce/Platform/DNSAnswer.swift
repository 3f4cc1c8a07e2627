/// The DNS answer for a name and a type.
struct DNSAnswer: Equatable {
    enum Outcome: Equatable {
        case found
        /// The name exists, but has no record of the type.
        case noData
        /// There is no such name.
        case noName
        /// No server answered, or none could.
        case failed
    }

    var outcome: Outcome
    /// In the order of the answer; with the aliases that led to them.
    var records: [DNSRecord] = []

    static let noData = DNSAnswer(outcome: .noData)
    static let noName = DNSAnswer(outcome: .noName)
    static let failed = DNSAnswer(outcome: .failed)

    /// The combined answer for two types of one name, such as A and AAAA.
    func joined(_ other: DNSAnswer) -> DNSAnswer {
        let outcomes = [outcome, other.outcome]
        let outcome = [Outcome.found, .failed, .noData].first { outcomes.contains($0) } ?? .noName
        return DNSAnswer(outcome: outcome, records: records + other.records)
    }

    var addresses: [String] {
        records.compactMap { if case .address(let text) = $0 { text } else { nil } }
    }

    var isAlias: Bool {
        records.contains { if case .alias = $0 { true } else { false } }
    }
}

/// A record that we know. Names and texts are untrusted: they are escaped when shown.
enum DNSRecord: Equatable {
    /// The host is empty for the root.
    case mailExchanger(preference: Int, host: String)
    /// IPv4 or IPv6, in its usual form.
    case address(String)
    case alias(String)
    /// The strings of a TXT record, joined without blanks (RFC 7208, section 3.3).
    case text(String)
}
