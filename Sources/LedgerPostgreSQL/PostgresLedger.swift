import Ledger
import Dispatch
import Glibc

/// A ledger in one database of a PostgreSQL server, which many hosts may share.
///
/// Writers and locks: a batch of reports takes the ledger's first lock shared, so that many hosts write at once; every
/// other writer takes it exclusively. See ``PostgresBatch`` for the locks between batches.
final class PostgresLedger: LedgerEngine, @unchecked Sendable {
    // All mutable state is used only on `queue`.
    private let queue = DispatchQueue(label: "maildir-bounce.ledger")
    private let address: PostgresAddress
    private let mode: LedgerStore.Mode
    private let makes: Bool
    private let busySeconds: Int
    private let migrations: [PostgresSchema.Migration]
    private var session: PostgresSession?
    private var batches: PostgresBatch?

    /// How long a reader tries to connect.
    private static let readerSeconds = 5

    /// The pauses between two attempts, in microseconds: twice as long each time, up to the last.
    private static let firstPause: UInt32 = 50_000
    private static let lastPause: UInt32 = 2_000_000

    init(
        _ address: PostgresAddress, mode: LedgerStore.Mode, makes: Bool, busySeconds: Int,
        migrations: [PostgresSchema.Migration] = PostgresSchema.migrations
    ) throws(LedgerError) {
        self.address = address
        self.mode = mode
        self.makes = makes
        self.migrations = migrations
        // A program that checks an address has mail to send and should not wait.
        self.busySeconds = mode == .readOnly ? min(busySeconds, PostgresLedger.readerSeconds) : busySeconds
        try attempt { _ in }
    }

    var isShared: Bool { true }

    /// The version of the tables that this program reads and writes.
    private var ownVersion: Int64 { migrations.last?.version ?? 0 }

    func error(_ error: any Error) -> LedgerError {
        guard let failure = error as? PostgresFailure else {
            return LedgerError(error, path: address.text, busySeconds: busySeconds)
        }
        return LedgerError(failure, path: address.text, busySeconds: busySeconds)
    }

    // MARK: Transactions

    func write<Result>(_ body: (any Connection) throws -> Result?) throws(LedgerError) -> Result? {
        guard case .readWrite = mode else { throw LedgerError.openedForReading(address.text) }
        return try attempt { session in
            let connection = PostgresConnection(
                session, beginning: PostgresLock.beginning(PostgresLock.ledger.sql(shared: false), busySeconds))
            try connection.flush()
            do {
                let result = try body(connection)
                try connection.end(result == nil ? "ROLLBACK" : "COMMIT")
                return result
            } catch let failure as PostgresFailure {
                // What `body` has done, such as reading a file, cannot be repeated.
                throw Final(failure: failure)
            }
        }
    }

    func read<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result {
        try attempt { session in
            let connection = PostgresConnection(
                session, beginning: ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"])
            let result = try body(connection)
            try connection.end("COMMIT")
            return result
        }
    }

    func commit(_ batch: [DeliveryEvent], _ policy: Policy) throws(LedgerError) -> [CommitOutcome] {
        guard case .readWrite = mode else { throw LedgerError.openedForReading(address.text) }
        // A batch that was committed although the answer was lost with the connection is recognised when it is sent
        // again.
        return try attempt { session in
            let batches = try self.batches ?? PostgresBatch(policy, version: ownVersion)
            self.batches = batches
            // Longer than the lock timeout, which has its own error.
            let patience = session.patience
            session.patience = Int64(busySeconds) + 30
            defer { session.patience = patience }
            return try batches.commit(batch, session, lockSeconds: busySeconds)
        }
    }

    /// In one round trip, and in parallel with the batches of other hosts.
    func record(_ run: RunRecord) throws(LedgerError) {
        guard case .readWrite = mode else { throw LedgerError.openedForReading(address.text) }
        func stored(_ text: String) -> String { text.stored(limit: LedgerLimits.termBytes) }
        let counts = run.counts.sorted { $0.key < $1.key }
        let names = counts.map { stored($0.key) }
        let maildir = run.maildir.map(stored)
        let texts = Set(names + (maildir.map { [$0] } ?? []))
        let beginning = PostgresLock.beginning(PostgresLock.ledger.sql(shared: true), busySeconds)
        let parameters: [PostgresSession.Parameter] = [
            .value(.text(maildir)), .value(.integer(run.started)), .value(.integer(run.ended)),
        ]
        let sameRun = """
            SELECT 1 FROM run WHERE maildir IS NOT DISTINCT FROM (SELECT id FROM term WHERE text = $1)
                AND started = $2 AND ended = $3
            """
        let statements =
            beginning.map { PostgresSession.Statement(sql: $0) } + [
                PostgresSession.Statement(
                    sql: PostgresTerms.storing, parameters: [.array(PostgresArray(texts.sorted()))]),
                PostgresSession.Statement(
                    sql: """
                        WITH made AS (
                            INSERT INTO run (maildir, started, ended)
                            VALUES ((SELECT id FROM term WHERE text = $1), $2, $3) RETURNING id)
                        INSERT INTO run_count (run, name, count)
                        SELECT made.id, term.id, given.count FROM made, unnest($4, $5) AS given (name, count)
                            JOIN term ON term.text = given.name
                        """,
                    parameters: parameters + [
                        .array(PostgresArray(names)), .array(PostgresArray(counts.map { Int64($0.value) })),
                    ]),
                PostgresSession.Statement(sql: "COMMIT"),
            ]
        var isAgain = false
        try attempt { session in
            // It may have been recorded although the answer was lost.
            if isAgain, try session.execute(sameRun, parameters).count > 0 { return }
            isAgain = true
            _ = try session.pipeline(statements)
        }
    }

    func reader() throws(LedgerError) -> any LedgerEngine {
        try PostgresLedger(address, mode: .readOnly, makes: false, busySeconds: busySeconds)
    }

    /// Committed data needs no checkpoint.
    func checkpoint() -> Bool { true }

    /// The server's files are its own; see docs/scale.md.
    func erase(remainsOf addresses: [String]) -> Bool { true }

    /// The server frees space itself.
    func giveBack() -> LedgerRoom? { nil }

    // MARK: State

    /// The server checks its own pages.
    func integrityProblems(limit: Int) throws(LedgerError) -> [String] { [] }

    func now() throws(LedgerError) -> Int64 {
        try read { try $0.integer("SELECT CAST(extract(epoch FROM now()) AS BIGINT)") ?? 0 }
    }

    func version() throws(LedgerError) -> Int64 {
        try read { try $0.integer("SELECT version FROM ledger") ?? 0 }
    }

    // MARK: Attempts

    /// A failure after which nothing is retried.
    private struct Final: Error { var failure: PostgresFailure }

    /// Runs `body` with a connection, and retries with a new one if that may help, until the time is up.
    private func attempt<Result>(_ body: (PostgresSession) throws -> Result) throws(LedgerError) -> Result {
        do {
            return try queue.sync {
                let start = ContinuousClock.now
                var pause = PostgresLedger.firstPause
                while true {
                    do {
                        let session = try self.session ?? connect()
                        self.session = session
                        return try body(session)
                    } catch {
                        end(error)
                        guard let failure = error as? PostgresFailure, failure.isPassing,
                            start.duration(to: .now) + .microseconds(Int64(pause)) < .seconds(busySeconds)
                        else { throw error }
                        usleep(pause)
                        pause = min(pause * 2, PostgresLedger.lastPause)
                    }
                }
            }
        } catch let final as Final {
            throw error(final.failure)
        } catch is OtherPolicy {
            throw LedgerStore.otherPolicy(address.text)
        } catch {
            throw self.error(error)
        }
    }

    /// Rolls back a failed transaction, and drops the connection if it is lost or in an unknown state.
    private func end(_ error: any Error) {
        let failure = (error as? Final)?.failure ?? error as? PostgresFailure
        guard let session, failure?.isLost != true, failure?.state != "25006" else {
            self.session = nil
            return
        }
        do {
            if session.isInTransaction { try session.run("ROLLBACK") }
        } catch {
            self.session = nil
        }
    }

    private func connect() throws -> PostgresSession {
        let session = try PostgresSession(address)
        if case .readWrite = mode, session.isStandby {
            throw PostgresFailure(state: "25006", message: "the server is a standby", isLost: true)
        }
        let version = try identify(session)
        switch mode {
        case .readWrite where version > 0 || makes:
            if version < ownVersion { try migrate(session) }
        case _ where version == 0:
            throw LedgerError(
                .cannotOpen,
                "there is no ledger at \(address.text); a scan or an import makes it, or check the address",
                isMissing: true)
        default:
            guard version == ownVersion else {
                throw LedgerError(
                    .cannotOpen,
                    "the ledger \(address.text) has version \(version) and must be brought to version "
                        + "\(ownVersion) first; a scan does that")
            }
        }
        return session
    }

    /// The version of the tables, 0 if there are none.
    private func identify(_ session: PostgresSession) throws -> Int64 {
        let names =
            LedgerTable.all.map(\.name) + ["suppressed", "counters", "changes", "delivery_number", "address_number"]
        // Not to_regclass(), which may cache within a transaction that a table did not exist.
        let found = try session.execute(
            """
            SELECT count(*) FILTER (WHERE relname = 'ledger'), count(*) FROM pg_class
            WHERE (relname = 'ledger' OR relname = ANY($1)) AND pg_table_is_visible(oid)
            """, [.array(PostgresArray(names))])
        if found.integer(0, 0) == 0 {
            if found.integer(0, 1) == 0 { return 0 }
            throw foreign
        }
        let rows: PostgresRows
        do {
            rows = try session.execute("SELECT application, version FROM ledger", [])
        } catch let failure as PostgresFailure where failure.state == "42703" {
            throw foreign
        }
        guard rows.count == 1, rows.text(0, 0) == "maildir-bounce" else { throw foreign }
        let version = rows.integer(0, 1)
        if version > ownVersion {
            throw LedgerError(
                .cannotOpen,
                "the ledger \(address.text) has version \(version) and was written by a later maildir-bounce, this one knows "
                    + "version \(ownVersion); update this program")
        }
        // An earlier version had fewer. The table `ledger` is one more than the names.
        let lost = names.count + 1 - Int(found.integer(0, 1))
        guard version < ownVersion || lost == 0 else {
            throw LedgerError(
                .inputOutput,
                "the ledger \(address.text) is damaged: \(lost) of its tables are not there; restore it from a backup")
        }
        return version
    }

    private var foreign: LedgerError {
        LedgerError(
            .inputOutput,
            "\(address.text) is the database of another program; nothing was changed, give the ledger a database of its own"
        )
    }

    /// Creates or migrates the tables, under a lock.
    private func migrate(_ session: PostgresSession) throws {
        try session.run(PostgresLock.beginning(PostgresLock.making, busySeconds).joined(separator: "; "))
        let version = try identify(session)
        for migration in migrations where migration.version > version {
            try session.run(migration.sql)
            try session.run("UPDATE ledger SET version = \(migration.version)")
        }
        if version == 0 { try session.run(LedgerIdentity.insertion(.random())) }
        if version < Schema.version, ownVersion >= Schema.version {
            let connection = PostgresConnection(session, beginning: [])
            try Feed.setUp(connection)
            try connection.flush()
        }
        try session.run("COMMIT")
    }
}
