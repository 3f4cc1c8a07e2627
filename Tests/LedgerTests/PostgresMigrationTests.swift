import Testing

@testable import Ledger

/// There is one version so far; these are what a next one must keep to. Run on the server that Tests/postgresql/run.sh starts.
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
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1), report(2, address: "b@dest.example")])
        let before = try ledger.dump()

        let refusal = #expect(throws: LedgerError.self) { try open(ledger, later, mode: .readOnly) }
        #expect(refusal?.description.contains("must be brought to version 98") == true)
        #expect(try ledger.engine.version() == 2)

        for _ in 1...2 { #expect(try open(ledger, later).version() == 98) }
        let reader = try open(ledger, later, mode: .readOnly)
        let lengths = try reader.read { try $0.integer("SELECT count(*) FROM outcome WHERE length > 0") }
        #expect(lengths == 2)
        #expect(try ledger.dump() == before)
    }

    @Test("Two that open it at once migrate it once")
    func atOnce() async throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1)])
        let versions = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 1...4 { group.addTask { try open(ledger, later).version() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(versions == [98, 98, 98, 98])
    }

    @Test("A step that fails leaves the ledger as it was, also where the step before it did not")
    func fails() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1)])
        let before = try ledger.dump()
        let broken = later + [PostgresSchema.Migration(version: 99, sql: "ALTER TABLE nothing ADD COLUMN more BIGINT")]
        #expect(throws: LedgerError.self) { try open(ledger, broken) }
        #expect(try ledger.engine.version() == 2)
        #expect(try ledger.dump() == before)
        #expect(try ledger.commit([report(2)]) == [.counted])
        #expect(try open(ledger, later).version() == 98)
    }

    @Test("A host that still runs the earlier program counts nothing in the later tables, and says why")
    func leftBehind() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1)])
        _ = try open(ledger, later)
        let refusal = #expect(throws: LedgerError.self) { try ledger.commit([report(2)]) }
        #expect(refusal?.category == .cannotOpen)
        #expect(refusal?.description.contains("later maildir-bounce") == true)
        let reports = try open(ledger, later).read { try $0.integer("SELECT count(*) FROM delivery") }
        #expect(reports == 1)
    }
}
