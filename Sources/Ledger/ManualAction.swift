/// What an administrator, or an import, decided about an address: kept in its history, and an event among the others.
///
/// It acts at its time. Mail that arrived before a release does not undo it, however late it is scanned; mail that
/// arrives after it counts afresh.
package struct ManualAction: Sendable, Hashable {
    package enum Kind: Int64, Sendable {
        case suppress = 1
        case release = 2
    }

    /// Any spelling.
    package var address: String
    package var kind: Kind
    /// A token or a few words: `manual`, `asked to be removed`, or what another system called it.
    package var reason: String
    /// When it was decided, in seconds since 1970 UTC.
    package var at: Int64
    /// For a suppression: when it ends; nothing: when it is released.
    package var until: Int64?
    package var author: String?
    package var note: String?

    package init(
        address: String, kind: Kind, reason: String = "manual", at: Int64, until: Int64? = nil, author: String? = nil,
        note: String? = nil
    ) {
        self.address = address
        self.kind = kind
        self.reason = reason
        self.at = at
        self.until = until
        self.author = author
        self.note = note
    }
}

/// What became of one action.
package enum ActionOutcome: Sendable, Hashable {
    case done
    /// The same has been decided in the same second for the same reason.
    case alreadyKnown
    /// What was given is no mail address; nothing was written for it.
    case notAnAddress
}
