import Testing

@testable import Ledger

@Suite("A preview tells what a commit would do")
struct PreviewTests {
    @Test("Over many batches a preview gives the outcomes and the new suppressions of the commits, and writes nothing")
    func same() throws {
        var generator = SeededGenerator(seed: 11)
        let folder = try TemporaryFolder()
        let names = (0..<30).map { "a\($0)@dest.example" }
        func batch(_ from: Int) -> [DeliveryEvent] {
            (from..<from + 40).map { number in
                let address = names.randomElement(using: &generator) ?? names[0]
                let arrival = time(day: Int.random(in: 0..<40, using: &generator))
                // Some come under a number, a name or both that other batches have, too.
                let identity = Bool.random(using: &generator) ? number : Int.random(in: 0..<160, using: &generator)
                var event = softReport(identity, address: address, at: arrival)
                if Int.random(in: 0..<10, using: &generator) == 0 {
                    event = report(identity, address: address, at: arrival)
                }
                event.key = DeliveryKey(
                    maildir: "/m", unique: Array("f\(Int.random(in: 0..<400, using: &generator))".utf8))
                return event
            }
        }
        let known = batch(0)
        let batches = [batch(40), batch(80), batch(120)]
        do {
            try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy()).commit(known)
        }
        let before = folder.listing()
        let dry = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: Policy())
        let previews = try batches.map { try dry.preview($0) }
        #expect(folder.listing() == before)

        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
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
            let new = try suppressed().filter { old[$0.key] == nil }
            #expect(preview.newlySuppressed.map(\.address) == new.keys.sorted())
            #expect(preview.newlySuppressed.allSatisfy { new[$0.address] == $0.suppression })
        }
        #expect(previews.contains { !$0.newlySuppressed.isEmpty })
        #expect(Set(previews.flatMap(\.outcomes)) == [.counted, .alreadyKnown, .duplicate])
    }

    @Test("Without a ledger a preview starts from nothing")
    func noLedger() throws {
        let dry = try LedgerStore(inMemory: Policy())
        let result = try dry.preview([report(1), report(1), report(1, name: "copy")])
        #expect(result.outcomes == [.counted, .alreadyKnown, .duplicate])
        #expect(result.newlySuppressed.map(\.address) == ["bob@dest.example"])
        #expect(try dry.preview([report(2)]).newlySuppressed.isEmpty)
    }
}
