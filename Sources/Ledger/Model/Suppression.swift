import Verdict

/// Why an address must not be mailed, and since when.
package struct Suppression: Sendable, Hashable {
    /// What suppressed the address; a stronger cause replaces a weaker one. The raw value is what the ledger holds.
    package enum Cause: Int64, Sendable, Comparable, CaseIterable {
        case soft = 1
        case hard = 2
        case complaint = 3
        /// An administrator, or an import.
        case manual = 4
        /// It is on a relay's suppression list.
        case relay = 5
        /// It asked for no more mail: of one stream, or, as an imported list says, of any.
        case unsubscribed = 6

        private var strength: Int {
            switch self {
            case .soft: 0
            case .hard: 1
            case .relay: 2
            // No sign of life ends a person's wish, as it may end the others.
            case .unsubscribed: 3
            case .complaint: 4
            case .manual: 5
            }
        }

        package static func < (left: Cause, right: Cause) -> Bool { left.strength < right.strength }

        package var name: String {
            switch self {
            case .soft: "soft"
            case .hard: "hard"
            case .complaint: "complaint"
            case .manual: "manual"
            case .relay: "relay"
            case .unsubscribed: "unsubscribed"
            }
        }
    }

    package var cause: Cause
    /// The reason of the event that suppressed it.
    package var reason: Token<Reason>
    /// The arrival of the event that suppressed it, seconds since 1970 UTC.
    package var since: Int64
    /// The first second at which it may be mailed again; nil: no end.
    package var until: Int64?
    /// The number of days of the events that led to it.
    package var days: Int
    /// The relay whose list has it, if that is the cause.
    package var relay: Token<Relay>?
    /// Whose fault the failure was that suppressed it.
    package var party: Party?
    /// The domain that is suppressed as a whole, if that is why the address may not be mailed.
    package var domain: DomainPattern?
    /// The only stream whose mail it must not get; `nil`: it must get none.
    package var stream: String?

    /// The reason as the ledger holds it.
    package var storedReason: String { Suppression.stored(reason, relay) }

    /// A reason and, if a relay is the cause, after a blank its token.
    package static func stored(_ reason: Token<Reason>, _ relay: Token<Relay>?) -> String {
        relay.map { "\(reason.text) \($0.text)" } ?? reason.text
    }

    package init(
        cause: Cause, reason: Token<Reason>, since: Int64, until: Int64? = nil, days: Int, relay: Token<Relay>? = nil,
        party: Party? = nil
    ) {
        self.cause = cause
        self.reason = reason
        self.since = since
        self.until = until
        self.days = days
        self.relay = relay
        self.party = party
    }

    /// Of an address that asked for no more mail of a stream.
    package init(unsubscribedFrom stream: String, since: Int64) {
        let cause = Cause.unsubscribed
        self.init(cause: cause, reason: Token(text: cause.name), since: since, days: 1)
        self.stream = stream
    }

    /// From a stored reason.
    package init(cause: Cause, storedReason: String, since: Int64, until: Int64?, days: Int, party: Party? = nil) {
        let (reason, relay) = Suppression.read(storedReason, cause)
        self.init(cause: cause, reason: reason, since: since, until: until, days: days, relay: relay, party: party)
    }

    /// What ``stored(_:_:)`` wrote for a cause.
    package static func read(_ stored: String, _ cause: Cause) -> (reason: Token<Reason>, relay: Token<Relay>?) {
        let words = cause == .relay ? stored.split(separator: " ", maxSplits: 1).map(String.init) : []
        return (Token(text: words.first ?? stored), words.count > 1 ? Token(text: words[1]) : nil)
    }

    /// Whether it holds at a moment.
    package func holds(at now: Int64) -> Bool {
        guard let until else { return true }
        return now < until
    }

    /// One sentence for people.
    package var why: String {
        let reason = self.reason.text
        if let domain {
            let what = domain.isBelow ? "every domain below \(domain.name)" : "the domain \(domain.name)"
            return "\(what) is suppressed by hand (\(reason))"
        }
        return switch cause {
        case .hard where days <= 1: "hard bounce (\(reason))"
        case .hard: "hard bounces on \(days) days (\(reason))"
        case .soft: "soft bounces on \(days) \(days == 1 ? "day" : "days") (last \(reason))"
        case .complaint: "complaint (\(reason))"
        case .manual: "suppressed by hand (\(reason))"
        case .relay: Token.sentence(relay, reason: reason)
        case .unsubscribed: "unsubscribed" + (stream.map { " from \($0)" } ?? "")
        }
    }
}

/// A hard bounce or a complaint that would have suppressed an address, had the brake not held it back.
package struct HeldBack: Sendable, Hashable {
    package var reason: Token<Reason>
    /// Whether it was a complaint.
    var isComplaint: Bool { reason.value == .feedback }
    /// The arrival of the first report that was held back.
    package var since: Int64
    /// Whether somebody trusted vouches for that report: only such a one can be confirmed by another.
    var isVouched = true
}
