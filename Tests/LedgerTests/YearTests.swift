import Testing
import Year

@testable import Ledger

/// A share of what `make simulate-year` does with 100,000 addresses, on a seed that no number was chosen on.
@Suite(
    "A year of mailings, with outages, a block list, a wrong DMARC record and a forger",
    .enabled(if: !TestServer.isInUse))
struct YearTests {
    @Test("No good address is lost, the dead are found at their first report, and who stays full is found in time")
    func year() throws {
        // As docs/policy.md advises for a small list.
        var policy = Policy()
        policy.brake?.minimum = 3
        let ledger = try LedgerStore(inMemory: policy)
        var run = YearRun(Year(addresses: 1_500, seed: 3), ledger)
        try run.run()
        let all = try run.result().total
        #expect(all.good > 1_300)
        #expect(all.goodSuppressed == [])
        #expect(all.dead > 20 && all.deadMissed == 0)
        #expect(all.deadAtOnce > all.dead * 9 / 10)
        #expect(all.full > 20 && all.fullMissed == 0)
        #expect(all.fullInTime > all.full * 9 / 10)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("Under the policy of 0.1.0 good addresses are lost: the test can fail")
    func first() throws {
        var policy = Policy()
        policy.hostUnknown = policy.hard
        policy.soft = Policy.fiveDays
        policy.sender = nil
        let ledger = try LedgerStore(inMemory: policy)
        var run = YearRun(Year(addresses: 500, seed: 3), ledger)
        try run.run()
        #expect(try run.result().total.goodSuppressed.count > 20)
    }
}
