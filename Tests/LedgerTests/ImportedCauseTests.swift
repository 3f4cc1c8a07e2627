import Testing
import Verdict

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Causes that an imported list gives")
struct ImportedCauseTests {
    private func action(
        _ cause: Suppression.Cause, reason: String = "import", relay: Relay? = nil, day: Int = 1
    ) -> ManualAction {
        ManualAction(
            address: "bob@dest.example", kind: .suppress, reason: reason, cause: cause, relay: relay.map { Token($0) },
            at: time(day: day), isDated: true)
    }

    private func receipt(_ number: Int, day: Int) -> DeliveryEvent {
        report(
            number, class: "delivery-receipt", kind: "delivered", reason: "delivered", address: "bob@dest.example",
            at: time(day: day))
    }

    private func suppression(_ ledger: LedgerStore) throws -> Suppression? {
        try ledger.address("bob@dest.example")?.state.suppression
    }

    @Test("The state, the history and a rebuild agree", arguments: Suppression.Cause.allCases)
    func stored(cause: Suppression.Cause) throws {
        let ledger = try freshLedger(Policy.byDays)
        let given = action(cause, relay: cause == .relay ? .sendGrid : nil)
        #expect(try ledger.record([given, given]) == [.done, .alreadyKnown])
        let found = try #require(try suppression(ledger))
        #expect(found.cause == cause)
        #expect(found.reason.text == "import")
        #expect(found.since == time(day: 1))
        #expect(found.relay == given.relay)
        let stored = try #require(try ledger.address("bob@dest.example")?.actions.first)
        #expect(stored.cause == cause)
        #expect(stored.relay == given.relay)
        #expect(stored.reason == "import")
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.verify(limit: 9).differences.isEmpty)
    }

    @Test("A sign of life lifts soft, and nothing else", arguments: Suppression.Cause.allCases)
    func life(cause: Suppression.Cause) throws {
        for isFirst in [false, true] {
            let ledger = try freshLedger(Policy.byDays)
            if isFirst { try ledger.commit([receipt(1, day: 2)]) }
            try ledger.record([action(cause)])
            if !isFirst { try ledger.commit([receipt(1, day: 2)]) }
            #expect(try (suppression(ledger) == nil) == (cause == .soft))
        }
    }

    @Test("It ends as the policy says of that cause, unless the list gives an end")
    func end() throws {
        var policy = Policy.byDays
        policy.softDays.expiryDays = 30
        let ledger = try freshLedger(policy)
        try ledger.record([action(.soft)])
        #expect(try suppression(ledger)?.until == time(day: 31))
        var later = action(.soft, day: 2)
        later.until = time(day: 5)
        try ledger.record([later])
        #expect(try suppression(ledger)?.until == time(day: 5))
        try ledger.record([action(.complaint, day: 3)])
        #expect(try suppression(ledger)?.until == nil)
    }

    @Test("The strongest cause wins in every order, and a bounce after it does not weaken it")
    func order() throws {
        let causes: [Suppression.Cause] = [.soft, .hard, .relay, .unsubscribed, .complaint, .manual]
        #expect(causes == causes.sorted())
        for (index, cause) in causes.enumerated() {
            let ledger = try freshLedger(Policy.byDays)
            for other in causes[...index].reversed() { try ledger.record([action(other)]) }
            #expect(try suppression(ledger)?.cause == cause)
            try ledger.commit([report(1, at: time(day: 9))])
            #expect(try suppression(ledger)?.cause == max(cause, .hard))
            try ledger.release(["bob@dest.example"], at: time(day: 10))
            #expect(try suppression(ledger) == nil)
        }
    }

    @Test("Other programs see the cause, and Postfix no word that somebody wrote")
    func views() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.record([action(.relay, reason: "<script>", relay: .mailgun)])
        func text(_ sql: String) throws -> String {
            try ledger.read { connection in
                let query = try connection.prepare(sql)
                return try query.step() ? query.text(0) : "nothing"
            }
        }
        #expect(try text("SELECT cause FROM suppressed") == "relay")
        #expect(try text("SELECT reason FROM suppressed") == "<script>")
        #expect(try text("SELECT text FROM postfix_access").hasSuffix(": relay"))
        try ledger.record([action(.complaint, reason: "userunknown", day: 2)])
        #expect(try text("SELECT text FROM postfix_access").hasSuffix(": userunknown"))
        #expect(try text("SELECT cause FROM changes ORDER BY number DESC") == "complaint")
    }

    @Test("A forgotten address stays suppressed for that cause, without the words of the list")
    func forgotten() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.record([action(.hard, reason: "left bob")])
        _ = try ledger.forget(["bob@dest.example"])
        guard case .suppressed(let found) = try ledger.check("bob@dest.example", at: time(day: 9)) else {
            Issue.record("not suppressed")
            return
        }
        #expect(found.cause == .hard)
        #expect(found.reason.text == ManualAction.plainReason)
    }
}
