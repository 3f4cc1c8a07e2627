/// How much weight a phrase has.
package enum Strength: Int, Sendable, Comparable {
    /// Decides only if nothing else does: words that servers use for several things.
    case hint = 1
    /// Beats a vague status (5.0.0, 5.5.0) and a status of another meaning that servers are known to misuse.
    case usual = 2
    /// The sentence has one meaning; beats every code.
    case sure = 3

    package static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
}
