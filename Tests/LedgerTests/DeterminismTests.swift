import TestSupport
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

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
            // Some arrive together, so that the brake has something to hold.
            let isBurst = Int.random(in: 0..<3, using: &generator) > 0
            let className = classes.randomElement(using: &generator) ?? "hard-bounce"
            var event = report(
                number, name: "file-\(index)", class: className,
                at: isBurst
                    ? time(day: [5, 20, 40][index % 3], hour: index % 2)
                    : time(day: Int.random(in: 0..<60, using: &generator), hour: index % 3),
                origin: ["local", "remote", nil].randomElement(using: &generator) ?? nil)
            event.outcomes = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                let name = ["bob", "Bob", "ann", "cid", "dan", "eve", "fay"].randomElement(using: &generator) ?? "bob"
                return OutcomeEvent(
                    address: name + "@dest.example", kind: kinds.randomElement(using: &generator) ?? "soft",
                    reason: ["userunknown", "mailboxfull", "blocked"].randomElement(using: &generator) ?? "blocked")
            }
            // Some come from outside, and some of these blame more addresses than they may.
            event.isVouched = Int.random(in: 0..<3, using: &generator) > 0
            event.holdIfLarge(limit: 1)
            return event
        }
    }

    /// Decides about some of the reports that are held.
    private func decide(_ events: [DeliveryEvent], _ ledger: LedgerStore) throws {
        for event in events where event.isHeld && event.fingerprint.low % 3 > 0 {
            let id = event.fingerprint.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try ledger.decideReport(id, event.fingerprint.low % 3 == 1 ? .confirm : .release, at: time(day: 70))
        }
    }

    @Test("Any order, any split into batches, and a rebuild give the same ledger, byte for byte")
    func anyOrder() throws {
        var generator = SeededGenerator(seed: 3)
        var spikes = 0
        for round in 0..<8 {
            var policy = Policy.byDays
            policy.softDays.days = 3
            policy.hard.days = round % 2 + 1
            policy.softExpiryDays = round % 3 == 0 ? 7 : nil
            // Four addresses are enough for a spike in some rounds; in others there is no brake.
            policy.brake = round % 4 == 3 ? nil : Policy.Brake()
            policy.brake?.minimum = 3
            policy.brake?.factor = 2
            policy.brake?.windowHours = round % 4 == 2 ? 2 : 1
            policy.overrides = [Policy.Override(reason: .blocked, rule: Policy.Rule(days: 2, within: 9, quietDays: 9))]
            let set = events(&generator, count: 60)
            let actions = (0..<8).map { index in
                ManualAction(
                    address: ["bob", "ann", "new"][index % 3] + "@dest.example",
                    kind: index % 2 == 0 ? .release : .suppress,
                    at: time(day: Int.random(in: 0..<60, using: &generator), hour: 12) + Int64(index))
            }
            // What a release holds against depends on what the ledger had seen: these events before it, those after it.
            let seen = Array(set.prefix(30))
            let unseen = Array(set.dropFirst(30))
            let whole = try freshLedger(policy)
            try whole.commit(seen)
            try whole.record(actions)
            try whole.commit(unseen)
            try decide(set, whole)
            if policy.brake != nil {
                spikes += try whole.brakes().count
            }
            let expected = try whole.dump()
            #expect(try whole.rebuild() == 0)
            #expect(try whole.dump() == expected)
            for _ in 0..<4 {
                let ledger = try freshLedger(policy)
                func commit(_ events: [DeliveryEvent]) throws {
                    var rest = events.shuffled(using: &generator)
                    while !rest.isEmpty {
                        let size = Int.random(in: 1...25, using: &generator)
                        try ledger.commit(Array(rest.prefix(size)))
                        rest.removeFirst(min(size, rest.count))
                    }
                }
                try commit(seen)
                for action in actions { try ledger.record([action]) }
                // A decision may come before copies of the report, and before all others.
                try decide(seen, ledger)
                try commit(unseen)
                try decide(set, ledger)
                #expect(try ledger.dump() == expected)
                #expect(try ledger.rebuild() == 0)
                #expect(try ledger.dump() == expected)
            }
        }
        #expect(spikes > 0)
    }

    @Test("A rebuild mends whatever was done to the derived tables")
    func mends() throws {
        let ledger = try freshLedger(Policy.byDays)
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

    @Test("A ledger opened under another policy is derived anew", .enabled(if: !TestServer.isInUse))
    func policyChange() throws {
        let folder = try TemporaryFolder()
        let set = (0..<3).map { softReport($0, at: time(day: $0)) }
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit(set)
        #expect(try ledger.check("bob@dest.example", at: time(day: 9)) == .mayMail)
        var strict = Policy.byDays
        strict.softDays.days = 3
        let other = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: strict)
        #expect(try other.check("bob@dest.example", at: time(day: 9)) != .mayMail)
        let back = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        #expect(try back.check("bob@dest.example", at: time(day: 9)) == .mayMail)
    }

    @Test("A shared ledger is refused under another policy, until it is rebuilt", .enabled(if: TestServer.isInUse))
    func policyOfOthers() throws {
        let folder = try TemporaryFolder()
        let set = (0..<3).map { softReport($0, at: time(day: $0)) }
        var strict = Policy.byDays
        strict.softDays.days = 3
        // An empty ledger is anybody's.
        do { _ = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: strict) }
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit(set)
        let refusal = #expect(throws: LedgerError.self) {
            try LedgerStore(path: folder.ledger, mode: .readWrite, policy: strict)
        }
        #expect(refusal?.category == .configuration)
        let other = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: strict, adoption: .onRebuild)
        try other.rebuild()
        #expect(try other.check("bob@dest.example", at: time(day: 9)) != .mayMail)
        // A host that had the ledger open before.
        let late = #expect(throws: LedgerError.self) { try ledger.commit([softReport(9, at: time(day: 9))]) }
        #expect(late?.category == .configuration)
    }
}
