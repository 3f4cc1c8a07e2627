import Foundation
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

/// Several hosts write to one ledger at once. On SQLite they take turns; on PostgreSQL they do not.
@Suite("Many hosts, one ledger")
struct ManyHostsTests {
    private static let hosts = 4

    /// What each host has: reports of its own, reports that another has too, some out of their order, and an hour in which
    /// one provider refuses everybody.
    private func batches(of host: Int) -> [[DeliveryEvent]] {
        (0..<6).map { batch in
            var events: [DeliveryEvent] = []
            for number in 0..<60 {
                let all = batch * 60 + number
                let isShared = number % 5 == 0
                let identity = isShared ? all : 10_000 * (host + 1) + all
                let day = number % 7 == 0 ? 5 - batch : batch
                let address =
                    number % 3 == 0 ? "u\(all % 40)@big.example" : "h\(isShared ? 0 : host)-\(all)@spike.example"
                var event = report(
                    identity, name: "\(host)-\(all).host", address: address,
                    at: time(day: day, hour: number % 3 == 0 ? number % 24 : 12) + Int64(isShared ? 0 : host))
                if number % 11 == 0 { event = softReport(identity + 500_000, address: address, at: event.arrival) }
                event.isVouched = identity % 4 != 0
                if identity % 3 == 0 {
                    for more in 1...(identity % 9 == 0 ? 3 : 1) {
                        var outcome = event.outcomes[0]
                        outcome.address = "u\((all + more) % 40)@big.example"
                        event.outcomes.append(outcome)
                    }
                    event.holdIfLarge(limit: 3)
                }
                event.key = DeliveryKey(maildir: "/mail/\(host)", unique: Array("\(host)-\(all)".utf8))
                events.append(event)
            }
            return host % 2 == 0 ? events : events.reversed()
        }
    }

    @Test("They leave the ledger that one host would have made, however their batches fall between each other")
    func together() async throws {
        let folder = try TemporaryFolder()
        do { _ = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays) }
        let path = folder.ledger
        try await withThrowingTaskGroup(of: Int.self) { group in
            for host in 0..<Self.hosts {
                let batches = batches(of: host)
                group.addTask {
                    try await withCheckedThrowingContinuation { continuation in
                        // A thread of its own: a commit waits for the others.
                        Thread.detachNewThread {
                            continuation.resume(
                                with: Result {
                                    let ledger = try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays)
                                    return try batches.reduce(0) {
                                        $0 + (try ledger.commit($1)).count { $0 == .counted }
                                    }
                                })
                        }
                    }
                }
            }
            var counted = 0
            for try await count in group { counted += count }
            let alone = try freshLedger(Policy.byDays)
            var expected = 0
            for host in 0..<Self.hosts {
                for batch in batches(of: host) { expected += try alone.commit(batch).count { $0 == .counted } }
            }
            #expect(counted == expected)
            let ledger = try LedgerStore(path: path, mode: .readOnly, policy: Policy.byDays)
            #expect(try ledger.dump() == alone.dump())
            #expect(try ledger.brakes(all: true).isEmpty == false)
            #expect(try ledger.verify(limit: 9).differences == [])
        }
    }
}
