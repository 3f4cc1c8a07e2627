/// What an administrator, or an import, decided about an address: kept in its history, and an event among the others.
///
/// It acts at its time. Mail that arrived before a release does not undo it, however late it is scanned; mail that
/// arrives after it counts again.
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
    /// When it was decided, in seconds since 1970 UTC.
    package var at: Int64
    /// For a suppression: when it ends; nothing: when it is released.
    package var until: Int64?
    package var author: String?
    package var note: String?
    /// For a suppression: nothing is written if the address is left out by hand for the same reason at that time
    /// anyway, and not for less long, or was left out when it was forgotten. For lists that say only that somebody is
    /// to be left out, and are imported again and again.
    package var onlyIfNeeded: Bool
    /// Whether `at` is another system's word; else it is the present moment.
    package var isDated: Bool

    package init(
        address: String, kind: Kind, reason: String = ManualAction.plainReason, at: Int64, until: Int64? = nil,
        author: String? = nil,
        note: String? = nil, onlyIfNeeded: Bool = false, isDated: Bool = false
    ) {
        self.address = address
        self.kind = kind
        self.reason = reason
        self.at = at
        self.until = until
        self.author = author
        self.note = note
        self.onlyIfNeeded = onlyIfNeeded
        self.isDated = isDated
    }

    /// Whether a suppression makes this one needless, as far as its time goes.
    func isCovered(by suppression: Suppression) -> Bool {
        guard kind == .suppress, suppression.since <= at, suppression.holds(at: at) else { return false }
        guard let end = suppression.until else { return true }
        guard let until else { return false }
        return until <= end
    }
}

/// Some of many actions; see ``LedgerStore/record(from:each:)``.
package enum ActionPage: Sendable {
    case actions([ManualAction])
    case end
    /// Nothing is to be written, of the earlier ones neither.
    case abandon
}

/// What became of one action.
package enum ActionOutcome: Sendable, Hashable {
    case done
    /// The same has been decided in the same second for the same reason, or the action was needless.
    case alreadyKnown
    /// It was written, and a later release stands.
    case released
    /// What was given is not a mail address; nothing was written for it.
    case notAnAddress
}
