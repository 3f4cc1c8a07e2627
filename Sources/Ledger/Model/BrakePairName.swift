import Verdict

/// A provider and a reason, as the brake counts them.
package struct BrakePairName: Hashable, Sendable {
    var provider: String
    var reason: Token<Reason>
}
