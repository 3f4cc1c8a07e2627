/// What happened to the mail for one recipient, from the worst to the best.
public enum OutcomeKind: String, Sendable, Comparable, CaseIterable {
    /// The address is dead.
    case hard
    /// Not delivered, but the address is not dead.
    case soft
    /// Not delivered yet.
    case delayed
    /// Delivered, relayed or expanded.
    case delivered

    private var rank: Int {
        switch self {
        case .hard: 0
        case .soft: 1
        case .delayed: 2
        case .delivered: 3
        }
    }

    /// The worse outcome is the smaller one.
    public static func < (left: OutcomeKind, right: OutcomeKind) -> Bool { left.rank < right.rank }
}
