extension LedgerStore {
    /// Nil if the ledger was created by a version without identities, and no later one has scanned into it.
    package func identity() throws(LedgerError) -> LedgerIdentity? {
        try read { connection in
            guard let text = try SettingTable.text(LedgerIdentity.setting, connection) else { return nil }
            guard let identity = LedgerIdentity(text) else { throw DamagedLedger() }
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
