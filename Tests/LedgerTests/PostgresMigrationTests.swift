import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

/// The way from version 2, and what a next version must keep to. Run on the server that Tests/postgresql/run.sh starts.
@Suite(
    "Ledgers on a server of an earlier version",
    .enabled(if: TestServer.isInUse, "needs MAILDIR_BOUNCE_TEST_POSTGRESQL"))
struct PostgresMigrationTests {
    /// What a later program would know: a column, filled from what is there.
    private let later =
        PostgresSchema.migrations + [
            PostgresSchema.Migration(
                version: 98,
                sql: """
                    ALTER TABLE outcome ADD COLUMN length BIGINT;
                    UPDATE outcome SET length = length(diagnostic);
                    """)
        ]

    private func open(
        _ ledger: LedgerStore, _ migrations: [PostgresSchema.Migration], mode: LedgerStore.Mode = .readWrite,
        makes: Bool = false
    ) throws -> PostgresLedger {
        let address = try #require(try PostgresAddress(ledger.path))
        return try PostgresLedger(address, mode: mode, makes: makes, busySeconds: 5, migrations: migrations)
    }

    @Test("A writer brings it to its own version, once, and loses nothing; a reader does not")
    func migrates() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1), report(2, address: "b@dest.example")])
        let before = try ledger.dump()

        let refusal = #expect(throws: LedgerError.self) { try open(ledger, later, mode: .readOnly) }
        #expect(refusal?.description.contains("must be brought to version 98") == true)
        #expect(try ledger.engine.version() == Schema.version)

        for _ in 1...2 { #expect(try open(ledger, later).version() == 98) }
        let reader = try open(ledger, later, mode: .readOnly)
        let lengths = try reader.read { try $0.integer("SELECT count(*) FROM outcome WHERE length > 0") }
        #expect(lengths == 2)
        #expect(try ledger.dump() == before)
    }

    @Test("From version 2: reports keep their fingerprints, dates of the future become the present")
    func fromVersion2() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1), report(2, address: "b@dest.example", at: time(day: 30_000))])
        let outcomes = try ledger.dump()["outcome"]
        try ledger.write { connection in
            for sql in [
                "DROP VIEW suppressed, suppressed_domain, suppressed_stream, changes, postfix_access",
                """
                CREATE VIEW suppressed (address, reason, since, until) AS
                SELECT a.address, t.text, CAST(a.since AS TEXT), CAST(a.until AS TEXT)
                FROM address AS a LEFT JOIN term AS t ON t.id = a.reason WHERE a.cause IS NOT NULL
                """,
                "ALTER TABLE action DROP COLUMN known, DROP COLUMN stream, DROP COLUMN cause",
                "CREATE UNIQUE INDEX action_event ON action (address, at, kind, reason)",
                """
                ALTER TABLE delivery DROP COLUMN seen, DROP COLUMN first_seen, DROP COLUMN stream, DROP COLUMN delivered_to,
                    DROP COLUMN mailed, DROP COLUMN bulk, DROP COLUMN vouched, DROP COLUMN held,
                    DROP COLUMN sharers, DROP COLUMN withheld
                """,
                "ALTER TABLE outcome DROP COLUMN party, DROP COLUMN cause",
                "ALTER TABLE address DROP COLUMN party, DROP COLUMN held_vouched, DROP COLUMN access_key",
                "ALTER TABLE base DROP COLUMN party, DROP COLUMN held_vouched",
                "ALTER TABLE forgotten DROP COLUMN party", "ALTER TABLE brake_member DROP COLUMN weight",
                """
                ALTER TABLE brake_hour DROP COLUMN votes, DROP COLUMN folded_votes, DROP COLUMN vouched,
                    DROP COLUMN folded_vouched
                """,
                "DROP INDEX address_until",
                "DELETE FROM setting WHERE name = '\(LedgerStore.editionSetting)' OR name LIKE 'feed-%'",
                """
                DROP TABLE captured, change, hook, domain, stream_suppression, sent, mailing_day, report_decision, canary
                """, "UPDATE ledger SET version = 2",
            ] { try connection.run(sql) }
        }
        let migrated = try LedgerStore(path: ledger.path, mode: .readWrite, policy: Policy.byDays)
        #expect(try migrated.engine.version() == Schema.version)
        #expect(migrated.policy.edition == .first)
        // Nobody was told of what it had suppressed.
        #expect(try migrated.feed().continues(after: 0, in: nil) == false)
        #expect(try migrated.dump()["outcome"] == outcomes)
        #expect(try migrated.read { try $0.integer("SELECT count(*) FROM before_0_2_0_delivery") } == 2)
        #expect(try migrated.read { try $0.integer("SELECT max(version) FROM before_0_2_0_ledger") } == 2)
        #expect(try migrated.read { try ReportIndex.formerEnd($0) } != nil)
        #expect(try migrated.rebuild() == 0)
        let since = try #require(try migrated.address("b@dest.example")?.state.suppression?.since)
        #expect(since < time(day: 29_000))
        // A copy that is known by its former fingerprint only.
        var copy = report(77, name: "copy")
        copy.former = FormerFingerprint(fingerprint(1), hasMessageID: true)
        #expect(try migrated.commit([copy]) == [.duplicate])
        var other = report(78, name: "other", at: time(day: 3))
        other.former = FormerFingerprint(fingerprint(1), hasMessageID: false)
        #expect(try migrated.commit([other]) == [.counted])
        #expect(try migrated.commit([copy, other]) == [.alreadyKnown, .alreadyKnown])
        #expect(try migrated.verify(limit: 9).differences.isEmpty)
    }

    @Test("Two that open it at once migrate it once")
    func atOnce() async throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1)])
        let versions = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 1...4 { group.addTask { try open(ledger, later).version() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(versions == [98, 98, 98, 98])
    }

    @Test("A step that fails leaves the ledger as it was, also where the step before it did not")
    func fails() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1)])
        let before = try ledger.dump()
        let broken = later + [PostgresSchema.Migration(version: 99, sql: "ALTER TABLE nothing ADD COLUMN more BIGINT")]
        #expect(throws: LedgerError.self) { try open(ledger, broken) }
        #expect(try ledger.engine.version() == Schema.version)
        #expect(try ledger.dump() == before)
        #expect(try ledger.commit([report(2)]) == [.counted])
        #expect(try open(ledger, later).version() == 98)
    }

    @Test("A host that still runs the earlier program counts nothing in the later tables, and says why")
    func leftBehind() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1)])
        _ = try open(ledger, later)
        let refusal = #expect(throws: LedgerError.self) { try ledger.commit([report(2)]) }
        #expect(refusal?.category == .cannotOpen)
        #expect(refusal?.description.contains("later maildir-bounce") == true)
        let reports = try open(ledger, later).read { try $0.integer("SELECT count(*) FROM delivery") }
        #expect(reports == 1)
    }
}
