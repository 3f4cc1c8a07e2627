extension LedgerStore {
    /// What the database finds wrong with its pages, the first `limit` things; `nil` if it is whole. It reads all of
    /// them.
    package func integrityProblems(limit: Int) throws(LedgerError) -> [String] {
        try engine.integrityProblems(limit: limit)
    }

    /// The version of the ledger's tables: what is there, and the one that this program writes.
    package func versions() throws(LedgerError) -> (ledger: Int, program: Int) {
        (Int(try engine.version()), Int(Schema.version))
    }
}
