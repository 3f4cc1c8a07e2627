import Bytes

/// Tells a ledger from every other: made with it, kept in it, and the same in its copies and backups.
package struct LedgerIdentity: Hashable, Sendable {
    /// 32 hexadecimal digits.
    package let text: String

    private static let digitCount = 32
    static let setting = "identity"

    /// Nil if this is no identity.
    package init?(_ text: String) {
        let isGood =
            text.utf8.count == Self.digitCount
            && text.utf8.allSatisfy { $0.hexadecimalValue != nil && $0 == $0.lowercased }
        guard isGood else { return nil }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    package static func random() -> LedgerIdentity {
        var generator = SystemRandomNumberGenerator()
        return LedgerIdentity(unchecked: randomDigits(&generator) + randomDigits(&generator))
    }

    /// 16 digits.
    static func randomDigits(_ generator: inout SystemRandomNumberGenerator) -> String {
        hexadecimal(generator.next() as UInt64, digits: 16)
    }

    /// The statement that keeps it; a ledger that has one keeps that.
    package static func insertion(_ identity: LedgerIdentity) -> String {
        "INSERT INTO setting (name, value) VALUES ('\(setting)', '\(identity.text)') ON CONFLICT (name) DO NOTHING"
    }
}
