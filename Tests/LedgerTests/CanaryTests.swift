import Foundation
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Canaries")
struct CanaryTests {
    private let ledger: LedgerStore

    init() throws { ledger = try freshLedger(Policy()) }

    private func canary(
        _ kind: Canary.Kind = .remote, target: String = "refuses.example", sent: Int64 = time(day: 0),
        token: CanaryToken = .random()
    ) -> Canary {
        Canary(
            token: token, kind: kind, target: target, recipient: token.address(at: target),
            sender: "bounce+\(token.text)@news.example", isTagged: true, sent: sent, due: sent + 3_600)
    }

    private func send(_ canary: Canary) throws -> Canary {
        #expect(try ledger.begin(canary, unlessSentAfter: nil))
        return canary
    }

    /// A report about a canary's recipient.
    private func answer(
        _ number: Int, to canary: Canary, effect: CanaryReport.Effect = .answer, at arrival: Int64 = time(day: 0) + 7,
        isSigned: Bool = true, deliveredTo: [String] = []
    ) -> DeliveryEvent {
        var event = report(number, address: canary.recipient, at: arrival)
        event.stream = "news.example"
        event.isBulk = true
        event.mailed = arrival / 86_400
        event.canary = CanaryReport(
            messageID: nil, recipients: [canary.recipient], effect: effect, origin: event.origin, dialect: "postfix",
            status: "5.1.1", isSigned: isSigned, deliveredTo: deliveredTo)
        return event
    }

    private func history(
        _ kind: Canary.Kind = .remote, target: String = "refuses.example", at now: Int64 = time(day: 1)
    ) throws -> CanaryHistory {
        try #require(try ledger.canaries(to: [(kind, target)], at: now).first)
    }

    // MARK: Tokens

    @Test("A token is read from an address and a Message-ID, whole or not at all")
    func tokens() throws {
        let token = CanaryToken.random()
        #expect(token.text.utf8.count == 13)
        #expect(token != CanaryToken.random())
        let address = token.address(at: "refuses.example")
        #expect(CanaryToken(in: address) == token)
        #expect(CanaryToken(in: address.uppercased()) == token)
        for wrong in [
            "canary-\(token.text)", "canary-\(token.text)a@x.example", "canary-\(token.text.dropLast())@x.example",
            "xcanary-\(token.text)@x.example", "canary.\(token.text)@x.example",
            "canary-\(token.text.dropLast())1@x.example", "", "@", "c@x.example",
        ] {
            #expect(CanaryToken(in: wrong) == nil, "\(wrong)")
        }
    }

    @Test("Of one message only so many tokens are looked up")
    func tokenLimit() throws {
        let names = (0...LedgerLimits.canaryTokens).map { _ in CanaryToken.random().address(at: "x.example") }
        let report = try #require(CanaryReport(messageID: names[0], recipients: names, effect: .answer))
        #expect(report.tokens == names.prefix(LedgerLimits.canaryTokens).map { CanaryToken(in: $0) })
        #expect(CanaryReport(messageID: "1@x.example", recipients: ["bob@dest.example"], effect: .answer) == nil)
    }

    @Test("One that is not answered in its time is told once in the feed; one that is, or was not sent, is not")
    func overdue() throws {
        let sent = time(day: 500)
        let silent = try send(canary(sent: sent))
        let answered = try send(canary(.local, target: "ours.example", sent: sent))
        let failed = try send(canary(target: "other.example", sent: sent))
        try ledger.fail(failed.token, because: "no such program")
        try ledger.recordLapses(at: sent)
        try ledger.commit([answer(1, to: answered, at: sent + 7)])
        try ledger.recordLapses(at: silent.due)
        try ledger.recordLapses(at: silent.due + 9)
        let rows = try ledger.changes(after: 0).rows
        #expect(rows.map(\.kind) == [.overdue])
        #expect(rows.first?.canary == "remote refuses.example")
        #expect(rows.first?.address == nil && rows.first?.key == nil && rows.first?.suppression == nil)
    }

    // MARK: Answers

    @Test("A report answers its canary and counts nowhere: not for an address, a statistic, the brake or a mailing")
    func answered() throws {
        let canary = try send(canary())
        let before = try ledger.dump()
        #expect(try history().latest?.state(at: time(day: 0) + 60) == .waiting)
        #expect(try ledger.commit([answer(1, to: canary)]) == [.canary])
        let answer = Canary.Answer(
            at: time(day: 0) + 7, origin: Token(.local), dialect: "postfix", status: "5.1.1", hasTag: true)
        #expect(try history().latest?.state(at: time(day: 1)) == .answered(answer))
        #expect(try history().decided == history().latest)
        #expect(try history().lastAnswered == history().latest)
        var after = try ledger.dump()
        // The file is known; that is all.
        #expect(after["delivery"]?.count == 1)
        after["delivery"] = before["delivery"]
        #expect(after == before)
        #expect(try ledger.address(canary.recipient) == nil)
        let window = StatisticsWindow()
        #expect(try ledger.tally(window).isEmpty)
        #expect(try ledger.recipientFigures(window).total.all == 0)
        let groups: Set<StatisticsGroup> = [.class(.canary), .origin(nil), .days(0...100_000)]
        #expect(try ledger.samples(window, of: groups, limit: 9).values.allSatisfy(\.isEmpty))
        #expect(try ledger.summary(at: time(day: 1)).reports.isEmpty)
        #expect(try ledger.verify(limit: 9).differences.isEmpty)
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.verify(limit: 9).differences.isEmpty)
    }

    @Test(
        "It has its tag if it came to the whole return path, in any case and with BATV's tag",
        arguments: [
            ("BOUNCE+TOKEN@News.example", true), ("prvs=0123abcdef=bounce+TOKEN@news.example", true),
            ("bounce@news.example", false), ("bounce+TOKEN@other.example", false),
            ("xbounce+TOKEN@news.example", false),
        ])
    func tag(address: String, isTagged: Bool) throws {
        let canary = try send(canary())
        let address = address.replacingOccurrences(of: "TOKEN", with: canary.token.text)
        try ledger.commit([answer(1, to: canary, isSigned: false, deliveredTo: ["x@news.example", address])])
        #expect(try history().latest?.answer?.hasTag == isTagged)
        #expect(try history().latest?.sender == canary.sender)
    }

    @Test("Which target a message is about is known of those in the ledger")
    func target() throws {
        let canary = try send(canary())
        #expect(try ledger.canaryTarget(of: answer(1, to: canary)) == "refuses.example")
        #expect(try ledger.canaryTarget(of: answer(1, to: self.canary())) == nil)
        #expect(try ledger.canaryTarget(of: report(2)) == nil)
    }

    @Test("The same file, and a copy of the report, change nothing; nor does another answer that came later")
    func once() throws {
        let canary = try send(canary())
        let first = answer(1, to: canary)
        #expect(try ledger.commit([first]) == [.canary])
        #expect(try ledger.commit([first]) == [.alreadyKnown])
        var copy = answer(1, to: canary, at: time(day: 0) + 3)
        copy.key = DeliveryKey(maildir: "/other", unique: Array("copy".utf8))
        #expect(try ledger.commit([copy]) == [.duplicate])
        #expect(try ledger.commit([answer(2, to: canary, at: time(day: 0) + 90)]) == [.canary])
        #expect(try history().latest?.answer?.at == time(day: 0) + 3)
        #expect(try ledger.summary(at: time(day: 1)).duplicates == 0)
        #expect(try ledger.verify(limit: 9).differences.isEmpty)
    }

    @Test("In any order, and in one batch with others, the outcome is the same")
    func order() throws {
        var dumps = Set<String>()
        let canary = canary()
        let events = [
            answer(1, to: canary, effect: .delay, at: time(day: 0) + 5), answer(2, to: canary, at: time(day: 0) + 60),
            answer(3, to: canary, at: time(day: 0) + 600, isSigned: false), report(4),
        ]
        for order in permutations(events) {
            let ledger = try LedgerStore(inMemory: Policy())
            #expect(try ledger.begin(canary, unlessSentAfter: nil))
            try ledger.commit(Array(order[..<2]))
            try ledger.commit(Array(order[2...]))
            let history = try ledger.canaries(to: [(.remote, "refuses.example")], at: time(day: 1))
            // The time at which each was first seen is not given here.
            dumps.insert("\(history) \(try ledger.dump().sorted { $0.key < $1.key })")
        }
        #expect(dumps.count == 1)
    }

    @Test("A delay is noted and answers nothing, nor does an automatic reply; neither counts")
    func delayed() throws {
        let canary = try send(canary())
        #expect(
            try ledger.commit([answer(1, to: canary, effect: .delay), answer(2, to: canary, effect: .none)]) == [
                .canary, .canary,
            ])
        let latest = try #require(try history().latest)
        #expect(latest.delayed == time(day: 0) + 7)
        #expect(latest.state(at: latest.due - 1) == .waiting)
        #expect(latest.state(at: latest.due) == .overdue)
        #expect(try ledger.address(canary.recipient) == nil)
    }

    @Test("A token that the ledger does not know answers none: the report counts like any other")
    func unknown() throws {
        let known = try send(canary())
        let forged = canary()
        #expect(try ledger.commit([answer(1, to: forged)]) == [.counted])
        #expect(try ledger.address(forged.recipient)?.state.counters.hard == 1)
        #expect(try history().latest?.answer == nil)
        #expect(try history().latest?.token == known.token)
        #expect(try ledger.verify(limit: 9).differences.isEmpty)
    }

    @Test("Whoever knows a token and names others has no effect on these")
    func others() throws {
        let canary = try send(canary())
        var event = answer(1, to: canary)
        event.outcomes += report(2, address: "victim@dest.example").outcomes
        #expect(try ledger.commit([event]) == [.canary])
        #expect(try ledger.address("victim@dest.example") == nil)
    }

    // MARK: Other ways into the ledger

    @Test("A dry run says the same and writes nothing")
    func preview() throws {
        let canary = try send(canary())
        let before = try ledger.dump()
        #expect(try ledger.preview([answer(1, to: canary), report(2)]) == [.canary, .counted])
        #expect(try ledger.previewSummary(at: time(day: 1), limit: 9).changes.map(\.address) == ["bob@dest.example"])
        #expect(try ledger.dump() == before)
        #expect(try history().latest?.answer == nil)
    }

    @Test("Classified again it stays a canary's")
    func reclassify() throws {
        // It is compared with what another connection sees.
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        let canary = canary()
        #expect(try ledger.begin(canary, unlessSentAfter: nil))
        let event = answer(1, to: canary)
        try ledger.commit([event, report(2)])
        let before = try ledger.dump()
        var outcomes: [ReclassifyOutcome] = []
        let isDone = try ledger.reclassify(
            at: time(day: 1),
            {
                outcomes = (try? $0.apply([event, report(2), answer(3, to: canary)])) ?? []
                return true
            }, each: { _ in }, approve: { true })
        #expect(isDone)
        #expect(outcomes == [.unchanged, .unchanged, .new(.canary)])
        var after = try ledger.dump()
        after["delivery"] = before["delivery"]
        #expect(after == before)
    }

    @Test("Pruned, its file never counts, and the canary is kept for late reports")
    func prune() throws {
        let canary = try send(canary())
        let event = answer(1, to: canary)
        try ledger.commit([event])
        #expect(try ledger.prune(olderThan: time(day: 10)).deliveries == 1)
        #expect(try ledger.verify(limit: 9).differences.isEmpty)
        #expect(try ledger.prunedReports(StatisticsWindow()) == 0)
        #expect(try ledger.commit([event]) == [.alreadyKnown])
        #expect(try ledger.commit([answer(2, to: canary, at: time(day: 20))]) == [.canary])
        #expect(try history(at: time(day: 30)).latest?.answer?.at == time(day: 0) + 7)
    }

    @Test("A copy of the ledger knows its canaries; an erased address is in none")
    func copyAndErase() throws {
        var canary = canary(.local, target: "nobody@news.example")
        canary.recipient = "nobody@news.example"
        _ = try send(canary)
        try ledger.fail(canary.token, because: "no such program")
        let other = try freshLedger(Policy())
        let tables = try ledger.copy(to: other)
        #expect(tables.first { $0.name == "canary" }?.rows == 1)
        let copied = try other.canaries(to: [(.local, "nobody@news.example")], at: time(day: 1))
        #expect(try copied == [history(.local, target: "nobody@news.example")])
        #expect(copied[0].latest?.state(at: time(day: 1)) == .failed("no such program"))
        _ = try other.forget("nobody@news.example")
        #expect(try other.canaries(to: [(.local, "nobody@news.example")], at: time(day: 1))[0].latest == nil)
    }

    // MARK: Sending

    @Test("One to a target in a time; what sendmail did not take does not count as sent")
    func begin() throws {
        let start = time(day: 0)
        #expect(try ledger.begin(canary(sent: start), unlessSentAfter: start - 10))
        #expect(try !ledger.begin(canary(sent: start + 5), unlessSentAfter: start - 5))
        #expect(try ledger.begin(canary(sent: start + 10), unlessSentAfter: start))
        #expect(try ledger.begin(canary(target: "other.example", sent: start + 10), unlessSentAfter: start))
        #expect(try ledger.begin(canary(.local, sent: start + 10), unlessSentAfter: start))
        let failed = canary(target: "third.example", sent: start)
        #expect(try ledger.begin(failed, unlessSentAfter: start - 10))
        try ledger.fail(failed.token, because: "x")
        #expect(try ledger.begin(canary(target: "third.example", sent: start + 1), unlessSentAfter: start - 10))
    }

    @Test("A clock that was ahead keeps nobody from sending, beyond what two hosts may differ")
    func wrongClock() throws {
        let start = time(day: 0)
        let limit = LedgerLimits.canaryClockSeconds
        #expect(try ledger.begin(canary(sent: start + 1 + limit), unlessSentAfter: start - 10))
        let sent = canary(sent: start)
        #expect(try ledger.begin(sent, unlessSentAfter: start - 10))
        #expect(try history(at: start + 60).latest?.token == sent.token)
        #expect(try history(at: start + 60).lastSent?.token == sent.token)
        #expect(try !ledger.begin(canary(sent: start + 1), unlessSentAfter: start - 10))
        #expect(try ledger.begin(canary(.local, sent: start + limit), unlessSentAfter: start - 10))
        #expect(try !ledger.begin(canary(.local, sent: start), unlessSentAfter: start - 10))
    }

    @Test("What sendmail did not take is the last, and not the last that was sent")
    func lastSent() throws {
        let sent = try send(canary())
        let failed = try send(canary(sent: time(day: 0) + 60))
        try ledger.fail(failed.token, because: "x")
        #expect(try history().latest?.token == failed.token)
        #expect(try history().lastSent?.token == sent.token)
    }

    @Test("Two hosts that send at once send one")
    func hosts() async throws {
        let first = ledger
        let sent = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 1...4 {
                let canary = canary()
                // Each has a connection of its own, except to a ledger in memory.
                let ledger =
                    TestServer.isInUse
                    ? try LedgerStore(path: first.path, mode: .readWrite, policy: Policy()) : first
                group.addTask { try ledger.begin(canary, unlessSentAfter: time(day: 0) - 60) }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(sent == 1)
    }

    @Test("The last that is decided is told beside the last")
    func decided() throws {
        let start = time(day: 0)
        let old = try send(canary(sent: start))
        try ledger.commit([answer(1, to: old)])
        let overdue = try send(canary(sent: start + 86_400))
        let latest = try send(canary(sent: start + 2 * 86_400))
        let now = start + 2 * 86_400 + 60
        #expect(try history(at: now).latest?.token == latest.token)
        #expect(try history(at: now).decided?.token == overdue.token)
        #expect(try history(at: now).lastAnswered?.token == old.token)
        #expect(try ledger.canaries(to: [], at: now).isEmpty)
        let none = try ledger.canaries(to: [(.local, "refuses.example")], at: now)
        #expect(none == [CanaryHistory()])
    }

    @Test("Whether a foreign server has answered is known by the time")
    func fromOutside() throws {
        let canary = try send(canary())
        var event = answer(1, to: canary)
        event.canary?.origin = Token(.remote)
        try ledger.commit([event])
        #expect(try ledger.wasCanaryAnsweredFromOutside(since: time(day: 0)))
        #expect(try !ledger.wasCanaryAnsweredFromOutside(since: time(day: 0) + 8))
    }
}
