extension LedgerStore {
    /// What SQLite finds wrong with the file, the first `limit` things; nothing where it is whole. It reads all of it.
    package func integrityProblems(limit: Int) throws(LedgerError) -> [String] {
        try read { connection in
            let query = try connection.prepare("PRAGMA integrity_check(\(limit))")
            var problems: [String] = []
            while try query.step() { problems.append(query.text(0)) }
            return problems == ["ok"] ? [] : problems
        }
    }

    /// The version of the ledger's tables: the file's, and the one that this program writes.
    package func versions() throws(LedgerError) -> (file: Int, program: Int) {
        (try read { Int(try $0.integer("PRAGMA user_version") ?? 0) }, Int(Schema.version))
    }
}
