import TestSupport
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Texts of the mail that came back")
struct CapturedTests {
    private func event(
        _ number: Int, name: String? = nil, address: String = "bob@dest.example", at arrival: Int64 = time(day: 0),
        _ captured: [String: String]
    ) -> DeliveryEvent {
        var event = report(number, name: name, address: address, at: arrival)
        event.captured = captured.sorted { $0.key < $1.key }.map { CapturedField($0.key, $0.value) }
        return event
    }

    private func captured(_ ledger: LedgerStore, _ address: String = "bob@dest.example") throws -> [[String: String]] {
        let history = try ledger.address(address)?.history ?? []
        return history.map { row in Dictionary(uniqueKeysWithValues: row.captured.map { ($0.name, $0.value) }) }
    }

    private func rows(_ ledger: LedgerStore) throws -> Int64? {
        try ledger.read { try $0.integer("SELECT count(*) FROM captured") }
    }

    @Test("are stored with the report and shown in the history of the address, with its stream")
    func stored() throws {
        let ledger = try freshLedger(Policy())
        var first = event(1, ["subject": "November", "x-campaign": "42", "list-id": "news.example"])
        first.stream = "news.example"
        try ledger.commit([first, event(2, at: time(day: 1), [:])])
        #expect(
            try captured(ledger) == [[:], ["subject": "November", "x-campaign": "42", "list-id": "news.example"]])
        #expect(try ledger.address("bob@dest.example")?.history.map(\.stream) == [nil, "news.example"])
        // Many reports in one batch.
        try ledger.commit(
            (10..<700).map { event($0, address: "u\($0)@dest.example", ["subject": "\($0)", "x-a": "b"]) })
        #expect(try captured(ledger, "u699@dest.example") == [["subject": "699", "x-a": "b"]])
        #expect(try rows(ledger) == 3 + 2 * 690)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("are cut, hold no NUL, and of a name that comes twice the first is stored")
    func hostile() throws {
        let ledger = try freshLedger(Policy())
        var hostile = report(1)
        hostile.captured = [
            CapturedField("subject", String(repeating: "é", count: 1 << 19)), CapturedField("subject", "second"),
            CapturedField("x-nul", "a\0b'; DROP TABLE captured; --"), CapturedField("x-escape", "\u{1B}[2J\u{202E}"),
            CapturedField("x-empty", ""),
        ]
        try ledger.commit([hostile])
        let stored = try #require(try captured(ledger).first)
        #expect(stored["subject"] == String(repeating: "é", count: LedgerLimits.capturedBytes / 2))
        #expect(stored["x-nul"] == "a\u{FFFD}b'; DROP TABLE captured; --")
        #expect(stored["x-escape"] == "\u{1B}[2J\u{202E}")
        #expect(stored.count == 3)
        var many = report(2, address: "ann@dest.example")
        many.captured = (0..<100).map { CapturedField("x-\($0)", "v") }
        try ledger.commit([many])
        #expect(try captured(ledger, "ann@dest.example").first?.count == LedgerLimits.capturedFields)
    }

    @Test("are those of the copy that counts, in whatever order the copies come")
    func replaced() throws {
        let copies = [
            event(1, name: "a", at: time(day: 2), ["subject": "A", "x-old": "1"]),
            event(1, name: "b", at: time(day: 1), ["subject": "B", "x-new": "1"]),
            event(1, name: "c", at: time(day: 3), ["subject": "C"]),
        ]
        for order in permutations(copies) {
            for size in [1, 3] {
                let ledger = try freshLedger(Policy())
                for start in stride(from: 0, to: 3, by: size) {
                    try ledger.commit(Array(order[start..<start + size]))
                }
                #expect(try captured(ledger) == [["subject": "B", "x-new": "1"]])
                #expect(try rows(ledger) == 2)
            }
        }
        // A report without an outcome can be replaced as well.
        let ledger = try freshLedger(Policy())
        var (late, early) = (copies[0], copies[1])
        (late.outcomes, early.outcomes) = ([], [])
        try ledger.commit([late])
        try ledger.commit([early])
        #expect(try ledger.dump()["captured"]?.map { $0.split(separator: "|")[2] } == ["B", "1"])
    }

    @Test("a later verdict brings its own, and that alone does not make it another verdict")
    func reclassified() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        try ledger.commit([event(1, ["subject": "A", "x-old": "1"])])
        func reclassify(_ event: DeliveryEvent) throws -> [ReclassifyOutcome] {
            var outcomes: [ReclassifyOutcome] = []
            _ = try ledger.reclassify(
                at: time(day: 9),
                { reclassification in
                    outcomes = (try? reclassification.apply([event])) ?? []
                    return true
                }, each: { _ in }, approve: { true })
            return outcomes
        }
        #expect(try reclassify(event(1, ["subject": "A", "x-new": "2"])) == [.unchanged])
        #expect(try captured(ledger) == [["subject": "A", "x-new": "2"]])
        #expect(try reclassify(event(1, [:])) == [.unchanged])
        #expect(try rows(ledger) == 0)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("are erased with an address: of all reports that name it, and wherever they name it themselves")
    func forgotten() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        var both = event(1, address: "secret.person@dest.example", ["subject": "Dear Secret", "x-campaign": "7"])
        both.outcomes.append(OutcomeEvent(address: "other@dest.example", kind: "hard", reason: "userunknown"))
        try ledger.commit([
            both,
            event(2, address: "ann@dest.example", ["verp-id": "b-Secret.Person=dest.example", "subject": "x"]),
            event(3, address: "ann@dest.example", ["subject": "About secret.person%40dest.example", "x-a": "1"]),
            event(4, address: "ann@dest.example", ["subject": "About another.secret.person@dest.example"]),
        ])
        let result = try ledger.forget(["secret.person@dest.example"])
        #expect(result.addresses[0].isKnown)
        #expect(result.addresses[0].files.count == 3)
        #expect(try captured(ledger, "other@dest.example") == [[:]])
        #expect(
            try captured(ledger, "ann@dest.example").filter { !$0.isEmpty } == [
                ["subject": "About another.secret.person@dest.example"]
            ])
        if !TestServer.isInUse {
            #expect(shell("grep -ail 'dear secret' '\(folder.path)'/*") == "")
            #expect(shell("grep -ail 'b-secret.person' '\(folder.path)'/*") == "")
        }
        // A copy brings nothing back.
        #expect(
            try ledger.commit([event(1, name: "copy", address: "other@dest.example", ["subject": "Dear Secret"])])
                == [.duplicate])
        #expect(try rows(ledger) == 1)
        // One of which only a text is known.
        #expect(try ledger.forget(["another.secret.person@dest.example"]).addresses[0].isKnown)
        #expect(try rows(ledger) == 0)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("are dropped with a report that is pruned, and before a time in any case")
    func pruned() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit(
            (0..<10).map { event($0, address: "u\($0)@dest.example", at: time(day: $0), ["subject": "s"]) })
        #expect(try ledger.prune(olderThan: time(day: 3, hour: 0)).captured == 3)
        #expect(try rows(ledger) == 7)
        // u4 to u9 arrived at noon.
        #expect(try ledger.prune(olderThan: time(day: 3, hour: 0), capturedBefore: time(day: 5)).captured == 2)
        #expect(try rows(ledger) == 5)
        #expect(try ledger.address("u4@dest.example")?.history.count == 1)
        #expect(try ledger.prune(olderThan: 0, capturedBefore: .max).captured == 5)
        let terms = try ledger.read { try $0.integer("SELECT count(*) FROM term WHERE text = 'subject'") }
        #expect(terms == 0)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("the oldest are dropped a number at a time, and nothing is written if none is old")
    func dropped() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        try ledger.commit(
            (0..<10).map { event($0, address: "u\($0)@dest.example", at: time(day: $0), ["subject": "s"]) })
        #expect(try ledger.dropCaptured(before: time(day: 8), limit: 5) == 5)
        #expect(try captured(ledger, "u4@dest.example") == [[:]])
        #expect(try captured(ledger, "u5@dest.example") == [["subject": "s"]])
        #expect(try ledger.dropCaptured(before: time(day: 8), limit: 5) == 3)
        #expect(try rows(ledger) == 2)
        // Only reading: a ledger opened for that alone would refuse to write.
        let reader = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: Policy())
        #expect(try reader.dropCaptured(before: time(day: 8), limit: 5) == 0)
        #expect(throws: LedgerError.self) { try reader.dropCaptured(before: time(day: 20), limit: 5) }
    }

    @Test("reports are counted by stream and by the value of a captured field, and listed")
    func statistics() throws {
        let ledger = try freshLedger(Policy())
        var events = (0..<6).map { event($0, address: "u\($0)@dest.example", ["x-campaign": $0 < 4 ? "A" : "B"]) }
        for number in 0..<3 { events[number].stream = "news.example" }
        events.append(event(9, address: "u9@dest.example", ["x-other": "A"]))
        events[0].outcomes.append(OutcomeEvent(address: "z@dest.example", kind: "hard", reason: "userunknown"))
        try ledger.commit(events)
        func counts(_ rows: [RecipientRow]) -> [String: Int] {
            Dictionary(uniqueKeysWithValues: rows.map { ($0.value, $0.counts.hard) })
        }
        let window = StatisticsWindow()
        let figures = try ledger.recipientFigures(window, captured: "x-campaign")
        #expect(counts(figures.streams) == ["news.example": 4, "": 4])
        #expect(counts(figures.campaigns) == ["A": 5, "B": 2, "": 1])
        #expect(try ledger.recipientFigures(window).campaigns == [])
        #expect(try counts(ledger.recipientFigures(window, captured: "x-never").campaigns) == ["": 8])
        let groups: Set<StatisticsGroup> = [.stream("news.example"), .stream(""), .campaign("B"), .campaign("")]
        let samples = try ledger.samples(window, of: groups, captured: "x-campaign", limit: 9)
        #expect(
            samples[.stream("news.example")]?.map(\.address).sorted()
                == ["u0", "u1", "u2", "z"].map { "\($0)@dest.example" })
        #expect(samples[.stream("")]?.count == 4)
        #expect(samples[.campaign("B")]?.map(\.address).sorted() == ["u4@dest.example", "u5@dest.example"])
        #expect(samples[.campaign("")]?.map(\.address) == ["u9@dest.example"])
    }
}
