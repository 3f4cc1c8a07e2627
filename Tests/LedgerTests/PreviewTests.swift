import Seeded
import Testing

@testable import Ledger

@Suite("A preview tells what a commit would do")
struct PreviewTests {
    @Test(
        "Over many batches a preview gives the outcomes and the new suppressions of the commits, and writes nothing",
        arguments: [false, true])
    func same(_ isBraked: Bool) throws {
        var generator = SeededGenerator(seed: 11)
        let folder = try TemporaryFolder()
        let names = (0..<40).map { "a\($0)@dest.example" }
        func batch(_ from: Int) -> [DeliveryEvent] {
            (from..<from + 150).map { number in
                let address = names.randomElement(using: &generator) ?? names[0]
                let arrival = time(day: Int.random(in: 0..<20, using: &generator), hour: number % 3)
                // Some come under a number, a name or both that other batches have, too.
                let identity = Bool.random(using: &generator) ? number : Int.random(in: 0..<600, using: &generator)
                var event = softReport(identity, address: address, at: arrival)
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    event = report(identity, address: address, at: arrival)
                }
                event.key = DeliveryKey(
                    maildir: "/m", unique: Array("f\(Int.random(in: 0..<1_500, using: &generator))".utf8))
                return event
            }
        }
        let known = batch(0)
        let batches = [batch(150), batch(300), batch(450)]
        var policy = Policy()
        policy.brake = isBraked ? Policy.Brake() : nil
        policy.brake?.minimum = 3
        policy.brake?.factor = 2
        do {
            let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: policy)
            try ledger.commit(known)
            _ = try ledger.prune(olderThan: time(day: 5))
            for name in names.prefix(3) { try ledger.forget(name) }
            try ledger.release(Array(names[3..<10]), at: time(day: 30))
            try ledger.suppress(Array(names[10..<12]), at: time(day: 8))
            for episode in try ledger.brakes().prefix(4) {
                try ledger.decideBrake(
                    provider: episode.provider, reason: episode.reason, from: episode.start, to: episode.end,
                    episode.addresses % 2 == 0 ? .confirm : .release, at: time(day: 41))
            }
        }
        let before = folder.listing()
        let dry = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: policy)
        let previews = try batches.map { try dry.preview($0) }
        #expect(folder.listing() == before)

        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: policy)
        func suppressed() throws -> [String: Suppression] {
            var rows = [String: Suppression]()
            try ledger.suppressed(at: time(day: 100)) { row in
                rows[row.address] = row.suppression
                return true
            }
            return rows
        }
        for (batch, preview) in zip(batches, previews) {
            let old = try suppressed()
            #expect(try ledger.commit(batch) == preview.outcomes)
            // A preview tells of the batch's own addresses.
            let named = Set(batch.flatMap(\.outcomes).map(\.address))
            let new = try suppressed().filter { old[$0.key] == nil && named.contains($0.key) }
            #expect(preview.newlySuppressed.map(\.address) == new.keys.sorted())
            #expect(preview.newlySuppressed.allSatisfy { new[$0.address] == $0.suppression })
        }
        #expect(previews.contains { !$0.newlySuppressed.isEmpty })
        #expect(try ledger.brakes(all: true).isEmpty != isBraked)
        #expect(Set(previews.flatMap(\.outcomes)) == [.counted, .alreadyKnown, .duplicate])
    }

    @Test("An earlier copy of a report that has been erased brings nothing back, in a preview as in a commit")
    func erased() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1, name: "a", at: time(day: 5))])
        try ledger.forget("bob@dest.example")
        let copy = report(1, name: "b", at: time(day: 1))
        #expect(
            try ledger.preview([copy, report(2, address: "ann@dest.example")])
                .newlySuppressed.map(\.address) == ["ann@dest.example"])
        #expect(try ledger.commit([copy]) == [.duplicate])
        #expect(try ledger.address("bob@dest.example") == nil)
    }

    @Test("Without a ledger a preview starts from nothing")
    func noLedger() throws {
        let dry = try freshLedger(Policy())
        let result = try dry.preview([report(1), report(1), report(1, name: "copy")])
        #expect(result.outcomes == [.counted, .alreadyKnown, .duplicate])
        #expect(result.newlySuppressed.map(\.address) == ["bob@dest.example"])
        #expect(try dry.preview([report(2)]).newlySuppressed.isEmpty)
    }
}
