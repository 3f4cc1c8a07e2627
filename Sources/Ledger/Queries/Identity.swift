import Bytes

/// Identifies a ledger: created with it, stored in it, and the same in its copies and backups.
package struct LedgerIdentity: Hashable, Sendable {
    /// 32 hexadecimal digits.
    package let text: String

    private static let digitCount = 32
    fileprivate static let setting = "identity"

    /// Nil if this is not an identity.
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

    /// The statement that stores it; a ledger that already has one keeps it.
    package static func insertion(_ identity: LedgerIdentity) -> String {
        "INSERT INTO setting (name, value) VALUES ('\(setting)', '\(identity.text)') ON CONFLICT (name) DO NOTHING"
    }
}

extension LedgerStore {
    /// Nil if the ledger was created by a version without identities, and no later one has scanned into it.
    package func identity() throws(LedgerError) -> LedgerIdentity? {
        try read { connection in
            let query = try connection.prepare(
                "SELECT value FROM setting WHERE name = '\(LedgerIdentity.setting)'")
            guard try query.step() else { return nil }
            guard let identity = LedgerIdentity(query.text(0)) else { throw DamagedLedger() }
            return identity
        }
    }

    /// The ledger's identity, which is created if it has none.
    ///
    /// - Parameter identity: the identity to use; else a new one.
    package func ensureIdentity(_ identity: LedgerIdentity? = nil) throws(LedgerError) -> LedgerIdentity {
        if let known = try self.identity() { return known }
        try write { try $0.run(LedgerIdentity.insertion(identity ?? .random())) }
        guard let made = try self.identity() else { throw engine.error(DamagedLedger()) }
        return made
    }

    /// Whether a run has scanned this Maildir into the ledger, or a message of it was counted.
    package func knows(maildir: String) throws(LedgerError) -> Bool {
        try read { connection in
            guard let number = try TermTable(connection, writes: false).known(maildir) else { return false }
            for table in ["run", "delivery"] {
                let query = try connection.prepare("SELECT 1 FROM \(table) WHERE maildir = ?1 LIMIT 1")
                try query.bind(1, number)
                if try query.step() { return true }
            }
            return false
        }
    }

    /// Derives the states again if they were derived under another policy than this store's, as ``Adoption/automatic``
    /// does when a ledger is opened.
    package func adopt() throws(LedgerError) { try adoptPolicy() }
}
