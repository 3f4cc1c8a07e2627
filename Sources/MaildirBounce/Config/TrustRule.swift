import Bytes
import Ledger
import Verdict

/// What a report must prove before it counts, and who is believed: the table `[trust]`.
struct TrustRule: Sendable, Equatable {
    enum Requirement: Sendable, Equatable {
        /// Nothing.
        case none
        /// That one of our keys signed the tag of the address it was delivered to, for the recipient that the report
        /// names.
        case signed
        /// That it knows the Message-ID of a mail of ours, at one of ``TrustRule/messageIDDomains``.
        case messageID
    }

    var requirement = Requirement.none
    /// The domains of our Message-IDs; `.news.example` is all below it.
    var messageIDDomains: [String] = []
    /// Against how many addresses one report may count that nobody vouches for.
    var maximumAddresses = LedgerLimits.addressesFromOutside
    /// Servers whose reports are believed.
    var relays: [TrustedHost] = []
    /// Likewise for complaints.
    var feedbackLoops: [TrustedHost] = []
    /// The name of our servers in Authentication-Results.
    var authservID: String?

    /// Who is believed that he asks for no more mail.
    var unsubscribe = UnsubscribeTable()

    /// The outcomes that count, and why others do not. Those of our own addresses never do.
    func judge(_ verdict: Verdict) -> TrustJudgement {
        switch verdict.messageClass {
        case .unsubscribe: return judge(request: verdict)
        case .notABounce: return judge(answer: verdict)
        default: break
        }
        let (trusted, withheld) = trusted(verdict)
        let isOwn = verdict.recipients.contains(where: \.isOwn)
        let counted = isOwn ? trusted.filter { !$0.isOwn } : trusted
        let isVouched = isVouched(verdict, counted)
        return TrustJudgement(
            counted: counted.map { outcome in
                var event = OutcomeEvent(outcome)
                if outcome.kind == .delivered, verdict.messageClass != .complaint, !isVouched,
                    !isProven(outcome.address, knows: verdict.original?.messageID, verdict)
                {
                    event.fate.remark = .unproven
                }
                return event
            },
            withheld: withheld ?? (isOwn ? .ownAddress : nil), isWithheld: withheld?.isForLackOfProof ?? false,
            isVouched: isVouched, maximumAddresses: maximumAddresses, isOfOurServers: isOfOurServers(verdict))
    }

    /// A request to unsubscribe counts, for one stream, if a signed tag proves who asks, or From is believed, and the
    /// request is one by its form: a mail program's, or at the address for it, or a command. What a person asks for in his
    /// own words, a person reads.
    private func judge(request verdict: Verdict) -> TrustJudgement {
        var judgement = TrustJudgement(maximumAddresses: maximumAddresses)
        if let event = verdict.event {
            judgement.counted = verdict.recipients.filter { !$0.isOwn }.map {
                OutcomeEvent(
                    address: $0.address, fate: Fate(.delivered),
                    reason: Token(text: Suppression.Cause.unsubscribed.name))
            }
            judgement.isVouched = true
            judgement.stream = event.stream.map { unsubscribe.streams[$0] ?? $0 }
            return judgement
        }
        guard let recipient = verdict.recipients.first, !recipient.isOwn,
            verdict.evidence.contains(where: { Self.formalRequests.contains($0.rule) })
        else { return judgement }
        let address = CanonicalAddress(recipient.address)
        // The age of a tag says nothing about who has it.
        let isProven =
            (verdict.trust == .valid || verdict.trust == .expired) && address != nil
            && verdict.taggedRecipient.flatMap { CanonicalAddress($0) } == address
        guard isProven || unsubscribe.trustsFrom else { return judgement }
        let name = Suppression.Cause.unsubscribed.name
        judgement.counted = [
            OutcomeEvent(address: recipient.address, fate: Fate(.delivered), reason: Token(text: name))
        ]
        judgement.isVouched = isProven
        judgement.stream = verdict.streamOfAddress.map { unsubscribe.streams[$0] ?? $0 }
        return judgement
    }

    private static let formalRequests: Set<String> = [
        "unsubscribe/mail-program", "unsubscribe/address", "unsubscribe/command", "unsubscribe/subject",
    ]

    /// A person's own answer to a mail of ours shows that the address is alive.
    private func judge(answer verdict: Verdict) -> TrustJudgement {
        var judgement = TrustJudgement(maximumAddresses: maximumAddresses)
        guard let answer = verdict.answer, CanonicalAddress(answer.from) != nil,
            isProven(answer.from, knows: answer.inReplyTo, verdict)
        else { return judgement }
        judgement.counted = [
            OutcomeEvent(address: answer.from, fate: Fate(.delivered), reason: Token(text: Policy.answerReason))
        ]
        return judgement
    }

    /// Whether somebody trusted says what the report says: our own server, a relay or feedback loop of the configuration,
    /// or a signature of ours, which speaks for one recipient only.
    private func isVouched(_ verdict: Verdict, _ counted: [Outcome]) -> Bool {
        if isOfOurServers(verdict) { return true }
        if verdict.trust == .valid, let tagged = verdict.taggedRecipient.flatMap({ CanonicalAddress($0) }),
            !counted.isEmpty, counted.allSatisfy({ CanonicalAddress($0.address) == tagged })
        {
            return true
        }
        guard verdict.messageClass == .complaint, let provenance = verdict.provenance else { return false }
        return feedbackLoops.contains { $0.vouches(for: provenance) }
    }

    /// Whether our own server or a relay of ours wrote the report.
    private func isOfOurServers(_ verdict: Verdict) -> Bool {
        // No mail can pass for a service's event: only who may write the file can.
        if verdict.origin == .local || verdict.event != nil { return true }
        guard let provenance = verdict.provenance else { return false }
        return relays.contains { $0.vouches(for: provenance) }
    }

    /// Whether a receipt, or an answer, shows that it is about a mail of ours to an address: by a Message-ID of ours, or by
    /// a return path with the address's tag.
    private func isProven(_ address: String, knows messageID: String?, _ verdict: Verdict) -> Bool {
        if let messageID, Self.isOurs(messageID, messageIDDomains) { return true }
        guard verdict.trust == .valid || verdict.trust == .unsigned,
            let tagged = verdict.taggedRecipient.flatMap({ CanonicalAddress($0) })
        else { return false }
        return CanonicalAddress(address) == tagged
    }

    /// The outcomes with the required proof.
    private func trusted(_ verdict: Verdict) -> (counted: [Outcome], withheld: Withheld?) {
        guard !verdict.recipients.isEmpty else { return ([], nil) }
        if verdict.isListCut { return ([], .listCut) }
        if verdict.event != nil { return (verdict.recipients, nil) }
        switch requirement {
        case .none: return (verdict.recipients, nil)
        case .messageID:
            guard let id = verdict.original?.messageID else { return ([], .noMessageID) }
            return Self.isOurs(id, messageIDDomains) ? (verdict.recipients, nil) : ([], .foreignMessageID)
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
    case tooManyAddresses = "too-many-addresses"

    /// The rule that the ledger counts, or `nil` if the verdict's own evidence names it.
    var rule: String? { self == .ownAddress ? nil : "trust/\(rawValue)" }

    /// Whether outcomes did not count since the report does not prove what `[trust] require` asks for.
    var isForLackOfProof: Bool {
        switch self {
        case .absent, .unsigned, .invalid, .expired, .otherRecipient, .noMessageID, .foreignMessageID: true
        case .ownAddress, .listCut, .tooManyAddresses: false
        }
    }

    /// For a person.
    var sentence: String {
        switch self {
        case .absent: "it was not delivered to a signed return path"
        case .unsigned: "its return path is not signed"
        case .invalid: "the signature of its return path does not hold"
        case .expired: "the signature of its return path has expired, or was made after the report arrived"
        case .otherRecipient: "it blames another recipient than the signed one"
        case .noMessageID: "it does not say which mail it is about"
        case .listCut: "a limit cut its list of recipients, which may go on"
        case .foreignMessageID: "the mail that it is about is none of ours"
        case .tooManyAddresses:
            "it comes from outside and blames more addresses than one such report may; see maildir-bounce brake list"
        case .ownAddress: "it blames an address of our own"
        }
    }
}

extension TrustRule {
    /// ```toml
    /// [trust]
    /// require = "signed"    # or "message-id", or "none"
    /// message_id_domains = ["news.example", ".news.example"]
    /// max_addresses = 50
    /// authserv_id = "mx.news.example"
    /// relays = ["mx.relay.example", "192.0.2.0/24"]
    /// feedback_loops = ["fbl.example"]
    /// ```
    ///
    /// - Parameter hasKeys: whether `[verp] keys` names any.
    init(_ table: inout ConfigTable, hasKeys: Bool) throws(Failure) {
        let require = try table.string("require") ?? "none"
        let domains = try table.strings("message_id_domains")?.map { $0.lowercased() } ?? []
        maximumAddresses =
            try table.integer("max_addresses", in: 1...LedgerLimits.mostAddressesFromOutside) ?? maximumAddresses
        relays = try Self.hosts("relays", &table)
        feedbackLoops = try Self.hosts("feedback_loops", &table)
        if let name = try table.string("authserv_id") {
            guard name.utf8.allSatisfy({ $0.isVisible && !"\"();=".utf8.contains($0) }) else {
                throw table.wrong("authserv_id", "must be the name in Authentication-Results, \"mx.news.example\"")
            }
            authservID = name.lowercased()
        }
        try table.rejectUnknownKeys()
        guard domains.allSatisfy({ $0.contains { $0 != "." } && !$0.contains("@") }) else {
            throw table.wrong(
                "message_id_domains", "must be domains, [\"news.example\"]; .news.example is all below it")
        }
        messageIDDomains = domains
        switch require {
        case "none": requirement = .none
        case "signed":
            guard hasKeys else {
                throw table.wrong(
                    "require",
                    "is \"signed\", and nothing is signed without verp.keys; see maildir-bounce verp key --help")
            }
            requirement = .signed
        case "message-id":
            guard !domains.isEmpty else {
                throw table.wrong("require", "is \"message-id\", and trust.message_id_domains names no domain")
            }
            requirement = .messageID
        default: throw table.wrong("require", "must be \"signed\", \"message-id\" or \"none\"")
        }
    }

    private static func hosts(_ key: String, _ table: inout ConfigTable) throws(Failure) -> [TrustedHost] {
        var hosts: [TrustedHost] = []
        for text in try table.strings(key) ?? [] {
            guard let host = TrustedHost(text) else {
                throw table.wrong(
                    key,
                    "must be host names, addresses or networks, [\"mx.relay.example\", \"192.0.2.0/24\"]; .relay.example "
                        + "is all below it")
            }
            hosts.append(host)
        }
        return hosts
    }
}

/// What a report is worth.
struct TrustJudgement {
    /// The outcomes that count.
    var counted: [OutcomeEvent] = []
    /// Why others do not.
    var withheld: Withheld?
    /// Whether that is for lack of a proof, so that they do not count later either.
    var isWithheld = false
    /// Whether somebody trusted vouches for it.
    var isVouched = false
    /// Against how many addresses it may count if not.
    var maximumAddresses: Int
    /// Whether our own server or a relay of ours wrote the report: what it says of the mailing's day is believed. Who has
    /// a tag of ours proves nothing about others.
    var isOfOurServers = false
    /// The stream that it is about, if that is not the one of the address it was delivered to.
    var stream: String?

    /// Why outcomes of the event that was made of it do not count.
    func withheld(_ event: DeliveryEvent) -> Withheld? { event.isHeld ? .tooManyAddresses : withheld }
}
