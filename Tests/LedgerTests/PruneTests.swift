import TestSupport
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Pruning drops details and keeps what they led to")
struct PruneTests {
    private func mail(_ generator: inout SeededGenerator, from: Int, to: Int, count: Int, first: Int) -> [DeliveryEvent]
    {
        (first..<first + count).map { number in
            let address =
                ["bob", "ann", "cid", "dan", "eve"][Int.random(in: 0..<5, using: &generator)] + "@dest.example"
            let at = time(
                day: Int.random(in: from..<to, using: &generator), hour: Int.random(in: 0..<4, using: &generator))
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: return report(number, address: address, at: at)
            case 1:
                return report(
                    number, class: "delivery-receipt", kind: "delivered", reason: "", address: address, at: at)
            default: return softReport(number, address: address, at: at)
            }
        }
    }

    private func counts(_ result: PruneResult) -> [Int] { [result.outcomes, result.deliveries] }

    /// What must not change.
    private func essence(_ ledger: LedgerStore) throws -> [String: [String]] {
        try ledger.dump().filter { ["address", "tally", "rule_hit"].contains($0.key) }
    }

    @Test("After pruning, every state is what it was, goes on as it would have, and a rebuild changes nothing")
    func same() throws {
        var generator = SeededGenerator(seed: 31)
        for round in 0..<10 {
            var policy = Policy.byDays
            policy.softExpiryDays = round % 2 == 0 ? 10 : nil
            policy.brake?.minimum = 3
            policy.brake?.factor = 3
            let old = mail(&generator, from: 0, to: 40, count: 80, first: 0)
            let new = mail(&generator, from: 40, to: 60, count: 80, first: 1_000)
            let pruned = try freshLedger(policy)
            let whole = try freshLedger(policy)
            for ledger in [pruned, whole] {
                try ledger.commit(old)
                try ledger.release(["ann@dest.example"], at: time(day: 20))
            }
            let before = try essence(pruned)
            let result = try pruned.prune(olderThan: time(day: Int.random(in: 10...40, using: &generator)))
            #expect(result.outcomes > 0 && result.deliveries > 0)
            #expect(try essence(pruned) == before)
            #expect(try pruned.rebuild() == 0)
            #expect(try essence(pruned) == before)
            // A second time there is nothing to do.
            #expect(try counts(pruned.prune(olderThan: time(day: 10))) == [0, 0])

            for ledger in [pruned, whole] {
                try ledger.commit(new.shuffled(using: &generator))
            }
            #expect(try essence(pruned) == essence(whole))
            #expect(try pruned.prune(olderThan: time(day: 55)).outcomes > 0)
            #expect(try essence(pruned) == essence(whole))
            #expect(try pruned.rebuild() == 0)
        }
    }

    @Test("What was pruned never counts again, neither the file nor a copy of the report")
    func once() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, name: "a", at: time(day: 0)), report(1, name: "b", at: time(day: 1))])
        #expect(try counts(ledger.prune(olderThan: time(day: 30))) == [1, 2])
        let before = try ledger.dump()
        let outcomes = try ledger.commit([
            report(1, name: "a", at: time(day: 0)), report(1, name: "b", at: time(day: 1)),
            report(1, name: "c", at: time(day: 50)),
        ])
        #expect(outcomes == [.alreadyKnown, .alreadyKnown, .alreadyKnown])
        #expect(try ledger.dump() == before)
        #expect(try ledger.address("bob@dest.example")?.history.isEmpty == true)
        #expect(try ledger.check("bob@dest.example", at: time(day: 60)) != .mayMail)
        #expect(try ledger.summary(at: time(day: 60)).duplicates == 1)
    }

    @Test("A report of which one recipient is newer than the horizon is not; it is pruned whole or kept")
    func recipients() throws {
        let ledger = try freshLedger(Policy.byDays)
        var event = report(1, at: time(day: 0))
        event.outcomes.append(OutcomeEvent(address: "ann@dest.example", kind: "soft", reason: "mailboxfull"))
        event.outcomes.append(OutcomeEvent(address: "no address", kind: "soft", reason: "mailboxfull"))
        try ledger.commit([event])
        #expect(try counts(ledger.prune(olderThan: time(day: 0))) == [0, 0])
        #expect(try counts(ledger.prune(olderThan: time(day: 1))) == [2, 1])
        #expect(try ledger.read { try $0.integer("SELECT count(*) FROM outcome") } == 0)
    }

    @Test("What the brake holds back stays held back, and is confirmed by another bounce, no longer by a decision")
    func held() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 4
        let ledger = try freshLedger(policy)
        try ledger.commit((0..<4).map { report($0, address: "u\($0)@dest.example") })
        #expect(try ledger.prune(olderThan: time(day: 30)).outcomes == 4)
        #expect(try ledger.brakes().isEmpty)
        #expect(try ledger.decideBrake(provider: "dest.example", .confirm, at: time(day: 31)).isEmpty)
        #expect(try ledger.address("u1@dest.example")?.state.held?.since == time(day: 0))
        #expect(try ledger.rebuild() == 0)
        try ledger.commit((0..<4).map { report(100 + $0, address: "u\($0)@dest.example", at: time(day: 40)) })
        #expect(try ledger.check("u1@dest.example", at: time(day: 50)) != .mayMail)
        #expect(try ledger.rebuild() == 0)
    }

    @Test("Mail from before the horizon that is scanned only afterwards still counts")
    func late() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([softReport(1, at: time(day: 5))])
        _ = try ledger.prune(olderThan: time(day: 10))
        try ledger.commit([report(2, at: time(day: 3))])
        let state = try ledger.address("bob@dest.example")?.state
        #expect(state?.suppression?.since == time(day: 3))
        #expect(state?.firstSeen == time(day: 3))
        #expect(state?.lastSeen == time(day: 5))
        #expect(try ledger.rebuild() == 0)
    }

    @Test("The names of hosts and domains go, the brake's old counts go, and the file becomes smaller")
    func room() throws {
        guard !TestServer.isInUse else { return }
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        let old = (0..<3_000).map { number -> DeliveryEvent in
            var event = softReport(number, address: "a@d\(number).example", at: time(day: 0))
            event.reportingMTA = "mx\(number).relay.example"
            event.outcomes[0].remoteMTA = "mx.d\(number).example"
            return event
        }
        try ledger.commit(old)
        try ledger.commit([report(9_000, address: "new@kept.example", at: time(day: 100))])
        _ = ledger.checkpointed()
        func count(_ table: String) throws -> Int64? {
            try ledger.read { try $0.integer("SELECT count(*) FROM \(table)") }
        }
        #expect(try #require(try count("term")) > 9_000)
        let before = LedgerFile.size(folder.ledger) ?? 0
        let result = try ledger.prune(olderThan: time(day: 50))
        #expect(result.deliveries == 3_000)
        #expect(result.brakeHours == 3_000)
        #expect(result.terms > 8_990)
        #expect(try #require(try count("term")) < 40)
        #expect(try count("brake_hour") == 1)
        let room = try #require(result.room)
        // The pruning itself may have taken some pages.
        #expect((before...before + 100_000).contains(room.before))
        #expect(room.after == LedgerFile.size(folder.ledger))
        #expect(room.after * 10 < room.before * 6)
        #expect(room.unused == 0)
        #expect(room.obstacle == nil)
        #expect((LedgerFile.size(folder.ledger + "-wal") ?? 0) == 0)
        #expect(try ledger.verify(limit: 3).differences == [])
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.commit([old[5]]) == [.alreadyKnown])
        // What was dropped and comes again is a text like any other.
        try ledger.commit([report(9_001, address: "again@d7.example", at: time(day: 101))])
        #expect(try ledger.address("again@d7.example")?.history.first?.outcome.reason == "userunknown")
        #expect(try ledger.verify(limit: 3).differences == [])
    }

    @Test("Where another program reads, the ledger is pruned all the same, and it is told why the file is no smaller")
    func reader() throws {
        guard !TestServer.isInUse else { return }
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays, busySeconds: 0)
        try ledger.commit((0..<2_000).map { softReport($0, address: "a@d\($0).example", at: time(day: 0)) })
        let reader = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        let result = try reader.read { connection in
            _ = try connection.integer("SELECT id FROM delivery")
            return try ledger.prune(olderThan: time(day: 50))
        }
        #expect(result.deliveries == 2_000)
        #expect(result.room?.obstacle == "another program is reading the ledger")
        #expect(result.room?.after == LedgerFile.size(folder.ledger))
        let again = try ledger.prune(olderThan: time(day: 50))
        #expect(again.deliveries == 0)
        let room = try #require(again.room)
        #expect(room.obstacle == nil)
        #expect(room.after == LedgerFile.size(folder.ledger))
    }

    @Test("What another program knows of terms is worth nothing when some are dropped")
    func staleTerms() throws {
        guard !TestServer.isInUse else { return }
        let folder = try TemporaryFolder()
        let scan = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try scan.commit([softReport(1, address: "a@one.example", at: time(day: 0))])
        let other = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        #expect(try other.prune(olderThan: time(day: 5)).terms > 0)
        try other.commit([softReport(2, address: "b@two.example", at: time(day: 9))])
        // The numbers that the first has for these texts are gone, or others' by now.
        try scan.commit([softReport(3, address: "c@one.example", at: time(day: 10))])
        let history = try #require(scan.address("c@one.example")?.history.first)
        #expect(history.outcome.reason == "mailboxfull")
        #expect(history.outcome.remoteMTA == "mx.dest.example")
        #expect(history.reportingMTA == "mail.example")
        let missing = try UnusedTerms.references.map { table, column in
            try scan.read {
                try $0.integer(
                    """
                    SELECT count(*) FROM \(table) LEFT JOIN term ON term.id = \(column)
                    WHERE \(column) IS NOT NULL AND \(column) <> 0 AND term.id IS NULL
                    """)
            }
        }
        #expect(missing.allSatisfy { $0 == 0 })
        #expect(missing.count > 25)
    }

    @Test("A provider that goes on failing is as usual to the brake as it would be without pruning")
    func usual() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 5
        let pruned = try freshLedger(policy)
        let whole = try freshLedger(policy)
        func day(_ day: Int, _ count: Int) -> [DeliveryEvent] {
            (0..<count).map {
                report(day * 1_000 + $0, address: "u\(day)x\($0)@dest.example", at: time(day: day))
            }
        }
        let old = [0, 20].flatMap { day($0, 4) } + [40, 41, 44, 47].flatMap { day($0, 6) }
        for ledger in [pruned, whole] { try ledger.commit(old) }
        #expect(try pruned.prune(olderThan: time(day: 45)).brakeHours > 0)
        for number in [48, 50, 53, 70] {
            for ledger in [pruned, whole] { try ledger.commit(day(number, 7 + number % 3)) }
            #expect(try essence(pruned) == essence(whole))
            #expect(try pruned.rebuild() == 0)
        }
    }
}

extension LedgerStore {
    fileprivate func checkpointed() -> Bool { (try? checkpoint()) ?? false }
}
