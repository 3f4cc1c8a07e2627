/// A rule of the project, for display.
public struct RuleListing: Sendable, Equatable {
    /// Stable name, as in evidence.
    public var name: String
    /// The reason that it gives.
    public var reason: String
    /// Its source, or how many phrases it has.
    public var source: String

    /// All of ours, in the order in which they are tried.
    public static var all: [RuleListing] {
        ProviderRules.all.map { RuleListing(name: $0.name, reason: $0.reason.rawValue, source: $0.source) }
            + RuleSet.standard.rules.map {
                RuleListing(name: $0.name, reason: $0.reason.rawValue, source: "\($0.phraseCount) phrases")
            }
    }
}
