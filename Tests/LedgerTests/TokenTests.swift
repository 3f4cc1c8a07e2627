import Testing
import Verdict

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Stored tokens")
struct TokenTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a token that is known has one form, and another text is kept as it is")
    func tokens() {
        #expect(Token<Reason>(text: "mailboxfull") == Token(.mailboxFull))
        #expect(Token<Reason>(text: "mailboxfull").value == .mailboxFull)
        #expect(Token<Reason>(.mailboxFull).text == "mailboxfull")
        for text in ["", "Mailboxfull", "asked by telephone"] {
            #expect(Token<Reason>(text: text).value == nil)
            #expect(Token<Reason>(text: text).text == text)
        }
    }

    @Test(
        "a fate is stored as kind and remark in one text, and read back",
        arguments: [
            ("hard", Fate(.hard)), ("soft amazon-ses", Fate(.soft, .relay(Token(.amazonSES)))),
            ("soft own-refusal", Fate(.soft, .ownRefusal)), ("delayed", Fate(.delayed)),
            ("delivered", Fate(.delivered)),
        ])
    func fates(text: String, fate: Fate) {
        #expect(fate.text == text)
        #expect(Fate(text: text) == fate)
    }

    @Test("a fate of words that are not known is read back as it was", arguments: ["", "gone", "hard ", "gone a b"])
    func otherFates(text: String) { #expect(Fate(text: text).text == text) }

    @Test("the database holds the texts that it always held")
    func storedTexts() throws {
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        var event = report(1)
        event.class = Token(.softBounce)
        event.origin = Token(.remote)
        event.outcomes = [
            OutcomeEvent(
                address: "a@dest.example", fate: Fate(.soft, .relay(Token(.amazonSES))), reason: Token(.userUnknown)),
            OutcomeEvent(address: "b@dest.example", fate: Fate(.soft, .ownRefusal), reason: Token(.policyViolation)),
        ]
        try ledger.commit([event])
        let texts = try ledger.read { connection in
            let query = try connection.prepare("SELECT text FROM term")
            var texts = Set<String>()
            while try query.step() { texts.insert(query.text(0)) }
            return texts
        }
        for text in [
            "soft-bounce", "remote", "soft amazon-ses", "soft own-refusal", "userunknown", "policyviolation",
            "userunknown amazon-ses",
        ] {
            #expect(texts.contains(text), "\(text)")
        }
        let suppressed = try #require(try ledger.address("a@dest.example")?.state.suppression)
        #expect(suppressed.cause == .relay && suppressed.relay == Token(.amazonSES))
        #expect(suppressed.reason == Token(.userUnknown))
    }

    @Test("what a newer version has written is counted as nothing, shown as it is and survives a rebuild")
    func newerVersion() throws {
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit([
            report(1, class: "new-class", kind: "new-kind", reason: "newreason", origin: "new-origin"),
            report(2, class: "hard-bounce", kind: "new-kind", reason: "newreason", at: time(day: 1)),
            report(3, class: "hard-bounce", reason: "newreason", address: "ann@dest.example", at: time(day: 1)),
        ])
        let record = try #require(try ledger.address("bob@dest.example"))
        #expect(record.state.counters.other == 2 && record.state.counters.all == 2)
        #expect(record.state.suppression == nil)
        let first = try #require(record.history.last)
        #expect(first.class.text == "new-class" && first.class.value == nil)
        #expect(first.origin?.text == "new-origin")
        #expect(first.outcome.fate.text == "new-kind" && first.outcome.reason.text == "newreason")
        // A hard kind is hard for whatever reason.
        #expect(try ledger.address("ann@dest.example")?.state.suppression?.reason.text == "newreason")
        #expect(try ledger.summary(at: time(day: 2)).reports.map(\.class.text) == ["hard-bounce", "new-class"])
        #expect(
            try ledger.origins(from: 0, to: time(day: 2)) == OriginCount(local: 2, remote: 0, unknown: 1))
        let window = StatisticsWindow()
        #expect(try ledger.tally(window).map(\.class.text) == ["new-class", "hard-bounce"])
        let samples = try ledger.samples(window, of: [.class("new-class"), .reason("newreason")], limit: 9)
        #expect(samples[.class("new-class")]?.count == 1 && samples[.reason("newreason")]?.count == 3)
        #expect(try ledger.recipientFigures(window).reasons.map(\.group) == [.reason("newreason")])
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("a request to unsubscribe is counted as a report and against nobody")
    func unsubscribe() throws {
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit([report(1, class: "unsubscribe")])
        #expect(
            try ledger.summary(at: time(day: 1)).reports == [
                ClassCount(class: "unsubscribe", origin: "local", count: 1)
            ])
        let state = try ledger.address("bob@dest.example")?.state
        #expect(state?.suppression == nil && state?.counters.other == 1)
    }
}
