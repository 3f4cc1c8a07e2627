/// That an address must be left out, since when and why.
package struct Suppression: Sendable, Hashable {
    /// What suppressed the address; a stronger cause replaces a weaker one.
    package enum Cause: Int64, Sendable, Comparable, CaseIterable {
        case soft = 1
        case hard = 2
        case complaint = 3
        /// An administrator, or an import.
        case manual = 4

        package static func < (left: Cause, right: Cause) -> Bool { left.rawValue < right.rawValue }

        package var name: String {
            switch self {
            case .soft: "soft"
            case .hard: "hard"
            case .complaint: "complaint"
            case .manual: "manual"
            }
        }
    }

    package var cause: Cause
    /// The reason token of the event that suppressed it.
    package var reason: String
    /// The arrival of the event that suppressed it, seconds since 1970 UTC.
    package var since: Int64
    /// The first second at which it may be mailed again; nothing: no end.
    package var until: Int64?
    /// On how many days the events fell that led to it.
    package var days: Int

    /// Whether it holds at a moment.
    package func holds(at now: Int64) -> Bool {
        guard let until else { return true }
        return now < until
    }

    /// One sentence for people.
    package var why: String {
        switch cause {
        case .hard where days <= 1: "hard bounce (\(reason))"
        case .hard: "hard bounces on \(days) days (\(reason))"
        case .soft: "soft bounces on \(days) \(days == 1 ? "day" : "days") (last \(reason))"
        case .complaint: "complaint (\(reason))"
        case .manual: "suppressed by hand (\(reason))"
        }
    }
}

/// A hard bounce that would have suppressed an address, had the brake not held it back.
package struct HeldBack: Sendable, Hashable {
    package var reason: String
    /// The arrival of the first that was held back.
    package var since: Int64
}
