import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

/// What a ledger in a file has no part in. Run on the server that Tests/postgresql/run.sh starts.
@Suite("A ledger on a server", .enabled(if: TestServer.isInUse, "needs MAILDIR_BOUNCE_TEST_POSTGRESQL"))
struct PostgresLedgerTests {
    private func session(_ path: String) throws -> PostgresSession {
        try PostgresSession(try #require(try PostgresAddress(path)))
    }

    @Test("One of a later version is refused, and so is another program's database")
    func identity() throws {
        let ledger = try freshLedger(Policy.byDays)
        try session(ledger.path).run("UPDATE ledger SET version = 99")
        for mode in [LedgerStore.Mode.readOnly, .readWrite] {
            let refusal = #expect(throws: LedgerError.self) {
                try LedgerStore(path: ledger.path, mode: mode, policy: Policy.byDays)
            }
            #expect(refusal?.category == .cannotOpen)
            #expect(refusal?.description.contains("later maildir-bounce") == true)
        }
        for table in ["ledger (whatever INTEGER)", "delivery (whatever INTEGER)"] {
            let folder = try TemporaryFolder()
            try session(folder.ledger).run("CREATE TABLE \(table)")
            let refusal = #expect(throws: LedgerError.self) {
                try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
            }
            #expect(refusal?.description.contains("another program") == true)
        }
    }

    @Test("Where there is none, a reader makes none, and a dry run knows it")
    func missing() throws {
        let folder = try TemporaryFolder()
        let refusal = #expect(throws: LedgerError.self) {
            try LedgerStore(path: folder.ledger, mode: .readOnly, policy: Policy.byDays)
        }
        #expect(refusal?.isMissing == true)
        let other = #expect(throws: LedgerError.self) {
            try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays, makes: false)
        }
        #expect(other?.isMissing == true)
        let count = try session(folder.ledger).execute(
            "SELECT count(*) FROM pg_class WHERE relname = 'delivery' AND pg_table_is_visible(oid)", [])
        #expect(count.integer(0, 0) == 0)
    }

    @Test("A reader writes nothing, also where the program asks it to")
    func reader() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1)])
        let reader = try LedgerStore(path: ledger.path, mode: .readOnly, policy: Policy.byDays)
        #expect(throws: LedgerError.self) { try reader.commit([report(2)]) }
        #expect(throws: LedgerError.self) { try reader.read { try $0.run("DELETE FROM outcome") } }
        #expect(try reader.summary(at: time(day: 1)).addresses == 1)
    }

    @Test("Who waits too long for another writer says so, has changed nothing, and can try again")
    func locked() throws {
        let first = try freshLedger(Policy.byDays)
        let second = try LedgerStore(path: first.path, mode: .readWrite, policy: Policy.byDays, busySeconds: 1)
        let elsewhere = try freshLedger(Policy.byDays)
        let error = try first.write { _ in
            // A ledger in another schema has locks of its own.
            let outcomes = try elsewhere.commit([report(1)])
            #expect(outcomes == [.counted])
            return #expect(throws: LedgerError.self) { try second.commit([report(2)]) }
        }
        #expect(error?.category == .tryAgain)
        #expect(error?.description.contains("locked") == true)
        #expect(try second.commit([report(2)]) == [.counted])
    }

    @Test("A connection that was cut between two batches is made anew")
    func cut() throws {
        let ledger = try freshLedger(Policy.byDays)
        func cut() throws {
            let number = try ledger.read { try $0.integer("SELECT pg_backend_pid()") }
            try session(ledger.path).run("SELECT pg_terminate_backend(\(try #require(number)))")
        }
        #expect(try ledger.commit([report(1)]) == [.counted])
        try cut()
        #expect(try ledger.commit([report(1), report(2, address: "b@dest.example")]) == [.alreadyKnown, .counted])
        try cut()
        #expect(try ledger.check("b@dest.example", at: time(day: 1)) != .mayMail)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("A batch that is refused leaves nothing: no row, no lock, no empty address")
    func refused() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1)])
        let before = try ledger.dump()
        try session(ledger.path).run(
            "ALTER TABLE outcome ADD CONSTRAINT refusal CHECK (diagnostic NOT LIKE '%poison%')")
        var poison = report(2, address: "new@dest.example")
        poison.outcomes[0].diagnostic = "550 poison"
        let error = #expect(throws: LedgerError.self) {
            try ledger.commit([report(3, address: "other@dest.example"), poison])
        }
        #expect(error?.category == .inputOutput)
        #expect(try ledger.dump() == before)
        #expect(try ledger.commit([report(3, address: "other@dest.example")]) == [.counted])
        #expect(try ledger.commit([report(3, address: "other@dest.example")]) == [.alreadyKnown])
        // A report that is known names an address that nobody has seen: its row does not stay.
        #expect(try ledger.commit([report(1, address: "third@dest.example")]) == [.alreadyKnown])
        #expect(try ledger.address("third@dest.example") == nil)
        #expect(try ledger.verify(limit: 9).differences == [])
    }
}
