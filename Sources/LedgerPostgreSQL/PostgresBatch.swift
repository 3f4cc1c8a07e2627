import Ledger

/// Writes batches of reports to PostgreSQL in a few round trips, whatever they contain.
///
/// The rows that a batch may touch are copied into a ledger in memory, the batch is written there by ``BatchWriter``,
/// as with SQLite, and the changes are sent back: three round trips if no text is new and no mail is older than one
/// that was counted.
///
/// Many hosts do this at once. The rows that a batch may change are locked before they are read, in a fixed order: the
/// addresses by name, new ones among them, the reports by fingerprint; then come the new reports, in the same order;
/// then, exclusively, the counts of the brake, which most batches share, followed at once by the derived states and the
/// commit. If two hosts count a report at once, one of them fails, starts over and finds it. If an hour becomes or
/// stops being a spike, or it becomes known that a stream was mailed on a day, addresses outside the batch change: that
/// batch is repeated with the whole ledger locked.
final class PostgresBatch {
    private let policy: Policy
    private let version: Int64
    private var scratch: ScratchLedger
    private var terms = PostgresTerms()

    init(_ policy: Policy, version: Int64) throws {
        self.policy = policy
        self.version = version
        scratch = try ScratchLedger(policy)
    }

    func commit(_ batch: [DeliveryEvent], _ session: PostgresSession, lockSeconds: Int) throws -> [CommitOutcome] {
        if terms.isFull { try forgetTerms(drops: terms.drops) }
        // Canaries are recorded before they are sent, and never deleted while a report may come.
        let batch = try CanaryTable(PostgresConnection(session, beginning: [])).resolve(batch)
        let names = BatchNames(batch, policy)
        var beyond = Beyond()
        while true {
            do {
                try remember(try terms.learn(names.texts, session))
                return try attempt(batch, names, session, lockSeconds: lockSeconds, beyond: beyond)
            } catch let found as ChangesOthers {
                try session.run("ROLLBACK")
                beyond.hours.formUnion(found.beyond.hours)
                beyond.days.formUnion(found.beyond.days)
            } catch let stale as StaleTerms {
                try session.run("ROLLBACK")
                try forgetTerms(drops: stale.drops)
            }
        }
    }

    /// What a batch changes besides the states of its own addresses.
    struct Beyond {
        /// Hours whose status changes.
        var hours = Set<PostgresContext.Hour>()
        /// Days of which it becomes known that a stream was mailed.
        var days = Set<MailingDays.Day>()

        var isEmpty: Bool { hours.isEmpty && days.isEmpty }
    }

    private func forgetTerms(drops: String?) throws {
        terms = PostgresTerms(drops: drops)
        scratch = try ScratchLedger(policy)
    }

    /// Addresses of others change that were not all read.
    private struct ChangesOthers: Error { var beyond: Beyond }

    private func attempt(
        _ batch: [DeliveryEvent], _ names: BatchNames, _ session: PostgresSession, lockSeconds: Int,
        beyond: Beyond
    ) throws -> [CommitOutcome] {
        var outcomes: [CommitOutcome] = []
        var failure: (any Error)?
        // Only the terms stay in memory between batches: the transaction there is always rolled back.
        let _: Void? = try scratch.write { connection in
            do {
                var context = PostgresContext(session, connection, policy)
                let numbers = try context.readFirst(
                    names, terms, batch.count, version: version, lockSeconds: lockSeconds, isAlone: !beyond.isEmpty)
                try context.readMore(batch, names, terms, beyond)
                try learnTerms(context.termNumbers, session, connection)
                connection.given = numbers

                let journal = ChangeJournal()
                connection.note(in: journal)
                defer { connection.note(in: nil) }
                let writer = try BatchWriter(connection, policy: policy)
                outcomes = try writer.writeDeliveries(batch)
                let deliveries = try PostgresChanges(connection, journal, context).deliveries(
                    replaced: writer.replaced)
                try context.readBrake(after: deliveries, names, terms)
                try learnTerms(context.termNumbers, session, connection)
                try writer.writeStates()
                let changed = Beyond(
                    hours: try context.changedHours().subtracting(beyond.hours),
                    days: writer.mailings.learned.subtracting(beyond.days))
                guard changed.isEmpty else { throw ChangesOthers(beyond: changed) }
                // A text that has a number only in the ledger in memory must not be copied to the other.
                guard journal.terms.isSubset(of: context.termNumbers) else { throw DamagedLedger() }
                let states = try PostgresChanges(connection, journal, context).states()
                let server = PostgresConnection(session, beginning: [])
                try CanaryTable(server).note(batch)
                try server.flush()
                _ = try session.pipeline(states + [PostgresSession.Statement(sql: "COMMIT")])
            } catch {
                failure = error
            }
            return nil
        }
        if let failure { throw failure }
        return outcomes
    }

    /// Stores terms permanently in the ledger in memory, under PostgreSQL's numbers.
    private func remember(_ learned: [(Int64, String)]) throws {
        if learned.isEmpty { return }
        _ = try scratch.write { try PostgresBatch.insert(learned, $0) }
    }

    private func learnTerms(_ numbers: Set<Int64>, _ session: PostgresSession, _ connection: any Connection) throws {
        let learned = try terms.learn(numbers: numbers, session)
        if learned.isEmpty { return }
        // Belongs to this transaction, which is rolled back: what was learned must be forgotten with it.
        try PostgresBatch.insert(learned, connection)
        terms.forget(learned)
    }

    private static func insert(_ learned: [(Int64, String)], _ connection: any Connection) throws {
        let insert = try connection.prepare("INSERT INTO term (id, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
        for (id, text) in learned {
            try insert.bind(1, id)
            try insert.bind(2, text)
            try insert.execute()
        }
    }
}
