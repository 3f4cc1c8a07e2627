/// Who an address of the simulated week really is. Its name begins with the letter, so that the truth can be read from
/// the ledger; the ledger itself looks at no names.
package enum Population: UInt64, CaseIterable, Sendable {
    /// Gone: every mail to it comes back. Must be left out in the end.
    case dead = 0
    /// Well, at the provider that fails.
    case goodAtFailing = 1
    /// Well, at the provider that blocks.
    case goodAtBlocking = 2
    /// A full mailbox, every day of the week. Must be left out, after five days.
    case full = 3
    /// Well; a mail is refused for the moment on one to three days.
    case flaky = 4
    /// Well; answers that its owner is away.
    case away = 5

    var letter: String {
        switch self {
        case .dead: "d"
        case .goodAtFailing: "g"
        case .goodAtBlocking: "h"
        case .full: "f"
        case .flaky: "k"
        case .away: "a"
        }
    }

    /// The truth about an address of the simulation.
    package init?(address: String) {
        guard let found = Population.allCases.first(where: { address.hasPrefix($0.letter) }) else { return nil }
        self = found
    }

    /// Whether an address may be mailed, whatever happens in this week.
    package var isGood: Bool {
        self != .dead && self != .full
    }
}

/// The same well mixed number for the same numbers (SplitMix64's finaliser).
package func mixed(_ seed: UInt64, _ number: UInt64, _ purpose: UInt64) -> UInt64 {
    var z = seed &+ number &* 0x9E37_79B9_7F4A_7C15 &+ purpose &* 0xD1B5_4A32_D192_ED03
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
