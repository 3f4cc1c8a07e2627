import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Suppressions and releases by hand")
struct ActionTests {
    @Test("Suppressed by hand: with or without a history, in any spelling, and kept with its note")
    func suppress() throws {
        let ledger = try freshLedger(Policy.byDays)
        let outcomes = try ledger.suppress(
            ["Bob@Dest.example", "no address", "bob@dest.example"], reason: "asked", note: "by telephone",
            author: "ann", at: time(day: 3))
        #expect(outcomes == [.done, .notAnAddress, .alreadyKnown])
        let record = try #require(try ledger.address("bob@dest.example"))
        #expect(
            record.state.suppression
                == Suppression(cause: .manual, reason: "asked", since: time(day: 3), until: nil, days: 1))
        #expect(record.state.firstSeen == nil)
        #expect(record.history.isEmpty)
        #expect(
            record.actions == [
                ManualAction(
                    address: "bob@dest.example", kind: .suppress, reason: "asked", at: time(day: 3), author: "ann",
                    note: "by telephone")
            ])
        #expect(try ledger.check("bob@dest.example", at: time(day: 4)) != .mayMail)
        #expect(try ledger.rebuild() == 0)
    }

    @Test("A suppression by hand may end")
    func until() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.record([
            ManualAction(address: "bob@dest.example", kind: .suppress, at: time(day: 0), until: time(day: 5))
        ])
        #expect(try ledger.check("bob@dest.example", at: time(day: 5) - 1) != .mayMail)
        #expect(try ledger.check("bob@dest.example", at: time(day: 5)) == .mayMail)
    }

    @Test("A release is not undone by mail that arrived before it, however late it is scanned; mail after it counts")
    func release() throws {
        let old = report(1, at: time(day: 1))
        let late = report(2, at: time(day: 2))
        let new = report(3, at: time(day: 9))
        for releasedFirst in [false, true] {
            let ledger = try freshLedger(Policy.byDays)
            if !releasedFirst { try ledger.commit([old]) }
            #expect(try ledger.release(["bob@dest.example"], note: "is back", at: time(day: 5)) == [.done])
            if releasedFirst { try ledger.commit([old]) }
            #expect(try ledger.check("bob@dest.example", at: time(day: 6)) == .mayMail)
            try ledger.commit([late])
            #expect(try ledger.check("bob@dest.example", at: time(day: 6)) == .mayMail)
            #expect(try ledger.address("bob@dest.example")?.state.counters.hard == 2)
            try ledger.commit([new])
            guard case .suppressed(let suppression) = try ledger.check("bob@dest.example", at: time(day: 10)) else {
                Issue.record("not suppressed")
                continue
            }
            #expect(suppression.since == time(day: 9))
            #expect(try ledger.rebuild() == 0)
        }
    }

    @Test(
        "A release holds against all that the ledger knew, whatever date that bears and whatever its own clock says",
        arguments: [time(day: -20_000), time(day: 1), time(day: 5)])
    func releaseOfTheFuture(at: Int64) throws {
        let ledger = try freshLedger(Policy.byDays)
        let dates = [time(day: 5) + 300, time(day: 30_000), LedgerLimits.latestArrival, 0, time(day: 4)]
        try ledger.commit(dates.enumerated().map { report($0.offset, at: $0.element) })
        try ledger.suppress(["bob@dest.example"], at: time(day: 27_000))
        #expect(try ledger.release(["bob@dest.example"], at: at) == [.done])
        #expect(try ledger.address("bob@dest.example")?.state.suppression == nil)
        #expect(try ledger.rebuild() == 0)
        // Copies of what was known, later ones and earlier ones, change nothing; what is new counts.
        try ledger.commit([report(3, name: "copy", at: time(day: 6)), report(4, name: "earlier", at: time(day: 3))])
        #expect(try ledger.address("bob@dest.example")?.state.suppression == nil)
        try ledger.commit([report(9, at: time(day: 6))])
        #expect(try ledger.address("bob@dest.example")?.state.suppression?.since == time(day: 6))
        #expect(try ledger.rebuild() == 0)
    }

    @Test("After a release by a clock that was ahead, what is decided and what arrives then counts")
    func clockAhead() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: 1))])
        #expect(try ledger.release(["bob@dest.example"], at: time(day: 400)) == [.done])
        #expect(try ledger.suppress(["bob@dest.example"], at: time(day: 2)) == [.done])
        #expect(try ledger.check("bob@dest.example", at: time(day: 2)) != .mayMail)
        #expect(try ledger.release(["bob@dest.example"], at: time(day: 3)) == [.done])
        #expect(try ledger.check("bob@dest.example", at: time(day: 3)) == .mayMail)
        var new = report(2, at: time(day: 4))
        new.seen = time(day: 4) + 60
        try ledger.commit([new])
        #expect(try ledger.check("bob@dest.example", at: time(day: 5)) != .mayMail)
        #expect(try ledger.rebuild() == 0)
        // What the ledger sees at the true time does not depend on that.
        var late = report(3, address: "ann@dest.example", at: time(day: 4))
        try ledger.release(["ann@dest.example"], at: time(day: 5))
        late.seen = time(day: 6)
        try ledger.commit([late])
        #expect(try ledger.check("ann@dest.example", at: time(day: 7)) == .mayMail)
    }

    @Test("A suppression of an older date does not undo a release, and that is said")
    func olderThanRelease() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: 1))])
        try ledger.release(["bob@dest.example"], at: time(day: 5))
        func dated(_ address: String, _ day: Int) -> ManualAction {
            ManualAction(address: address, kind: .suppress, at: time(day: day), isDated: true)
        }
        let outcomes = try ledger.record([dated("bob@dest.example", 3), dated("ann@dest.example", 3)])
        #expect(outcomes == [.released, .done])
        #expect(try ledger.check("bob@dest.example", at: time(day: 6)) == .mayMail)
        #expect(try ledger.record([dated("bob@dest.example", 6)]) == [.done])
    }

    @Test("An arrival after the moment at which the mail is first seen is dated by that")
    func firstSight() throws {
        let ledger = try freshLedger(Policy.byDays)
        var future = report(1, at: time(day: 30_000))
        future.seen = time(day: 3)
        try ledger.commit([future])
        #expect(try ledger.address("bob@dest.example")?.state.suppression?.since == time(day: 3))
        // A copy that is seen later does not date it anew.
        future.key = DeliveryKey(maildir: "/elsewhere", unique: future.key.unique)
        future.seen = time(day: 4)
        try ledger.commit([future])
        #expect(try ledger.address("bob@dest.example")?.state.suppression?.since == time(day: 3))
    }

    @Test("The numbers of deliveries that were pruned are not given again", .enabled(if: !TestServer.isInUse))
    func numbers() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit((0..<5).map { report($0, address: "ann@dest.example", at: time(day: 0)) })
        try ledger.release(["bob@dest.example"], at: time(day: 2))
        #expect(try ledger.prune(olderThan: time(day: 1)).deliveries == 5)
        try ledger.commit([report(7, at: time(day: 3))])
        #expect(try ledger.check("bob@dest.example", at: time(day: 4)) != .mayMail)
    }

    @Test("After a release the soft streak begins anew")
    func streak() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit((0..<4).map { softReport($0, at: time(day: $0)) })
        try ledger.release(["bob@dest.example"], at: time(day: 3, hour: 20))
        try ledger.commit([softReport(4, at: time(day: 4))])
        #expect(try ledger.check("bob@dest.example", at: time(day: 5)) == .mayMail)
        #expect(try ledger.address("bob@dest.example")?.state.streakDays == 1)
    }

    @Test("What happens in one second acts in the order in which the ledger takes it")
    func sameSecond() throws {
        let ledger = try freshLedger(Policy.byDays)
        func isSuppressed(_ address: String) throws -> Bool {
            try ledger.check(address, at: time(day: 2)) != .mayMail
        }
        try ledger.commit([report(1, at: time(day: 1))])
        for round in 2...4 {
            #expect(try ledger.release(["bob@dest.example"], at: time(day: 1)) == [.done])
            #expect(try !isSuppressed("bob@dest.example"))
            #expect(try ledger.release(["bob@dest.example"], at: time(day: 1)) == [.alreadyKnown])
            try ledger.commit([report(round, at: time(day: 1))])
            #expect(try isSuppressed("bob@dest.example"))
        }
        for _ in 0..<3 {
            #expect(try ledger.suppress(["eve@dest.example"], at: time(day: 1)) == [.done])
            #expect(try ledger.suppress(["eve@dest.example"], at: time(day: 1)) == [.alreadyKnown])
            #expect(try isSuppressed("eve@dest.example"))
            #expect(try ledger.release(["eve@dest.example"], at: time(day: 1)) == [.done])
            #expect(try !isSuppressed("eve@dest.example"))
        }
        #expect(try ledger.rebuild() == 0)
        try ledger.suppress(["ann@dest.example"], at: time(day: 1))
        try ledger.release(["ann@dest.example"], at: time(day: 1))
        #expect(try ledger.check("ann@dest.example", at: time(day: 2)) == .mayMail)
    }

    @Test("By hand is stronger than any report, and a receipt does not lift it")
    func stronger() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.suppress(["bob@dest.example"], reason: "asked", at: time(day: 1))
        try ledger.commit([
            report(1, class: "complaint", at: time(day: 2)),
            report(2, class: "delivery-receipt", kind: "delivered", at: time(day: 3)),
        ])
        let suppression = try ledger.address("bob@dest.example")?.state.suppression
        #expect(suppression?.cause == .manual)
        #expect(suppression?.reason == "asked")
    }

    @Test("What another system suppressed is taken over with its time and reason, and what is exported can be imported")
    func importExport() throws {
        let source = try freshLedger(Policy.byDays)
        try source.commit((0..<4).map { report($0, address: "a\($0)@dest.example", at: time(day: $0)) })
        var rows = [ManualAction]()
        try source.suppressed(at: time(day: 9)) { row in
            rows.append(
                ManualAction(
                    address: row.address, kind: .suppress, reason: row.suppression.reason.text,
                    at: row.suppression.since))
            return true
        }
        let target = try freshLedger(Policy.byDays)
        #expect(try target.record(rows) == [.done, .done, .done, .done])
        #expect(try target.record(rows).allSatisfy { $0 == .alreadyKnown })
        var times = [Int64]()
        try target.suppressed(at: time(day: 9)) { row in
            times.append(row.suppression.since)
            return row.suppression.reason == "userunknown"
        }
        #expect(times == (0..<4).map { time(day: $0) })
        var known = [String]()
        try target.addresses { address, state in
            known.append(address)
            return state.suppression != nil
        }
        #expect(known.sorted() == (0..<4).map { "a\($0)@dest.example" })
    }

    @Test("A list that comes some at a time is written as a whole, or not at all")
    func pages() throws {
        let ledger = try freshLedger(Policy.byDays)
        func record(_ pages: [ActionPage]) throws -> (isWritten: Bool, outcomes: [ActionOutcome]) {
            var rest = pages[...]
            var outcomes = [ActionOutcome]()
            let isWritten = try ledger.record(from: { rest.popFirst() ?? .end }, each: { outcomes += $0 })
            return (isWritten, outcomes)
        }
        func page(_ names: String...) -> ActionPage {
            .actions(names.map { ManualAction(address: "\($0)@dest.example", kind: .suppress, at: time(day: 1)) })
        }
        let abandoned = try record([page("a", "b"), page("c"), .abandon])
        #expect(!abandoned.isWritten && abandoned.outcomes == [.done, .done, .done])
        #expect(try ledger.address("a@dest.example") == nil)
        let written = try record([page("a", "b"), page(), page("c", "a")])
        #expect(written.isWritten && written.outcomes == [.done, .done, .done, .alreadyKnown])
        #expect(try ledger.check("c@dest.example", at: time(day: 2)) != .mayMail)
        #expect(try ledger.rebuild() == 0)
    }

    @Test("A suppression that is only wanted where it is needed leaves no trace where it is not")
    func onlyIfNeeded() throws {
        let ledger = try freshLedger(Policy.byDays)
        func ask(_ address: String = "bob@dest.example", day: Int, until: Int? = nil) throws -> ActionOutcome? {
            try ledger.record([
                ManualAction(
                    address: address, kind: .suppress, reason: "list", at: time(day: day),
                    until: until.map { time(day: $0) }, onlyIfNeeded: true)
            ]).first
        }
        #expect(try ask(day: 1, until: 9) == .done)
        #expect(try ask(day: 2, until: 8) == .alreadyKnown)
        #expect(try ask(day: 2, until: 10) == .done)
        #expect(try ask(day: 3) == .done)
        #expect(try ask(day: 4) == .alreadyKnown)
        #expect(try ledger.address("bob@dest.example")?.actions.count == 3)
        try ledger.release(["bob@dest.example"], at: time(day: 5))
        #expect(try ask(day: 6) == .done)
        // What a report suppressed may be lifted; what the administrator's list says may not.
        try ledger.commit([report(1, address: "ann@dest.example", at: time(day: 1))])
        #expect(try ask("ann@dest.example", day: 2) == .done)
        // A name that was erased does not come back with a list.
        try ledger.forget("ann@dest.example")
        #expect(try ask("ann@dest.example", day: 3) == .alreadyKnown)
        #expect(try ledger.address("ann@dest.example") == nil)
        #expect(try ledger.rebuild() == 0)
    }

    @Test("Many addresses are checked at once, each in its place")
    func batch() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1)])
        let answers = try ledger.check(["ann@dest.example", "nonsense", "BOB@dest.example"], at: time(day: 1))
        #expect(answers.count == 3)
        #expect(answers[0] == .mayMail)
        #expect(answers[1] == nil)
        #expect(answers[2] == (try ledger.check("bob@dest.example", at: time(day: 1))))
        #expect(answers[2] != .mayMail)
    }

    @Test("Hostile notes are text")
    func hostile() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.suppress(
            ["bob@dest.example"], reason: "'); --\u{0}", note: String(repeating: "n", count: 9_999), author: "\u{0}",
            at: Int64.max)
        let action = try #require(try ledger.address("bob@dest.example")?.actions.first)
        #expect(action.reason == "'); --\u{FFFD}")
        #expect(action.note?.utf8.count == LedgerLimits.textBytes)
        #expect(action.author == "\u{FFFD}")
        #expect(action.at == LedgerLimits.latestArrival)
    }
}
