/// stub
final class PostgresBatch {
    let policy: Policy
    init(_ policy: Policy) throws { self.policy = policy }
    func commit(_ batch: [DeliveryEvent], _ session: PostgresSession, lockSeconds: Int) throws -> [CommitOutcome] {
        try session.run(
            "BEGIN; SET LOCAL lock_timeout = \(lockSeconds * 1000); \(PostgresLock.ledger.sql(shared: false))")
        let r = try BatchWriter(PostgresConnection(session), policy: policy).write(batch)
        try session.run("COMMIT")
        return r
    }
}
