import TestSupport
import Testing
import Week

@testable import Ledger

/// A share of what `make simulate-week` does with a million.
@Suite("A week in which one provider answers \"user unknown\" to everybody for two hours, and another blocks everybody")
struct WeekTests {
    private func commit(_ week: Week, to ledger: LedgerStore, in order: [Int]? = nil, batch: Int = 500) throws {
        let order = order ?? Array(0..<week.count)
        for start in stride(from: 0, to: order.count, by: batch) {
            try ledger.commit(order[start..<min(start + batch, order.count)].map(week.event))
        }
    }

    @Test("No good address is suppressed and no dead one is forgotten", arguments: [1, 2] as [UInt64])
    func truth(seed: UInt64) throws {
        let week = Week(reports: 8_000, seed: seed)
        #expect(week.count == 8_000)
        let ledger = try freshLedger(Policy.byDays)
        try commit(week, to: ledger)
        let result = try WeekResult(ledger)
        #expect(result.goodSuppressed == 0)
        #expect(result.goodHeld > 300)
        #expect(result.deadForgotten == 0)
        #expect(result.deadSuppressed > 20 * result.deadHeld)
        #expect(result.fullSuppressed == 160)
        #expect(result.fullMissed == 0)

        let failed = try ledger.decideBrake(
            provider: Week.failing, from: Week.failure.lowerBound, to: Week.failure.upperBound, .release,
            at: Week.start + Week.seconds)
        #expect(failed.map(\.reason) == ["userunknown"])
        #expect(try WeekResult(ledger).goodHeld == 0)
        for index in 0..<week.count {
            guard let event = week.nextMailing(index) else { continue }
            if try ledger.check(event.outcomes[0].address, at: event.arrival) == .mayMail { try ledger.commit([event]) }
        }
        let later = try WeekResult(ledger)
        #expect(later.goodSuppressed == 0)
        #expect(later.deadHeld == 0)
        #expect(later.deadForgotten == 0)
    }

    @Test("Without the brake the good addresses of the provider are lost: the test can fail")
    func withoutBrake() throws {
        let week = Week(reports: 4_000, seed: 1)
        var policy = Policy.byDays
        policy.brake = nil
        let ledger = try freshLedger(policy)
        try commit(week, to: ledger)
        #expect(try WeekResult(ledger).goodSuppressed > 150)
    }

    @Test("Any order and any batches give the same ledger")
    func order() throws {
        let week = Week(reports: 2_000, seed: 4)
        var policy = Policy.byDays
        policy.brake?.minimum = 10
        let straight = try freshLedger(policy)
        try commit(week, to: straight)
        let expected = try straight.dump()
        var generator = SeededGenerator(seed: 9)
        for batch in [97, 1_000] {
            let ledger = try freshLedger(policy)
            try commit(week, to: ledger, in: (0..<week.count).shuffled(using: &generator), batch: batch)
            #expect(try ledger.dump() == expected)
            #expect(try ledger.rebuild() == 0)
        }
    }
}
