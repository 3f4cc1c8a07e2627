import Testing

@testable import Ledger

@Suite("A forger gets little: large reports from outside are held, and one report is one vote")
struct ForgeryTests {
    private let limit = LedgerLimits.addressesFromOutside

    private func addresses(_ count: Int, _ domain: (Int) -> String = { _ in "big.example" }) -> [String] {
        (0..<count).map { "u\($0)@\(domain($0))" }
    }

    private func suppressed(_ ledger: LedgerStore) throws -> Int {
        var count = 0
        try ledger.suppressed(at: time(day: 900)) { _ in
            count += 1
            return true
        }
        return count
    }

    // MARK: Held reports

    @Test("Up to the limit a report from outside counts; with one address more it counts against nobody")
    func limits() throws {
        for (count, expected) in [(limit, limit), (limit + 1, 0), (9_000, 0)] {
            let ledger = try freshLedger(Policy())
            try ledger.commit([forged(1, addresses(count) { "d\($0).example" })])
            #expect(try suppressed(ledger) == expected)
            #expect(try ledger.heldReportCount() == (expected == 0 ? 1 : 0))
            #expect(try ledger.rebuild() == 0)
            #expect(try ledger.verify(limit: 9).differences == [])
        }
    }

    @Test("Only addresses that it could count against are counted, each once")
    func counted() {
        var receipt = forged(1, addresses(500), class: "delivery-receipt", kind: "delivered", reason: "delivered")
        #expect(!receipt.isHeld)
        receipt.outcomes += forged(1, addresses(80)).outcomes
        #expect(receipt.addressesBlamed == 0)
        #expect(forged(2, Array(repeating: "Bob@dest.example", count: 80)).addressesBlamed == 1)
        #expect(forged(3, addresses(80), class: "complaint", reason: "feedback").isHeld)
        var ours = forged(4, addresses(80))
        ours.isVouched = true
        ours.holdIfLarge(limit: limit)
        #expect(!ours.isHeld)
    }

    @Test("A second forged mail days later confirms nothing, nor do the two together with a real bounce of somebody")
    func second() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([forged(1, addresses(9_000) { "d\($0).example" }, at: time(day: 0))])
        try ledger.commit([forged(2, addresses(9_000) { "d\($0).example" }, at: time(day: 4))])
        #expect(try suppressed(ledger) == 0)
        try ledger.commit([report(3, address: "u7@d7.example", at: time(day: 5))])
        #expect(try suppressed(ledger) == 1)
        #expect(try ledger.heldReports().map(\.arrival) == [time(day: 4), time(day: 0)])
    }

    @Test("A held report is no part of the brake, and no counter but one of reports that count against nobody")
    func noPart() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([forged(1, addresses(60))])
        #expect(try ledger.brakes().isEmpty)
        let state = try #require(try ledger.address("u1@big.example")?.state)
        #expect(state.counters.hard == 0 && state.counters.other == 1)
        #expect(state.held == nil && state.suppression == nil)
        #expect(try ledger.explain("u1@big.example")?.last?.text.contains("brake list") == true)
    }

    @Test(
        "Confirmed, it counts from its arrival; released, never; a copy falls under the decision; the later one holds")
    func decide() throws {
        for verdict in [BrakeVerdict.confirm, .release] {
            let ledger = try freshLedger(Policy())
            try ledger.commit([forged(1, addresses(60))])
            let held = try #require(try ledger.heldReports().first)
            #expect(held.addresses == 60)
            #expect(held.domains == ["big.example"])
            #expect(held.messageID == "<1@mail.example>")
            #expect(held.status == .held)
            #expect(try ledger.heldReport(String(held.id.prefix(HeldReport.shortest))) == held)
            #expect(try ledger.heldReport(String(held.id.prefix(HeldReport.shortest - 1))) == nil)
            #expect(try ledger.heldReport("zzzzzzzzzz") == nil)
            #expect(try !ledger.decideReport("00000000000000000000000000000000", verdict, at: time(day: 1)))
            #expect(try ledger.decideReport(held.id, verdict, note: "known", author: "root", at: time(day: 1)))
            let expected = verdict == .confirm ? 60 : 0
            #expect(try suppressed(ledger) == expected)
            #expect(try ledger.heldReports().isEmpty)
            #expect(try ledger.heldReports(all: true).map(\.status) == [verdict == .confirm ? .confirmed : .released])
            if verdict == .confirm {
                #expect(try ledger.address("u3@big.example")?.state.suppression?.since == time(day: 0))
            }
            // An earlier copy of it takes its place.
            var copy = forged(1, addresses(60), at: time(day: 0) - 60)
            copy.key = DeliveryKey(maildir: "/other", unique: Array("copy".utf8))
            #expect(try ledger.commit([copy]) == [.duplicate])
            #expect(try suppressed(ledger) == expected)
            #expect(try ledger.rebuild() == 0)
            #expect(try ledger.verify(limit: 9).differences == [])
            #expect(try ledger.decideReport(held.id, verdict == .confirm ? .release : .confirm, at: time(day: 2)))
            #expect(try suppressed(ledger) == 60 - expected)
            #expect(try ledger.rebuild() == 0)
        }
    }

    @Test("A decision holds for a report that comes back after it was lost, and in a copy of the ledger")
    func decidedBefore() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([forged(1, addresses(60))])
        try ledger.decideReport(
            try #require(try ledger.heldReports().first).id, .confirm, note: "yes", at: time(day: 1))
        let copy = try freshLedger(Policy())
        _ = try ledger.copy(to: copy)
        #expect(try suppressed(copy) == 60)
        #expect(try copy.rebuild() == 0)
        #expect(try copy.verify(limit: 9).differences == [])
        try copy.decideReport(try #require(try copy.heldReports(all: true).first).id, .release, at: time(day: 2))
        #expect(try suppressed(copy) == 0)
    }

    @Test("Pruned while it is held, it counts against nobody for good; what the brake counted stays")
    func pruned() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([forged(1, addresses(60)), forged(2, addresses(20), at: time(day: 0, hour: 13))])
        let before = try suppressed(ledger)
        #expect(before == 20)
        _ = try ledger.prune(olderThan: time(day: 3))
        #expect(try suppressed(ledger) == before)
        #expect(try ledger.heldReportCount() == 0)
        #expect(try ledger.commit([forged(1, addresses(60))]) == [.alreadyKnown])
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("forget erases an address of a held report and of the note of its decision; the others stay held")
    func forgotten() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([forged(1, addresses(60))])
        let id = try #require(try ledger.heldReports().first).id
        try ledger.forget("u1@big.example")
        #expect(try ledger.heldReportCount() == 1)
        try ledger.decideReport(id, .release, note: "ask u2@big.example", at: time(day: 1))
        try ledger.forget("u2@big.example")
        let notes = try ledger.read { try $0.integer("SELECT count(*) FROM report_decision WHERE note IS NOT NULL") }
        #expect(notes == 0)
        #expect(try ledger.verify(limit: 9).differences == [])
        try ledger.decideReport(id, .confirm, at: time(day: 2))
        #expect(try suppressed(ledger) == 58)
        #expect(try ledger.rebuild() == 0)
    }

    @Test("Of two copies the one that somebody trusted vouches for counts, in either order")
    func vouchedCopy() throws {
        let large = forged(1, addresses(60), at: time(day: 0) - 5)
        var ours = forged(1, addresses(60))
        ours.isVouched = true
        ours.holdIfLarge(limit: limit)
        ours.key = DeliveryKey(maildir: "/ours", unique: Array("1".utf8))
        for order in [[large, ours], [ours, large]] {
            let ledger = try freshLedger(Policy { $0.brake = nil })
            for event in order { try ledger.commit([event]) }
            #expect(try suppressed(ledger) == 60)
            #expect(try ledger.heldReportCount() == 0)
            #expect(try ledger.rebuild() == 0)
        }
    }

    @Test("A dry run shows what a held report would do: nothing")
    func preview() throws {
        let folder = try TemporaryFolder()
        do {
            let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
            try ledger.commit([forged(1, addresses(60))])
            try ledger.decideReport(try #require(try ledger.heldReports().first).id, .confirm, at: time(day: 1))
        }
        let dry = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: Policy())
        try dry.preview([forged(2, addresses(70) { "d\($0).example" }), report(3, address: "u1@big.example")])
        let summary = try dry.previewSummary(at: time(day: 9), limit: 99)
        #expect(summary.newlySuppressedCount == 0)
        #expect(summary.noLongerSuppressedCount == 0)
    }

    // MARK: Votes

    @Test("One report from outside is one vote: it makes no wave, and lifts no suppression of that hour")
    func oneVote() throws {
        let ledger = try freshLedger(Policy { $0.brake?.minimum = 10 })
        try ledger.commit([report(1, address: "real@big.example", at: time(day: 0) + 60)])
        for number in 2..<10 { try ledger.commit([forged(number, addresses(50).map { "x\(number)" + $0 })]) }
        #expect(try ledger.brakes().isEmpty)
        #expect(try ledger.check("real@big.example", at: time(day: 1)) != .mayMail)
        // The real one has a vote, the eight others one each.
        try ledger.commit([forged(11, addresses(50).map { "y" + $0 })])
        #expect(try ledger.brakes().map(\.addresses) == [451])
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("A report of our own server speaks for each of its recipients, in whatever order it comes")
    func ourVotes() throws {
        var ours = forged(1, addresses(12))
        ours.isVouched = true
        let theirs = forged(2, addresses(12))
        for order in [[ours, theirs], [theirs, ours]] {
            let ledger = try freshLedger(Policy { $0.brake?.minimum = 10 })
            for event in order { try ledger.commit([event]) }
            #expect(try ledger.brakes().map(\.held) == [12])
            #expect(try ledger.rebuild() == 0)
        }
    }

    @Test("Lost with a copy, a vouched report leaves an address the vote of the others")
    func lostVote() throws {
        let ledger = try freshLedger(Policy { $0.brake?.minimum = 10 })
        try ledger.commit([forged(1, addresses(20)), report(2, address: "u0@big.example")])
        // The copy says more, and of others.
        var copy = report(2, name: "copy", address: "z0@big.example", at: time(day: 0))
        copy.outcomes.append(report(2, address: "z1@big.example").outcomes[0])
        try ledger.commit([copy])
        #expect(try ledger.verify(limit: 9).differences == [])
        #expect(try ledger.rebuild() == 0)
    }

    // MARK: What stood before

    @Test("A suppression of the hour before a wave stays, unless that hour belongs to the same rise")
    func before() throws {
        func wave(_ hour: Int, _ count: Int, _ start: Int = 0) -> [DeliveryEvent] {
            (start..<start + count).map {
                forged(hour * 1_000 + $0, ["h\(hour)-\($0)@big.example"], at: time(day: 0, hour: hour))
            }
        }
        for (count, expected) in [(1, 1), (2, 2), (3, 0), (30, 0)] {
            let ledger = try freshLedger(Policy { $0.brake?.minimum = 50 })
            try ledger.commit(wave(11, count))
            #expect(try suppressed(ledger) == count)
            try ledger.commit(wave(12, 50))
            #expect(try suppressed(ledger) == expected)
            #expect(try ledger.rebuild() == 0)
        }
        // Reports of our own server are no forger's: such a wave began before the hour.
        let ours = try freshLedger(Policy { $0.brake?.minimum = 50 })
        try ours.commit(wave(11, 1))
        try ours.commit((0..<50).map { report($0, address: "o\($0)@big.example", at: time(day: 0, hour: 12)) })
        #expect(try suppressed(ours) == 0)
        #expect(try ours.rebuild() == 0)
        // The hour after is held whatever it has: nothing stood there before.
        let ledger = try freshLedger(Policy { $0.brake?.minimum = 50 })
        try ledger.commit(wave(12, 50) + wave(13, 1))
        #expect(try suppressed(ledger) == 0)
    }

    @Test("An hour before a wave that has no more than is usual is no part of it")
    func usual() throws {
        var number = 0
        func mailing(_ day: Int, _ hour: Int, _ count: Int) -> [DeliveryEvent] {
            (0..<count).map { _ in
                number += 1
                return forged(number, ["n\(number)@big.example"], at: time(day: day, hour: hour))
            }
        }
        let ledger = try freshLedger(Policy { $0.brake?.minimum = 50 })
        for day in 0..<5 { try ledger.commit(mailing(day, 11, 20)) }
        let before = try suppressed(ledger)
        #expect(before == 100)
        try ledger.commit(mailing(5, 11, 20))
        try ledger.commit(mailing(5, 12, 200))
        #expect(try suppressed(ledger) == 120)
    }

    // MARK: Complaints

    @Test("A wave of complaints is held, listed, decided, and a second wave from outside confirms nothing")
    func complaints() throws {
        func wave(_ day: Int, isVouched: Bool = false) -> [DeliveryEvent] {
            (0..<200).map { index in
                var event = forged(
                    day * 1_000 + index, ["u\(index)@big.example"], class: "complaint", kind: "delivered",
                    reason: "feedback", at: time(day: day))
                event.isVouched = isVouched
                return event
            }
        }
        let ledger = try freshLedger(Policy { $0.brake?.minimum = 50 })
        try ledger.commit(wave(0))
        #expect(try suppressed(ledger) == 0)
        #expect(try ledger.brakes().map(\.held) == [200])
        #expect(try ledger.brakes().map(\.reason) == ["feedback"])
        try ledger.commit(wave(4))
        #expect(try suppressed(ledger) == 0)
        #expect(try ledger.rebuild() == 0)
        let confirmed = try freshLedger(Policy { $0.brake?.minimum = 50 })
        // A forged wave is no first one, either: else an outage after it would be taken for the second.
        try confirmed.commit(wave(0))
        try confirmed.commit(wave(4, isVouched: true))
        #expect(try suppressed(confirmed) == 0)
        try confirmed.commit(wave(8, isVouched: true))
        #expect(try suppressed(confirmed) == 200)
        try ledger.decideBrake(provider: "big.example", reason: "feedback", .confirm, at: time(day: 5))
        #expect(try suppressed(ledger) == 200)
        #expect(try ledger.address("u1@big.example")?.state.suppression?.cause == .complaint)
        // A few complaints an hour are none.
        let few = try freshLedger(Policy { $0.brake?.minimum = 50 })
        try few.commit(Array(wave(0).prefix(20)))
        #expect(try suppressed(few) == 20)
    }

    // MARK: Receipts

    @Test("A receipt that proves nothing is counted and lifts nothing, nor ends a streak or what is held")
    func receipts() throws {
        for (kind, lifts) in [("delivered", true), ("delivered unproven", false)] {
            let ledger = try freshLedger(Policy { $0.softDays.days = 3 })
            try ledger.commit((0..<3).map { softReport($0, at: time(day: $0)) })
            try ledger.commit((0..<2).map { softReport(10 + $0, address: "ann@dest.example", at: time(day: $0)) })
            try ledger.commit(
                ["bob", "ann"].enumerated().map { number, name in
                    report(
                        20 + number, class: "delivery-receipt", kind: kind, reason: "delivered",
                        address: "\(name)@dest.example", at: time(day: 4))
                })
            try ledger.commit([softReport(30, address: "ann@dest.example", at: time(day: 5))])
            #expect(try suppressed(ledger) == (lifts ? 0 : 2))
            #expect(try ledger.address("bob@dest.example")?.state.counters.delivered == 1)
            #expect(try ledger.rebuild() == 0)
        }
        #expect(Fate(text: "delivered unproven").text == "delivered unproven")
        #expect(Fate(.delivered, .unproven).text == "delivered unproven")
    }

    // MARK: Reclassifying

    @Test("What did not count for lack of a proof does not count when less is required; a proof changes that")
    func reclassified() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        var withheld = forged(1, ["bob@dest.example"])
        withheld.outcomes = []
        withheld.isWithheld = true
        try ledger.commit([withheld])
        func reclassify(_ event: DeliveryEvent) throws {
            _ = try ledger.reclassify(
                at: time(day: 9),
                { reclassification in
                    do {
                        _ = try reclassification.apply([event])
                        return true
                    } catch {
                        return false
                    }
                }, each: { _ in }, approve: { true })
        }
        try reclassify(forged(1, ["bob@dest.example"]))
        #expect(try suppressed(ledger) == 0)
        // Twice, too.
        try reclassify(forged(1, ["bob@dest.example"]))
        #expect(try suppressed(ledger) == 0)
        try reclassify(report(1, address: "bob@dest.example"))
        #expect(try suppressed(ledger) == 1)
        #expect(try ledger.rebuild() == 0)
        // A report that was held by mistake of a rule, and names fewer now, is not held any more.
        try ledger.commit([forged(2, addresses(60))])
        try reclassify(forged(2, addresses(2)))
        #expect(try suppressed(ledger) == 3)
        #expect(try ledger.heldReportCount() == 0)
    }
}

extension Policy {
    /// The default policy, changed.
    fileprivate init(_ change: (inout Policy) -> Void) {
        self.init()
        change(&self)
    }
}
