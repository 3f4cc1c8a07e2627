import Verdict
import Ledger

/// What a report must prove before it counts: the table `[trust]`.
enum TrustRule: Sendable, Equatable {
    /// Nothing.
    case none
    /// That one of our keys signed the tag of the address it was delivered to, for the recipient that the report names.
    case signed
    /// That it knows the Message-ID of a mail of ours: one at these domains, or for `.news.example` below it.
    case messageID(domains: [String])

    /// The outcomes that count, and why others do not. Those of our own addresses never do.
    func judge(_ verdict: Verdict) -> (counted: [Outcome], withheld: Withheld?) {
        let (trusted, withheld) = trusted(verdict)
        guard verdict.recipients.contains(where: \.isOwn) else { return (trusted, withheld) }
        return (trusted.filter { !$0.isOwn }, withheld ?? .ownAddress)
    }

    /// The outcomes with the required proof.
    private func trusted(_ verdict: Verdict) -> (counted: [Outcome], withheld: Withheld?) {
        guard !verdict.recipients.isEmpty else { return ([], nil) }
        if verdict.isListCut { return ([], .listCut) }
        switch self {
        case .none: return (verdict.recipients, nil)
        case .messageID(let domains):
            guard let id = verdict.original?.messageID else { return ([], .noMessageID) }
            return Self.isOurs(id, domains) ? (verdict.recipients, nil) : ([], .foreignMessageID)
        case .signed:
            switch verdict.trust {
            case .absent: return ([], .absent)
            case .unsigned: return ([], .unsigned)
            case .invalid: return ([], .invalid)
            case .expired: return ([], .expired)
            case .valid:
                // Everybody who got a mail of ours has a valid tag, for his own address.
                let tagged = verdict.taggedRecipient.flatMap { CanonicalAddress($0) }
                let counted = verdict.recipients.filter { tagged != nil && CanonicalAddress($0.address) == tagged }
                return (counted, counted.count < verdict.recipients.count ? .otherRecipient : nil)
            }
        }
    }

    private static func isOurs(_ messageID: String, _ domains: [String]) -> Bool {
        guard let at = messageID.lastIndex(of: "@") else { return false }
        let domain = messageID[messageID.index(after: at)...].lowercased()
        return domains.contains { $0.hasPrefix(".") ? domain.hasSuffix($0) && domain != $0 : domain == $0 }
    }
}

/// Why outcomes of a report do not count.
enum Withheld: String, CaseIterable {
    case absent
    case unsigned
    case invalid
    case expired
    case otherRecipient = "other-recipient"
    case noMessageID = "no-message-id"
    case foreignMessageID = "foreign-message-id"
    case ownAddress = "own-address"
    case listCut = "list-cut"

    /// The rule that the ledger counts, or `nil` if the verdict's own evidence names it.
    var rule: String? { self == .ownAddress ? nil : "trust/\(rawValue)" }

    /// For a person.
    var sentence: String {
        switch self {
        case .absent: "it was not delivered to a signed return path"
        case .unsigned: "its return path is not signed"
        case .invalid: "the signature of its return path does not hold"
        case .expired: "the signature of its return path has expired"
        case .otherRecipient: "it blames another recipient than the signed one"
        case .noMessageID: "it does not say which mail it is about"
        case .listCut: "a limit cut its list of recipients, which may go on"
        case .foreignMessageID: "the mail that it is about is none of ours"
        case .ownAddress: "it blames an address of our own"
        }
    }
}

extension TrustRule {
    /// ```toml
    /// [trust]
    /// require = "signed"    # or "message-id", or "none"
    /// message_id_domains = ["news.example", ".news.example"]
    /// ```
    ///
    /// - Parameter hasKeys: whether `[verp] keys` names any.
    init(_ table: inout ConfigTable, hasKeys: Bool) throws(Failure) {
        let require = try table.string("require") ?? "none"
        let domains = try table.strings("message_id_domains")?.map { $0.lowercased() } ?? []
        try table.rejectUnknownKeys()
        guard domains.allSatisfy({ $0.contains { $0 != "." } && !$0.contains("@") }) else {
            throw table.wrong(
                "message_id_domains", "must be domains, [\"news.example\"]; .news.example is all below it")
        }
        switch require {
        case "none": self = .none
        case "signed":
            guard hasKeys else {
                throw table.wrong(
                    "require",
                    "is \"signed\", and nothing is signed without verp.keys; see maildir-bounce verp key --help")
            }
            self = .signed
        case "message-id":
            guard !domains.isEmpty else {
                throw table.wrong("require", "is \"message-id\", and trust.message_id_domains names no domain")
            }
            self = .messageID(domains: domains)
        default: throw table.wrong("require", "must be \"signed\", \"message-id\" or \"none\"")
        }
    }
}
