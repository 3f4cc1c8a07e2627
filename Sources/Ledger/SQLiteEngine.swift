import Glibc

/// What all SQLite ledgers share, however they were opened.
protocol SQLiteEngine: LedgerEngine {
    var path: String { get }
    var busySeconds: Int { get }
}

extension SQLiteEngine {
    var isShared: Bool { false }

    func commit(_ batch: [DeliveryEvent], _ policy: Policy) throws(LedgerError) -> [CommitOutcome] {
        let outcomes = try write { connection in
            // Another program may have given the ledger another policy since it was opened.
            if let known = try LedgerStore.storedPolicy(connection), known != policy.signature {
                throw LedgerError(
                    .tryAgain,
                    "the policy of the ledger was changed meanwhile; what was not counted yet is left: run again")
            }
            let canaries = CanaryTable(connection)
            let batch = try canaries.resolve(batch)
            try canaries.note(batch)
            return try BatchWriter(connection, policy: policy).write(batch)
        }
        guard let outcomes else { throw error(DamagedLedger()) }
        return outcomes
    }

    func record(_ run: RunRecord) throws(LedgerError) {
        let _: Void? = try write { connection in
            let terms = try TermTable(connection, writes: true)
            let insert = try connection.prepare(
                "INSERT INTO run (maildir, started, ended) VALUES (?1, ?2, ?3) RETURNING id")
            try insert.bind(1, try terms.number(run.maildir))
            try insert.bind(2, run.started)
            try insert.bind(3, run.ended)
            guard try insert.step() else { throw DamagedLedger() }
            let number = insert.integer(0)
            insert.reset()
            let count = try connection.prepare("INSERT INTO run_count (run, name, count) VALUES (?1, ?2, ?3)")
            for (name, value) in run.counts.sorted(by: { $0.key < $1.key }) {
                try count.bind(1, number)
                try count.bind(2, try terms.number(name) as Int64)
                try count.bind(3, value)
                try count.execute()
            }
        }
    }

    func integrityProblems(limit: Int) throws(LedgerError) -> [String] {
        try read { connection in
            let query = try connection.prepare("PRAGMA integrity_check(\(limit))")
            var problems: [String] = []
            while try query.step() { problems.append(query.text(0)) }
            return problems == ["ok"] ? [] : problems
        }
    }

    func now() -> Int64 { Int64(time(nil)) }

    func version() throws(LedgerError) -> Int64 {
        try read { try $0.integer("PRAGMA user_version") ?? 0 }
    }

    func error(_ error: any Error) -> LedgerError {
        LedgerError(error, path: path, busySeconds: busySeconds)
    }
}
