/// What every ledger in SQLite has, however it was opened.
protocol SQLiteEngine: LedgerEngine {
    var path: String { get }
    var busySeconds: Int { get }
}

extension SQLiteEngine {
    var isShared: Bool { false }

    func commit(_ batch: [DeliveryEvent], _ policy: Policy) throws(LedgerError) -> [CommitOutcome] {
        let outcomes = try write { try BatchWriter($0, policy: policy).write(batch) }
        guard let outcomes else { throw error(DamagedLedger()) }
        return outcomes
    }

    func integrityProblems(limit: Int) throws(LedgerError) -> [String] {
        try read { connection in
            let query = try connection.prepare("PRAGMA integrity_check(\(limit))")
            var problems: [String] = []
            while try query.step() { problems.append(query.text(0)) }
            return problems == ["ok"] ? [] : problems
        }
    }

    func version() throws(LedgerError) -> Int64 {
        try read { try $0.integer("PRAGMA user_version") ?? 0 }
    }

    func error(_ error: any Error) -> LedgerError {
        LedgerError(error, path: path, busySeconds: busySeconds)
    }
}
