import Glibc
import Testing

@testable import Ledger

@Suite("Erasing the history of an address")
struct ForgetTests {
    @Test("Nothing of the address is left in the files, and it stays suppressed")
    func erased() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        var event = report(1, address: "Secret.Person@dest.example")
        event.messageID = "<bounce-secret.person=dest.example@mail.example>"
        event.outcomes.append(OutcomeEvent(address: "other@dest.example", kind: "hard", reason: "userunknown"))
        try ledger.commit([event] + (2..<200).map { report($0, address: "x\($0)@d\($0).example") })
        try ledger.suppress(["secret.person@dest.example"], note: "Secret.Person rang", at: time(day: 1))
        #expect(try ledger.forget("SECRET.person@dest.example"))
        #expect(try ledger.address("secret.person@dest.example") == nil)
        guard case .suppressed(let suppression) = try ledger.check("secret.person@dest.example", at: time(day: 2))
        else {
            Issue.record("no longer suppressed")
            return
        }
        #expect(suppression.cause == .manual)
        #expect(suppression.since == time(day: 0))
        if !TestServer.isInUse {
            #expect(shell("grep -ail 'secret.person' '\(folder.path)'/*") == "")
            #expect(shell("grep -ail 'other@dest' '\(folder.path)'/*") != "")
        }
        // The others named by the same report keep what they had.
        #expect(try ledger.address("other@dest.example")?.history.count == 1)
        #expect(try ledger.rebuild() == 0)
        let reader = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: Policy())
        #expect(try reader.check("secret.person@dest.example", at: time(day: 2)) != .mayMail)
    }

    @Test("Its files do not count again, nor do copies that arrived earlier")
    func once() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1, name: "a", at: time(day: 5))])
        try ledger.forget("bob@dest.example")
        let outcomes = try ledger.commit([
            report(1, name: "a", at: time(day: 5)), report(1, name: "b", at: time(day: 1)),
        ])
        #expect(outcomes == [.alreadyKnown, .duplicate])
        #expect(try ledger.address("bob@dest.example") == nil)
    }

    @Test("An address that was not suppressed leaves nothing; one of which nothing is known is not found")
    func notSuppressed() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([softReport(1, at: time(day: 0))])
        #expect(try ledger.forget("bob@dest.example"))
        #expect(try ledger.check("bob@dest.example", at: time(day: 1)) == .mayMail)
        #expect(try !ledger.forget("bob@dest.example"))
        #expect(try ledger.read { try $0.integer("SELECT count(*) FROM forgotten") } == 0)
        #expect(throws: LedgerError.self) { try ledger.forget("nonsense") }
    }

    @Test("A release lets a forgotten address be mailed, and does not bring its name back")
    func release() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1, at: time(day: 2))])
        try ledger.forget("bob@dest.example")
        // A release of the time before does not lift it.
        #expect(try ledger.release(["ann@dest.example"], at: time(day: 1)) == [.done])
        #expect(try ledger.release(["bob@dest.example"], at: time(day: 3)) == [.done])
        #expect(try ledger.check("bob@dest.example", at: time(day: 4)) == .mayMail)
        #expect(try ledger.address("bob@dest.example") == nil)
    }

    @Test("New mail about a forgotten address makes a new history")
    func newMail() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1, at: time(day: 2))])
        try ledger.forget("bob@dest.example")
        try ledger.commit([softReport(2, at: time(day: 9))])
        #expect(try ledger.address("bob@dest.example")?.history.count == 1)
        #expect(try ledger.check("bob@dest.example", at: time(day: 10)) != .mayMail)
    }

    @Test("Forgetting one of many leaves a spike what it was")
    func brake() throws {
        var policy = Policy()
        policy.brake?.minimum = 4
        let ledger = try freshLedger(policy)
        try ledger.commit((0..<4).map { report($0, address: "u\($0)@dest.example") })
        #expect(try ledger.brakes().first?.addresses == 4)
        try ledger.forget("u1@dest.example")
        #expect(try ledger.brakes().first?.addresses == 4)
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.brakes().first?.addresses == 4)
    }

    @Test("Two ledgers keep different hashes of one address")
    func keyed() throws {
        let hashes = try (0..<2).map { _ in
            let ledger = try freshLedger(Policy())
            try ledger.commit([report(1)])
            try ledger.forget("bob@dest.example")
            return try ledger.read { connection in
                let query = try connection.prepare("SELECT hash FROM forgotten")
                return try query.step() ? query.bytes(0) : []
            }
        }
        #expect(hashes[0].count == 32)
        #expect(hashes[0] != hashes[1])
    }

    @Test("The hash is that of the published test (RFC 4231, section 4.3)")
    func published() {
        let hash = Forgetting.hash("what do ya want for nothing?", key: Array("Jefe".utf8))
        #expect(
            hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}
