import Bytes
import Verdict

/// One message of a Maildir as the ledger records it: its file, its report, and what that says about each recipient.
package struct DeliveryEvent: Sendable {
    package var key: DeliveryKey
    /// The Message-ID of the report itself.
    package var messageID: String?
    package var fingerprint: Fingerprint
    /// The fingerprint that version 0.1.0 gave the report. Used only with a ledger that 0.1.0 has written.
    package var former: FormerFingerprint?
    /// The verdict's class.
    package var `class`: Token<MessageClass>
    /// `nil` if a message is not a report.
    package var origin: Token<Origin>?
    /// When the mail arrived, in seconds since 1970 UTC. It depends on the mail only, never on the run.
    package var arrival: Int64
    /// When the ledger sees the mail for the first time, in seconds since 1970 UTC; `nil` if that does not matter. A
    /// later arrival is wrong or forged, and is replaced by this time.
    package var seen: Int64?
    package var dialect: String?
    package var reportingMTA: String?
    /// The mailing that the returned mail belongs to: its List-Id, else the return path without the part that differs
    /// in each mail.
    package var stream: String?
    /// The day on which the mail was sent that the report answers, in days since 1970; `nil` if it does not say so.
    package var mailed: Int64?
    /// Whether that mail was one of a mailing, by what was returned of it.
    package var isBulk: Bool
    /// Whether somebody trusted vouches for what the report says: our own server, a relay of ours, a signature.
    package var isVouched: Bool
    /// Whether it names more addresses than a report from outside may; see ``holdIfLarge(limit:)``. None of its outcomes
    /// counts until an administrator confirms it.
    package internal(set) var isHeld = false
    /// Whether outcomes of it did not count since it lacked the proof that was required; `outcomes` has the others.
    package var isWithheld: Bool
    /// Of how many addresses the report may count against one of them, as the ledger has it; `nil` if that is to be
    /// counted. See ``addressesBlamed``.
    var sharers: Int?
    /// The address that the report was delivered to.
    package var deliveredTo: String?
    /// Texts of the mail that came back.
    package var captured: [CapturedField] = []
    /// The path the file goes to.
    package var destination: String?
    package var outcomes: [OutcomeEvent]
    /// The identifiers of the rules that matched.
    package var rules: [String]
    /// What it says of canaries; `nil` if nothing.
    package var canary: CanaryReport?

    package init(
        key: DeliveryKey, messageID: String? = nil, fingerprint: Fingerprint, former: FormerFingerprint? = nil,
        class: Token<MessageClass>, origin: Token<Origin>? = nil, arrival: Int64, seen: Int64? = nil,
        dialect: String? = nil, reportingMTA: String? = nil, stream: String? = nil, mailed: Int64? = nil,
        isBulk: Bool = false, isVouched: Bool = true, isWithheld: Bool = false, deliveredTo: String? = nil,
        destination: String? = nil, outcomes: [OutcomeEvent] = [], rules: [String] = [], canary: CanaryReport? = nil
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
        self.stream = stream
        self.mailed = mailed
        self.isBulk = isBulk
        self.isVouched = isVouched
        self.isWithheld = isWithheld
        self.deliveredTo = deliveredTo
        self.destination = destination
        self.outcomes = outcomes
        self.rules = rules
        self.canary = canary
    }
}

extension DeliveryEvent {
    /// The arrival as the ledger holds it.
    var storedArrival: Int64 { LedgerLimits.clamped(arrival: min(arrival, seen ?? arrival)) }

    /// How many addresses the report may count against.
    package var addressesBlamed: Int {
        var addresses = Set<String>()
        for outcome in outcomes.prefix(LedgerLimits.outcomesPerReport) {
            let effect = AddressEvent.Effect(
                class: `class`, fate: outcome.fate, replyCode: outcome.replyCode, status: outcome.status)
            if effect.isBraked, let address = CanonicalAddress(outcome.address) { addresses.insert(address.text) }
        }
        return addresses.count
    }

    /// Holds the report if nobody trusted vouches for it and it blames more than so many addresses.
    ///
    /// It is held whole: a part of it would be no safer than the rest.
    package mutating func holdIfLarge(limit: Int) {
        isHeld = !isVouched && outcomes.count > limit && addressesBlamed > limit
    }

    /// How many addresses share the one vote that the report has in the brake; 1 if each has its own.
    var storedSharers: Int {
        if isVouched { return 1 }
        return sharers ?? (outcomes.count < 2 ? 1 : max(addressesBlamed, 1))
    }

    /// The day of the mail that it answers as the ledger holds it: when the report arrived, if nothing else is known.
    var storedMailed: Int64 { mailed ?? CalendarTime.day(of: storedArrival) }

    /// All fingerprints under which the ledger may have the report.
    var fingerprints: [Fingerprint] { [fingerprint] + (former.map { [$0.fingerprint] } ?? []) }
}

/// What one report says about one recipient.
package struct OutcomeEvent: Sendable, Equatable {
    /// The address as the report writes it.
    package var address: String
    package var fate: Fate
    package var reason: Token<Reason>
    /// Whose fault the failure is, by default that of its reason; nil if nothing failed, or it is unknown.
    package var party: Party?
    package var status: String?
    package var replyCode: String?
    package var action: String?
    /// Cut to ``LedgerLimits/diagnosticBytes`` when stored.
    package var diagnostic: String?
    package var remoteMTA: String?
    package var command: String?

    package init(
        address: String, fate: Fate, reason: Token<Reason>, party: Party? = nil, status: String? = nil,
        replyCode: String? = nil,
        action: String? = nil, diagnostic: String? = nil, remoteMTA: String? = nil, command: String? = nil
    ) {
        self.address = address
        self.fate = fate
        self.reason = reason
        self.party = party ?? reason.value?.party
        self.status = status
        self.replyCode = replyCode
        self.action = action
        self.diagnostic = diagnostic
        self.remoteMTA = remoteMTA
        self.command = command
    }
}

/// What was done with one event of a batch.
package enum CommitOutcome: Hashable, Sendable {
    /// New, and counted.
    case counted
    /// New, and about a canary: recorded, and counted nowhere.
    case canary
    /// The ledger knew this very file; nothing was written.
    case alreadyKnown
    /// Another file had the same report; recorded as a duplicate, not counted.
    case duplicate
}
