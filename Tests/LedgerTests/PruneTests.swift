import Seeded
import Testing

@testable import Ledger

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

    /// What must not change.
    private func essence(_ ledger: LedgerStore) throws -> [String: [String]] {
        try ledger.dump().filter { ["address", "tally", "rule_hit"].contains($0.key) }
    }

    @Test("After pruning, every state is what it was, goes on as it would have, and a rebuild changes nothing")
    func same() throws {
        var generator = SeededGenerator(seed: 31)
        for round in 0..<10 {
            var policy = Policy()
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
            #expect(try pruned.prune(olderThan: time(day: 10)) == PruneResult())

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
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1, name: "a", at: time(day: 0)), report(1, name: "b", at: time(day: 1))])
        #expect(try ledger.prune(olderThan: time(day: 30)) == PruneResult(outcomes: 1, deliveries: 2))
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
        let ledger = try freshLedger(Policy())
        var event = report(1, at: time(day: 0))
        event.outcomes.append(OutcomeEvent(address: "ann@dest.example", kind: "soft", reason: "mailboxfull"))
        event.outcomes.append(OutcomeEvent(address: "no address", kind: "soft", reason: "mailboxfull"))
        try ledger.commit([event])
        #expect(try ledger.prune(olderThan: time(day: 0)) == PruneResult())
        #expect(try ledger.prune(olderThan: time(day: 1)) == PruneResult(outcomes: 2, deliveries: 1))
        #expect(try ledger.read { try $0.integer("SELECT count(*) FROM outcome") } == 0)
    }

    @Test("What the brake holds back stays held back, and is confirmed by another bounce, no longer by a decision")
    func held() throws {
        var policy = Policy()
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
        let ledger = try freshLedger(Policy())
        try ledger.commit([softReport(1, at: time(day: 5))])
        _ = try ledger.prune(olderThan: time(day: 10))
        try ledger.commit([report(2, at: time(day: 3))])
        let state = try ledger.address("bob@dest.example")?.state
        #expect(state?.suppression?.since == time(day: 3))
        #expect(state?.firstSeen == time(day: 3))
        #expect(state?.lastSeen == time(day: 5))
        #expect(try ledger.rebuild() == 0)
    }
}
