import Verdict

@testable import Ledger

// In the tests stored words stand as the ledger has them.

extension Token: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(text: text) }
}

extension Fate: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(text: text) }
}

extension OutcomeEvent {
    /// - Parameter kind: as it is stored, with its remark.
    init(address: String, kind: String, reason: String, diagnostic: String? = nil, command: String? = nil) {
        self.init(
            address: address, fate: Fate(text: kind), reason: Token(text: reason), diagnostic: diagnostic,
            command: command)
    }
}
