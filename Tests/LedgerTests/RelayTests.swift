import Testing

@testable import Ledger

@Suite("Relays' lists and our own refusals")
struct RelayTests {
    private func relayed(
        _ number: Int, kind: String = "soft amazon-ses", reason: String = "suspend", replyCode: String? = "550",
        address: String = "bob@dest.example", at arrival: Int64 = time(day: 0)
    ) -> DeliveryEvent {
        report(
            number, class: kind.hasPrefix("hard") ? "hard-bounce" : "soft-bounce", kind: kind, reason: reason,
            replyCode: replyCode, address: address, at: arrival)
    }

    private func suppression(_ ledger: LedgerStore, _ address: String = "bob@dest.example") throws -> Suppression? {
        guard case .suppressed(let found) = try ledger.check(address, at: time(day: 60)) else { return nil }
        return found
    }

    @Test(
        "An address on a relay's list is suppressed at once, and the text says where else to lift it",
        arguments: ["hard mailgun", "soft mailgun"])
    func suppresses(kind: String) throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([relayed(1, kind: kind, reason: "filtered", at: time(day: 3))])
        let found = try #require(try suppression(ledger))
        #expect(
            found
                == Suppression(
                    cause: .relay, reason: "filtered", since: time(day: 3), days: 1, relay: "mailgun", party: .recipient
                ))
        #expect(found.why.hasPrefix("on Mailgun's suppression list (filtered); to mail it again, remove it there, too"))
        let record = try #require(try ledger.address("bob@dest.example"))
        #expect(record.state.counters.hard == 1)
        #expect(record.state.counters.all == 1)
        #expect(record.history.map(\.outcome.fate.kind.text) == [String(kind.prefix(4))])
        #expect(record.history.map(\.outcome.fate.relay) == ["mailgun"])
        let steps = try #require(try ledger.explain("bob@dest.example"))
        #expect(steps.map(\.what) == ["relay"])
        #expect(steps.last?.text.contains("Mailgun") == true)
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.verify(limit: 5).differences.isEmpty)
        #expect(try suppression(ledger) == found)
    }

    @Test("A release lifts it, and the relay's next report suppresses again")
    func release() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([relayed(1, at: time(day: 3))])
        try ledger.release(["bob@dest.example"], at: time(day: 4))
        #expect(try suppression(ledger) == nil)
        try ledger.commit([relayed(2, at: time(day: 5))])
        #expect(try suppression(ledger)?.since == time(day: 5))
    }

    @Test("It outlives its reports, and an erased history")
    func kept() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([relayed(1, at: time(day: 3)), relayed(2, address: "ann@dest.example", at: time(day: 3))])
        let before = try suppression(ledger)
        #expect(try ledger.prune(olderThan: time(day: 30)).outcomes == 2)
        #expect(try suppression(ledger) == before)
        #expect(before?.relay == "amazon-ses")
        #expect(try ledger.forget("ann@dest.example"))
        #expect(try suppression(ledger, "ann@dest.example") == before)
    }

    @Test("Complaints and actions by hand are stronger, bounces weaker")
    func strength() throws {
        #expect(Suppression.Cause.allCases.sorted() == [.soft, .hard, .relay, .unsubscribed, .complaint, .manual])
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: 1))])
        #expect(try suppression(ledger)?.cause == .hard)
        try ledger.commit([relayed(2, at: time(day: 2))])
        #expect(try suppression(ledger)?.cause == .relay)
        #expect(try suppression(ledger)?.since == time(day: 1))
        try ledger.commit([report(3, at: time(day: 3))])
        #expect(try suppression(ledger)?.relay == "amazon-ses")
        try ledger.commit([report(4, class: "complaint", kind: "delivered", reason: "feedback", at: time(day: 4))])
        #expect(try suppression(ledger)?.cause == .complaint)
        #expect(try suppression(ledger)?.relay == nil)
    }

    @Test("A 4xx of a relay suppresses nobody")
    func transient() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([relayed(1, replyCode: "454")])
        #expect(try suppression(ledger) == nil)
        #expect(try ledger.address("bob@dest.example")?.state.counters.soft == 1)
    }

    @Test("The policy has its own numbers for it")
    func policy() throws {
        var policy = Policy.byDays
        policy.relay.days = 0
        let ledger = try freshLedger(policy)
        try ledger.commit([relayed(1)])
        #expect(try suppression(ledger) == nil)
        policy = Policy.byDays
        policy.overrides = [
            Policy.Override(cause: .relay, rule: Policy.Rule(days: 1, within: 30, quietDays: 30, expiryDays: 10))
        ]
        let other = try freshLedger(policy)
        try other.commit([relayed(1, at: time(day: 3)), report(2, address: "ann@dest.example", at: time(day: 3))])
        #expect(try suppression(other) == nil)
        #expect(try other.check("bob@dest.example", at: time(day: 12)) != .mayMail)
        #expect(try suppression(other, "ann@dest.example") != nil)
    }

    @Test("The brake holds a spike of a relay's refusals like one of bounces")
    func brake() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 10
        let ledger = try freshLedger(policy)
        try ledger.commit((0..<20).map { relayed($0, address: "u\($0)@big.example", at: time(day: 3) + Int64($0)) })
        #expect(try suppression(ledger, "u1@big.example") == nil)
        #expect(try ledger.address("u1@big.example")?.state.held?.reason == "suspend")
    }

    @Test("What our own list refused is counted apart and never held against the address")
    func ownRefusal() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([
            report(1, class: "own-refusal", kind: "soft own-refusal", reason: "policyviolation"),
            report(2, class: "hard-bounce", kind: "soft own-refusal", reason: "policyviolation", at: time(day: 1)),
            report(3, class: "own-refusal", kind: "hard", at: time(day: 2)),
        ])
        #expect(try suppression(ledger) == nil)
        let record = try #require(try ledger.address("bob@dest.example"))
        #expect(record.state.counters.other == 3)
        #expect(record.state.counters.all == 3)
        #expect(record.history.map(\.outcome.fate.isOwnRefusal) == [false, true, true])
        #expect(record.history.allSatisfy { $0.outcome.fate.relay == nil })
    }
}
