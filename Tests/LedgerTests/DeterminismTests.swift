import Testing

@testable import Ledger

@Suite("The ledger is a function of the set of events")
struct DeterminismTests {
    /// A set of events with everything that could make the order matter: the same second, the same day, copies of one
    /// report under several names that differ in arrival and content, several recipients, the same address twice.
    private func events(_ generator: inout SeededGenerator, count: Int) -> [DeliveryEvent] {
        let classes = [
            "hard-bounce", "soft-bounce", "soft-bounce", "soft-bounce", "delivery-receipt", "complaint",
            "auto-reply", "double-bounce", "delay-notice",
        ]
        let kinds = ["hard", "soft", "soft", "soft", "delivered", "delayed"]
        return (0..<count).map { index in
            let number = Int.random(in: 0..<(count * 3 / 4), using: &generator)
            let className = classes.randomElement(using: &generator) ?? "hard-bounce"
            var event = report(
                number, name: "file-\(index)", class: className,
                at: time(
                    day: Int.random(in: 0..<60, using: &generator), hour: Int.random(in: 0..<3, using: &generator)),
                origin: ["local", "remote", nil].randomElement(using: &generator) ?? nil)
            event.outcomes = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                let name = ["bob", "Bob", "ann", "cid", "dan"].randomElement(using: &generator) ?? "bob"
                return OutcomeEvent(
                    address: name + "@dest.example", kind: kinds.randomElement(using: &generator) ?? "soft",
                    reason: ["userunknown", "mailboxfull", "blocked"].randomElement(using: &generator) ?? "blocked")
            }
            return event
        }
    }

    @Test("Any order, any split into batches, and a rebuild give the same ledger, byte for byte")
    func anyOrder() throws {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<12 {
            var policy = Policy()
            policy.soft.days = 3
            policy.hard.days = round % 2 + 1
            policy.softExpiryDays = round % 3 == 0 ? 7 : nil
            let set = events(&generator, count: 60)
            let whole = try LedgerStore(inMemory: policy)
            try whole.commit(set)
            let expected = try whole.dump()
            #expect(try whole.rebuild() == 0)
            #expect(try whole.dump() == expected)
            for _ in 0..<6 {
                let ledger = try LedgerStore(inMemory: policy)
                var rest = set.shuffled(using: &generator)
                while !rest.isEmpty {
                    let size = Int.random(in: 1...12, using: &generator)
                    try ledger.commit(Array(rest.prefix(size)))
                    rest.removeFirst(min(size, rest.count))
                }
                #expect(try ledger.dump() == expected)
                #expect(try ledger.rebuild() == 0)
                #expect(try ledger.dump() == expected)
            }
        }
    }

    @Test("A rebuild mends whatever was done to the derived tables")
    func mends() throws {
        let ledger = try LedgerStore(inMemory: Policy())
        try ledger.commit((0..<20).map { softReport($0, address: "a\($0 % 4)@dest.example", at: time(day: $0)) })
        let before = try ledger.dump()
        try ledger.write {
            try $0.run("UPDATE address SET soft = 99, streaks = NULL, cause = 2, since = 1, reason = 1")
        }
        try ledger.write { try $0.run("DELETE FROM tally") }
        #expect(try ledger.dump() != before)
        #expect(try ledger.rebuild() == 4)
        #expect(try ledger.dump() == before)
    }

    @Test("A ledger opened under another policy is derived anew")
    func policyChange() throws {
        let folder = try TemporaryFolder()
        let set = (0..<3).map { softReport($0, at: time(day: $0)) }
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        try ledger.commit(set)
        #expect(try ledger.check("bob@dest.example", at: time(day: 9)) == .mayMail)
        var strict = Policy()
        strict.soft.days = 3
        let other = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: strict)
        #expect(try other.check("bob@dest.example", at: time(day: 9)) != .mayMail)
        let back = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        #expect(try back.check("bob@dest.example", at: time(day: 9)) == .mayMail)
    }
}
