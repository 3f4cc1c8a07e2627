import TestSupport
import Testing
import Verdict

@testable import Ledger

@Suite("Who asks for no more mail of one stream gets none of it, and all other mail")
struct UnsubscribeTests {
    private let bob = "bob@dest.example"

    private func request(
        _ number: Int, _ address: String = "bob@dest.example", from stream: String? = "news.example", day: Int = 0
    ) -> DeliveryEvent {
        var event = report(number, class: "unsubscribe", address: address, at: time(day: day), origin: nil)
        event.stream = stream
        event.outcomes = [
            OutcomeEvent(address: address, fate: Fate(.delivered), reason: Token(text: "unsubscribed"))
        ]
        return event
    }

    private func isLeftOut(
        _ ledger: LedgerStore, _ address: String = "bob@dest.example", of stream: String?
    ) throws -> Bool {
        try ledger.check(address, stream: stream, at: time(day: 90)) != .mayMail
    }

    @Test("It is left out of this stream only, with cause and stream, also in the view and in lists of many")
    func one() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([request(1), report(2, address: "ann@dest.example")])
        #expect(try isLeftOut(ledger, of: "news.example"))
        #expect(try !isLeftOut(ledger, of: nil))
        #expect(try !isLeftOut(ledger, of: "other.example"))
        guard case .suppressed(let found) = try ledger.check(bob, stream: "news.example", at: time(day: 9)) else {
            Issue.record("not suppressed")
            return
        }
        #expect(found.cause == .unsubscribed && found.stream == "news.example" && found.since == time(day: 0))
        #expect(found.why == "unsubscribed from news.example")
        let both = try ledger.check(
            [bob, "nobody", "ann@dest.example", "c@dest.example"], stream: "news.example", at: time(day: 9))
        #expect(
            both.map { $0 == nil ? "none" : $0 == .mayMail ? "may" : "must not" } == [
                "must not", "none", "must not", "may",
            ])
        let view = try ledger.read { connection in
            let query = try connection.prepare("SELECT address, stream, reason, cause FROM suppressed_stream")
            #expect(try query.step())
            return (0..<4).map { query.text($0) }
        }
        #expect(view == [bob, "news.example", "unsubscribed", "unsubscribed"])
        #expect(try ledger.read { try $0.integer("SELECT count(*) FROM suppressed") } == 1)
        var listed: [String] = []
        try ledger.unsubscribed(from: "news.example") { row in
            listed.append(row.address)
            return true
        }
        #expect(listed == [bob])
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("A release of the address leaves it; a release from the stream ends it, and a later request begins it again")
    func releases() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([request(1), request(2, from: "two.example"), report(3, at: time(day: 1))])
        try ledger.release([bob], at: time(day: 2))
        #expect(try !isLeftOut(ledger, of: nil))
        #expect(try isLeftOut(ledger, of: "news.example"))
        func act(_ kind: ManualAction.Kind, day: Int) throws {
            try ledger.record([
                ManualAction(address: bob, kind: kind, stream: "news.example", at: time(day: day))
            ])
        }
        try act(.release, day: 3)
        #expect(try !isLeftOut(ledger, of: "news.example"))
        #expect(try isLeftOut(ledger, of: "two.example"))
        try act(.suppress, day: 4)
        #expect(try isLeftOut(ledger, of: "news.example"))
        try act(.release, day: 5)
        #expect(
            try ledger.address(bob)?.actions.map(\.stream) == ["news.example", "news.example", "news.example", nil])
        // Older mail that is scanned later does not undo it, and a new request does.
        try ledger.commit([request(4, day: 1)])
        #expect(try !isLeftOut(ledger, of: "news.example"))
        try ledger.commit([request(5, day: 6)])
        #expect(try isLeftOut(ledger, of: "news.example"))
        #expect(try ledger.verify(limit: 9).differences == [])
        #expect(try ledger.rebuild() == 0)
    }

    @Test("It outlives receipts, expired suppressions, pruned reports and an erased history; a copy has it, too")
    func kept() throws {
        var policy = Policy()
        policy.hard.expiryDays = 5
        let ledger = try freshLedger(policy)
        try ledger.commit([request(1), report(2, at: time(day: 1)), report(3, kind: "soft", at: time(day: 20))])
        try ledger.commit([request(4, "ann@dest.example")])
        _ = try ledger.prune(olderThan: time(day: 30))
        #expect(try isLeftOut(ledger, of: "news.example"))
        _ = try ledger.forget(["ann@dest.example"])
        #expect(try isLeftOut(ledger, "ann@dest.example", of: "news.example"))
        #expect(try !isLeftOut(ledger, "ann@dest.example", of: "other.example"))
        #expect(try ledger.read { try $0.integer("SELECT count(*) FROM suppressed_stream") } == 1)
        let copy = try LedgerStore(inMemory: policy)
        _ = try ledger.copy(to: copy)
        #expect(try isLeftOut(copy, of: "news.example"))
        #expect(try isLeftOut(copy, "ann@dest.example", of: "news.example"))
        try ledger.record([
            ManualAction(address: "ann@dest.example", kind: .release, stream: "news.example", at: time(day: 40))
        ])
        #expect(try !isLeftOut(ledger, "ann@dest.example", of: "news.example"))
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("Whatever the order, the same streams are left out, and a dry run foretells it")
    func order() throws {
        var generator = SeededGenerator(seed: 8)
        let events = (0..<30).map { number in
            request(
                number, ["bob", "ann", "cid"][number % 3] + "@dest.example", from: "s\(number % 4).example",
                day: (number * 7) % 20)
        }
        let whole = try freshLedger(Policy())
        try whole.preview(events)
        #expect(try whole.previewSummary(at: time(day: 50), limit: 9).changeCount == 3)
        try whole.commit(events)
        let expected = try whole.dump()
        #expect(expected["stream"]?.count == 12)
        for _ in 0..<3 {
            let ledger = try freshLedger(Policy())
            var rest = events.shuffled(using: &generator)
            while !rest.isEmpty {
                try ledger.commit(Array(rest.prefix(7)))
                rest.removeFirst(min(7, rest.count))
            }
            #expect(try ledger.dump() == expected)
        }
    }

    @Test("A sign of life lifts what a hard bounce suppressed only where the policy says so")
    func life() throws {
        for lifts in [false, true] {
            var policy = Policy()
            policy.lifeLiftsHard = lifts
            let ledger = try freshLedger(policy)
            var answer = report(2, class: "not-a-bounce", at: time(day: 3), origin: nil)
            answer.outcomes = [
                OutcomeEvent(address: bob, fate: Fate(.delivered), reason: Token(text: Policy.answerReason))
            ]
            try ledger.commit([report(1), answer])
            #expect(try isLeftOut(ledger, of: nil) == !lifts)
            #expect(try ledger.address(bob)?.state.counters.delivered == 1)
        }
        // An answer ends a soft row, as a receipt does.
        let days = [0, 7, 14]
        var answer = report(900, class: "not-a-bounce", at: time(day: 10), origin: nil)
        answer.outcomes = [OutcomeEvent(address: bob, fate: Fate(.delivered), reason: Token(text: Policy.answerReason))]
        let rows = days.flatMap { MailingTests.mailing($0) } + days.map { MailingTests.failure($0, day: $0) }
        let ledger = try freshLedger(Policy())
        try ledger.commit(rows + [answer])
        #expect(try !isLeftOut(ledger, of: nil))
    }
}
