import Verdict

/// A decision of an administrator, or an import, about an address: kept in its history, and an event like the others.
///
/// It takes effect at its time. Mail that arrived before a release does not undo it, however late it is scanned; mail
/// that arrives after it counts again.
package struct ManualAction: Sendable, Hashable {
    package enum Kind: Int64, Sendable {
        case suppress = 1
        case release = 2
    }

    /// Any spelling.
    package var address: String
    package var kind: Kind
    /// The reason of an action for which none is given.
    package static let plainReason = "manual"

    /// A token or a few words: `manual`, `asked to be removed`, or what another system called it.
    package var reason: String
    /// For a suppression: why the address is suppressed, as an imported list says. What may lift a suppression for that
    /// cause may lift this one, too.
    package var cause: Suppression.Cause
    /// The relay whose list has the address, if that is the cause. The reason is one word then.
    package var relay: Token<Relay>?
    /// The only stream that it is about; `nil`: all.
    package var stream: String?
    /// When it was decided, in seconds since 1970 UTC.
    package var at: Int64
    /// For a suppression: when it ends; nil: when it is released.
    package var until: Int64?
    package var author: String?
    package var note: String?
    /// For a suppression: nothing is written if the address is already suppressed by hand at that time for the same
    /// reason and at least as long, or was suppressed when it was forgotten. For lists of addresses without dates that
    /// are imported repeatedly.
    package var onlyIfNeeded: Bool
    /// Whether `at` comes from another system; else it is the current time.
    package var isDated: Bool

    package init(
        address: String, kind: Kind, reason: String = ManualAction.plainReason, cause: Suppression.Cause = .manual,
        relay: Token<Relay>? = nil, stream: String? = nil, at: Int64,
        until: Int64? = nil,
        author: String? = nil,
        note: String? = nil, onlyIfNeeded: Bool = false, isDated: Bool = false
    ) {
        self.address = address
        self.kind = kind
        self.reason = reason
        self.cause = cause
        self.relay = relay
        self.stream = stream
        self.at = at
        self.until = until
        self.author = author
        self.note = note
        self.onlyIfNeeded = onlyIfNeeded
        self.isDated = isDated
    }

    /// The reason as the ledger holds it.
    var storedReason: String { Suppression.stored(Token(text: reason), relay).stored(limit: LedgerLimits.textBytes) }

    /// Whether an existing suppression covers the time of this one.
    func isCovered(by suppression: Suppression) -> Bool {
        guard kind == .suppress, suppression.since <= at, suppression.holds(at: at) else { return false }
        guard let end = suppression.until else { return true }
        // The end is the policy's, and is not put off by each import.
        guard let until else { return cause != .manual && cause == suppression.cause }
        return until <= end
    }
}

/// One part of a long list of actions; see ``LedgerStore/record(from:each:)``.
package enum ActionPage: Sendable {
    case actions([ManualAction])
    case domains([DomainAction])
    case end
    /// Nothing is to be written, including the earlier pages.
    case abandon
}

/// What was done with one action.
package enum ActionOutcome: Sendable, Hashable {
    case done
    /// The same action was recorded for the same second and reason, or it was not needed.
    case alreadyKnown
    /// It was written, and a later release still holds.
    case released
    /// The given text is not a mail address; nothing was written for it.
    case notAnAddress
}
