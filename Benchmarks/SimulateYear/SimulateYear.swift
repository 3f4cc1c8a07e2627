import ArgumentParser
import Glibc
import Ledger
import LedgerPostgreSQL
import Year

/// Sends a year of mailings to addresses of which the truth is known, asking the ledger before each as an application
/// does, and says who was left out that should not be, and the other way round.
@main struct SimulateYear: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-year", abstract: "Simulate a year of mailings, and print how the policy's numbers did.")

    @Option(help: "How many addresses.")
    var addresses = 100_000

    @Option(help: "Another seed, another year. The numbers were chosen on seed 1.")
    var seed: UInt64 = 2

    @Option(help: "The ledger to be made; without it one in memory.")
    var ledger: String?

    @Option(help: "How many addresses are named that did not go as they should.")
    var remarks = 20

    @Option(help: "policy.brake.minimum; else the default.")
    var minimum: Int?

    @Flag(help: "The policy of version 0.1.0 instead.")
    var first = false

    func run() throws {
        var policy = Policy()
        if first {
            policy.hostUnknown = policy.hard
            policy.soft = Policy.fiveDays
            policy.sender = nil
        }
        if let minimum { policy.brake?.minimum = minimum }
        let store: LedgerStore
        if let ledger {
            store = try LedgerStore(path: ledger, mode: .readWrite, policy: policy)
        } else {
            store = try LedgerStore(inMemory: policy)
        }
        var run = YearRun(Year(addresses: addresses, seed: seed), store)
        try run.run()
        let result = try run.result()
        print(
            "seed \(seed), \(addresses) addresses, \(run.reports) reports, policy of \(first ? "0.1.0" : "this version")"
        )
        print(
            line([
                "cadence", "good", "suppressed", "dead", "at once", "later", "missed", "full", "in time", "late",
                "missed",
                "failures", "days",
            ]))
        for cadence in MailingList.Cadence.allCases {
            guard let row = result.rows[cadence] else { continue }
            print(line([cadence.rawValue] + cells(row)))
        }
        print(line(["all"] + cells(result.total)))
        print(
            "good, and named alone in a forged mail: \(result.total.forged), of which suppressed "
                + "\(result.total.forgedSuppressed)")
        for name in result.total.goodSuppressed.prefix(remarks) { print("good and suppressed: \(name)") }
        for remark in result.total.remarks.prefix(remarks) { print(remark) }
    }

    private func cells(_ row: YearResult.Row) -> [String] {
        [
            row.good, row.goodSuppressed.count, row.dead, row.deadAtOnce, row.deadLater, row.deadMissed, row.full,
            row.fullInTime, row.fullLate, row.fullMissed, row.mostFailures, row.mostDays,
        ].map(String.init)
    }

    private func line(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
    }
}
