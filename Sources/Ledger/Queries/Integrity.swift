extension LedgerStore {
    /// The first `limit` problems that the database finds in its pages; empty if there are none. Reads all pages.
    package func integrityProblems(limit: Int) throws(LedgerError) -> [String] {
        try engine.integrityProblems(limit: limit)
    }

    /// The version of the ledger's tables, and the one that this program writes.
    package func versions() throws(LedgerError) -> (ledger: Int, program: Int) {
        (Int(try engine.version()), Int(Schema.version))
    }
}
