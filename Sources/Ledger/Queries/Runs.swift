extension LedgerStore {
    /// Records what a run did. Nothing depends on it.
    package func recordRun(_ run: RunRecord) throws(LedgerError) {
        try engine.record(run)
    }

    /// How many runs are recorded.
    package func runCount() throws(LedgerError) -> Int {
        try read { Int(try $0.integer("SELECT count(*) FROM run") ?? 0) }
    }

    /// The latest runs, the last first.
    package func runs(limit: Int) throws(LedgerError) -> [RunRecord] {
        try read { connection in
            let terms = try TermTable(connection, writes: false)
            let runs = try connection.prepare("SELECT id, maildir, started, ended FROM run ORDER BY id DESC LIMIT ?1")
            let counts = try connection.prepare("SELECT name, count FROM run_count WHERE run = ?1")
            try runs.bind(1, limit)
            var records = [RunRecord]()
            while try runs.step() {
                var record = RunRecord(
                    maildir: try terms.text(runs.optionalInteger(1)), started: runs.integer(2), ended: runs.integer(3),
                    counts: [:])
                try counts.bind(1, runs.integer(0))
                while try counts.step() {
                    record.counts[try terms.text(counts.integer(0))] = Int(counts.integer(1))
                }
                counts.reset()
                records.append(record)
            }
            return records
        }
    }
}
