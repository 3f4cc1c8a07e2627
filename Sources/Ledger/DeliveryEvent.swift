/// One message of a Maildir as the ledger takes it: which file, which report, what it says about whom.
package struct DeliveryEvent: Sendable {
    package var key: DeliveryKey
    /// The Message-ID of the report itself.
    package var messageID: String?
    package var fingerprint: Fingerprint
    /// How version 0.1.0 told the report from others. Only a ledger that it has written looks for this.
    package var former: FormerFingerprint?
    /// The verdict's class, as the output contract writes it: `hard-bounce`, `soft-bounce`, …
    package var `class`: String
    /// `local` or `remote`; nothing where a message is no report.
    package var origin: String?
    /// When the mail arrived, in seconds since 1970 UTC. A property of the mail, never of the run.
    package var arrival: Int64
    /// When the ledger sees the mail for the first time, in seconds since 1970 UTC; `nil` if that does not matter. An
    /// arrival after it is a clock's mistake or a lie, and this moment stands for it.
    package var seen: Int64?
    package var dialect: String?
    package var reportingMTA: String?
    /// The path the file goes to.
    package var destination: String?
    package var outcomes: [OutcomeEvent]
    /// The identifiers of the rules that hit.
    package var rules: [String]

    package init(
        key: DeliveryKey, messageID: String? = nil, fingerprint: Fingerprint, former: FormerFingerprint? = nil,
        class: String, origin: String? = nil, arrival: Int64, seen: Int64? = nil, dialect: String? = nil,
        reportingMTA: String? = nil, destination: String? = nil, outcomes: [OutcomeEvent] = [], rules: [String] = []
    ) {
        self.key = key
        self.messageID = messageID
        self.fingerprint = fingerprint
        self.former = former
        self.class = `class`
        self.origin = origin
        self.arrival = arrival
        self.seen = seen
        self.dialect = dialect
        self.reportingMTA = reportingMTA
        self.destination = destination
        self.outcomes = outcomes
        self.rules = rules
    }
}

extension DeliveryEvent {
    /// The arrival as the ledger holds it.
    var storedArrival: Int64 { LedgerLimits.clamped(arrival: min(arrival, seen ?? arrival)) }

    /// All fingerprints under which the ledger may have the report.
    var fingerprints: [Fingerprint] { [fingerprint] + (former.map { [$0.fingerprint] } ?? []) }
}

/// What one report says about one recipient.
package struct OutcomeEvent: Sendable, Equatable {
    /// The address as the report writes it.
    package var address: String
    /// `hard`, `soft`, `delayed` or `delivered`; behind it, after a blank, perhaps a remark: the token of the relay on whose
    /// list the address stands, or ``ownRefusal``.
    package var kind: String
    /// A reason token of the design, such as `userunknown`.
    package var reason: String
    package var status: String?
    package var replyCode: String?
    package var action: String?
    /// Cut to ``LedgerLimits/diagnosticBytes`` when stored.
    package var diagnostic: String?
    package var remoteMTA: String?
    package var command: String?

    package init(
        address: String, kind: String, reason: String, status: String? = nil, replyCode: String? = nil,
        action: String? = nil, diagnostic: String? = nil, remoteMTA: String? = nil, command: String? = nil
    ) {
        self.address = address
        self.kind = kind
        self.reason = reason
        self.status = status
        self.replyCode = replyCode
        self.action = action
        self.diagnostic = diagnostic
        self.remoteMTA = remoteMTA
        self.command = command
    }
}

extension OutcomeEvent {
    /// The remark of a refusal by our own exported list, which is never held against the address.
    package static let ownRefusal = "own-refusal"

    /// The kind alone.
    package var plainKind: String { OutcomeEvent.parts(ofKind: kind).kind }

    /// The token of the relay on whose list the address stands, or nil.
    package var relay: String? { OutcomeEvent.relay(ofKind: kind) }

    /// Whether our own exported list refused the mail.
    package var isOwnRefusal: Bool { OutcomeEvent.parts(ofKind: kind).remark == OutcomeEvent.ownRefusal }

    static func relay(ofKind kind: String) -> String? {
        let remark = parts(ofKind: kind).remark
        return remark == ownRefusal ? nil : remark
    }

    /// A kind, and the remark behind it.
    static func parts(ofKind kind: String) -> (kind: String, remark: String?) {
        // Most have none.
        guard let blank = kind.utf8.firstIndex(of: UInt8(ascii: " ")) else { return (kind, nil) }
        return (String(kind[..<blank]), String(kind[kind.utf8.index(after: blank)...]))
    }
}

/// What became of one event of a batch.
package enum CommitOutcome: Hashable, Sendable {
    /// New, and counted.
    case counted
    /// The ledger knew this very file; nothing was written.
    case alreadyKnown
    /// Another file held the same report; written down as its duplicate, not counted.
    case duplicate
}
