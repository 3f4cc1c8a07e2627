import Testing

@testable import Ledger

@Suite("Figures for a report")
struct ReportTests {
    private func ledger() throws -> LedgerStore {
        let ledger = try freshLedger(Policy.byDays)
        var remote = report(2, reason: "notaccept", address: "eve@other.example", at: time(day: 1), origin: "remote")
        remote.reportingMTA = "mx1.mail.isp.co.uk"
        remote.outcomes[0].remoteMTA = nil
        var deferred = report(3, address: "ann@dest.example", at: time(day: 1))
        deferred.outcomes[0].replyCode = "450"
        var two = softReport(4, address: "cid@dest.example", at: time(day: 2))
        two.outcomes.append(two.outcomes[0])
        two.outcomes[1].address = "dan@third.example"
        two.outcomes[1].remoteMTA = "[192.0.2.1]"
        let letter = DeliveryEvent(
            key: DeliveryKey(maildir: "/var/mail/bounces", unique: Array("5.V1.host".utf8)),
            fingerprint: fingerprint(5),
            class: "not-a-bounce", arrival: time(day: 2))
        try ledger.commit([report(1), remote, deferred, two, letter])
        // A second file with the same report.
        try ledger.commit([report(1, name: "copy", at: time(day: 0) + 60)])
        return ledger
    }

    @Test("Reports are counted by day, class and origin; a duplicate apart; the window cuts by the hour")
    func tally() throws {
        let ledger = try ledger()
        let first = time(day: 0) / 86_400
        let all = try ledger.tally(StatisticsWindow())
        #expect(
            all == [
                DayTally(day: first, class: "hard-bounce", origin: "local", counted: 1, duplicates: 1),
                DayTally(day: first + 1, class: "hard-bounce", origin: "local", counted: 1, duplicates: 0),
                DayTally(day: first + 1, class: "hard-bounce", origin: "remote", counted: 1, duplicates: 0),
                DayTally(day: first + 2, class: "not-a-bounce", origin: nil, counted: 1, duplicates: 0),
                DayTally(day: first + 2, class: "soft-bounce", origin: "local", counted: 1, duplicates: 0),
            ])
        let window = StatisticsWindow(since: time(day: 1) + 59, until: time(day: 1) + 1)
        #expect(window.end - window.start == 3_600)
        #expect(try ledger.tally(window).map(\.counted) == [1, 1])
        #expect(try ledger.tally(StatisticsWindow(until: time(day: 0))).isEmpty)
    }

    @Test("Recipients are counted by reason, domain, provider and reporting host, most bounces first")
    func figures() throws {
        let figures = try ledger().recipientFigures(StatisticsWindow())
        // The 450 is soft whatever its text says.
        #expect(figures.total.hard == 2 && figures.total.soft == 3)
        #expect(figures.reasons.map(\.value) == ["mailboxfull", "userunknown", "notaccept"])
        #expect(figures.reasons.map(\.counts.bounces) == [2, 2, 1])
        #expect(figures.domains.map(\.value) == ["dest.example", "other.example", "third.example"])
        #expect(figures.domains.map(\.counts.hard) == [1, 1, 0])
        // By the refusing host, the foreign reporting host, or the recipient's domain.
        #expect(figures.providers.map(\.value) == ["dest.example", "isp.co.uk", "third.example"])
        #expect(figures.reportingMTAs.map(\.value) == ["mail.example", "mx1.mail.isp.co.uk"])
        let window = StatisticsWindow(since: time(day: 2), until: time(day: 3))
        #expect(try ledger().recipientFigures(window).domains.map(\.counts.soft) == [1, 1])
    }

    @Test("Who runs a server is told by the registered part of its name")
    func provider() {
        for (host, name) in [
            ("gmail-smtp-in.l.google.com", "google.com"), ("MX.Dest.EXAMPLE[192.0.2.1]:25", "dest.example"),
            ("mx.isp.co.uk", "isp.co.uk"), ("co.uk", "co.uk"), ("mx.de", "mx.de"), ("mx1.foo.de", "foo.de"),
            ("192.0.2.1", nil), ("[192.0.2.1]", nil), ("localhost", nil), ("", nil), ("<b>.x.example", nil),
        ] as [(String, String?)] {
            #expect(ProviderName.registered(host) == name, "\(host)")
        }
    }

    @Test("Samples are the latest of each group, so many as asked for; a report stands once under its class")
    func samples() throws {
        let ledger = try ledger()
        try ledger.commit((10..<30).map { report($0, address: "bob\($0)@dest.example", at: time(day: $0)) })
        let groups: Set<StatisticsGroup> = [
            .class("hard-bounce"), .class("soft-bounce"), .class("not-a-bounce"), .domain("dest.example"),
            .reason("mailboxfull"), .origin(nil), .days(time(day: 1) / 86_400...time(day: 2) / 86_400),
            .provider("isp.co.uk"), .reportingMTA("mail.example"), .reason("nosuch"),
        ]
        let samples = try ledger.samples(StatisticsWindow(), of: groups, limit: 5)
        #expect(
            samples[.domain("dest.example")]?.map(\.address) == (25..<30).reversed().map { "bob\($0)@dest.example" })
        #expect(samples[.class("hard-bounce")]?.count == 5)
        #expect(samples[.class("soft-bounce")]?.map(\.address) == ["cid@dest.example"])
        #expect(samples[.reason("mailboxfull")]?.map(\.address).sorted() == ["cid@dest.example", "dan@third.example"])
        #expect(samples[.class("not-a-bounce")]?.map(\.outcome) == [nil])
        #expect(samples[.origin(nil)]?.map(\.class) == ["not-a-bounce"])
        #expect(samples[.days(time(day: 1) / 86_400...time(day: 2) / 86_400)]?.count == 4)
        #expect(samples[.provider("isp.co.uk")]?.map(\.reportingMTA) == ["mx1.mail.isp.co.uk"])
        #expect(samples[.reportingMTA("mail.example")]?.count == 5)
        #expect(samples[.reason("nosuch")] == [])
    }

    @Test("New suppressions are those of the window that still hold")
    func suppressions() throws {
        let ledger = try ledger()
        #expect(try ledger.newSuppressions(StatisticsWindow(), at: time(day: 9), limit: 10).count == 2)
        let window = StatisticsWindow(since: time(day: 1))
        let new = try ledger.newSuppressions(window, at: time(day: 9), limit: 10)
        #expect(new.count == 1)
        #expect(new.latest.map(\.address) == ["eve@other.example"])
        #expect(new.byReason == [LedgerSummary.ReasonCount(cause: .hard, reason: "notaccept", count: 1)])
        try ledger.release(["eve@other.example"], at: time(day: 3))
        #expect(try ledger.newSuppressions(window, at: time(day: 9), limit: 10).count == 0)
        #expect(try ledger.newSuppressions(StatisticsWindow(), at: time(day: 9), limit: 0).latest.isEmpty)
    }

    @Test("Recipients with a reason come page by page, each once, the last first")
    func recipients() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit(
            (0..<25).map { report($0, reason: $0 % 2 == 0 ? "undefined" : "userunknown", at: time(day: $0)) })
        var days = [Int64]()
        try ledger.recipients(StatisticsWindow(), reasons: [.undefined, .onHold], page: 5) {
            said, read throws(LedgerError) in
            #expect(said == "550 5.1.1 <bob@dest.example>: User unknown")
            let sample = try read()
            #expect(sample?.address == "bob@dest.example" && sample?.outcome?.reason == "undefined")
            days.append(((sample?.arrival ?? 0) - time(day: 0)) / 86_400)
            return true
        }
        #expect(days == stride(from: 24, through: 0, by: -2).map { Int64($0) })
        var count = 0
        try ledger.recipients(StatisticsWindow(), reasons: [.undefined], page: 5) { _, _ in
            count += 1
            return count < 7
        }
        #expect(count == 7)
        try ledger.recipients(StatisticsWindow(), reasons: [.systemFull]) { _, _ in
            Issue.record("nothing has this reason")
            return false
        }
    }

    @Test("What was pruned stays in the figures by day and is said to be missing elsewhere")
    func pruned() throws {
        let ledger = try ledger()
        let before = try ledger.tally(StatisticsWindow())
        _ = try ledger.prune(olderThan: time(day: 1))
        #expect(try ledger.tally(StatisticsWindow()) == before)
        #expect(try ledger.prunedReports(StatisticsWindow()) == 1)
        #expect(try ledger.prunedReports(StatisticsWindow(since: time(day: 1))) == 0)
        #expect(try ledger.recipientFigures(StatisticsWindow()).total.hard == 1)
    }

    @Test("A dry run tells in the end whose counters change, how, and which brakes would pull, and writes nothing")
    func previewSummary() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 5
        policy.brake?.factor = 2
        let ledger = try freshLedger(policy)
        try ledger.commit([softReport(1, at: time(day: 0)), report(2, address: "eve@dest.example", at: time(day: 0))])
        let before = try ledger.dump()
        #expect(try ledger.previewSummary(at: time(day: 9), limit: 10) == PreviewSummary())

        _ = try ledger.preview([softReport(3, at: time(day: 1)), report(2, address: "eve@dest.example")])
        let small = try ledger.previewSummary(at: time(day: 9), limit: 10)
        #expect(small.changes.map(\.address) == ["bob@dest.example"])
        #expect(small.changes.first?.before?.counters.soft == 1)
        #expect(small.changes.first?.after.counters.soft == 2)
        #expect(small.changes.first?.after.streakDays == 2)
        #expect(small.brakes.isEmpty)

        _ = try ledger.preview((10..<30).map { report($0, address: "new\($0)@spike.example", at: time(day: 2)) })
        let large = try ledger.previewSummary(at: time(day: 9), limit: 3)
        #expect(large.changeCount == 21)
        #expect(large.changes.count == 3)
        #expect(large.changes.last?.before == nil)
        #expect(large.brakes.map(\.provider) == ["spike.example"])
        #expect(large.brakes.map(\.addresses) == [20])
        #expect(try ledger.dump() == before)

        // Committed, the brake is there already and would not pull anew.
        try ledger.commit((10..<30).map { report($0, address: "new\($0)@spike.example", at: time(day: 2)) })
        let after = try freshLedger(policy)
        _ = try after.preview([report(99, address: "zoe@calm.example", at: time(day: 3))])
        #expect(try after.previewSummary(at: time(day: 9), limit: 3).brakes.isEmpty)
        #expect(try ledger.brakes().map(\.provider) == ["spike.example"])
    }
}
