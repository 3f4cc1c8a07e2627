import Testing

@testable import Ledger

@Suite("A batch counts each report once")
struct CommitTests {
    private func store() throws -> LedgerStore {
        try freshLedger(Policy.byDays)
    }

    @Test("A delivery is counted, its address has the counters and the history")
    func counted() throws {
        let ledger = try store()
        #expect(try ledger.commit([report(1, address: "Bob@Dest.example", at: time(day: 2))]) == [.counted])
        let record = try #require(try ledger.address("bob@dest.example"))
        #expect(record.address == "bob@dest.example")
        #expect(record.state.spelling == "Bob@Dest.example")
        #expect(record.state.counters.hard == 1)
        #expect(record.state.firstSeen == time(day: 2))
        #expect(record.history.count == 1)
        #expect(record.history.first?.outcome == report(1, address: "Bob@Dest.example").outcomes.first)
        #expect(record.history.first?.messageID == "<1@mail.example>")
        #expect(record.history.first?.origin == "local")
        #expect(record.history.first?.reportingMTA == "mail.example")
        #expect(record.history.first?.dialect == "postfix")
    }

    @Test("The same file again changes nothing, in the same batch or in a later one")
    func sameKey() throws {
        let ledger = try store()
        #expect(try ledger.commit([report(1), report(1)]) == [.counted, .alreadyKnown])
        let before = try ledger.dump()
        #expect(try ledger.commit([report(1)]) == [.alreadyKnown])
        #expect(try ledger.dump() == before)
    }

    @Test("Which files of a Maildir are known is found by their names, whatever their bytes")
    func knownFiles() throws {
        let ledger = try store()
        // The second file is a copy of the first one's report.
        let events = [report(1, name: "1.V1.host"), report(1, name: "2.V2.host"), report(3, name: "3.V3'\n.host")]
        #expect(try ledger.commit(events) == [.counted, .duplicate, .counted])
        let maildir = events[0].key.maildir
        let names = events.map(\.key.unique)
        let other = Array("4.V4.host".utf8)
        #expect(try ledger.knownFiles(names + [other, []], maildir: maildir) == Set(names))
        #expect(try ledger.knownFiles([other], maildir: maildir).isEmpty)
        #expect(try ledger.knownFiles([], maildir: maildir).isEmpty)
        #expect(try ledger.knownFiles(names, maildir: maildir + "/other").isEmpty)
    }

    @Test("A batch leaves what its reports leave one by one, wherever copies and known files stand in it")
    func manyTogether() throws {
        var batch = (1...50).map { number in
            report(
                number, address: "user\(number % 20)@dest\(number % 3).example",
                at: time(day: number % 9, hour: number % 24))
        }
        // Copies close to their reports and far from them, earlier ones and later ones; a name that two reports have.
        for (place, number, day) in [(3, 2, 0), (9, 1, 20), (16, 17, 0), (30, 3, 0), (31, 3, 20), (48, 50, 0)] {
            batch.insert(
                report(number, name: "copy\(place)", address: "copy@dest.example", at: time(day: day)), at: place)
        }
        batch.insert(report(99, name: "5.V1.host"), at: 20)
        batch[40].outcomes = (0..<40).map {
            OutcomeEvent(address: "r\($0)@dest.example", kind: "soft", reason: "mailboxfull")
        }
        let known = [report(7), report(33), report(60), report(61)]

        let together = try store()
        let apart = try store()
        try together.commit(known)
        try apart.commit(known)
        let results = try together.commit(batch)
        var single = [CommitOutcome]()
        for event in batch { single += try apart.commit([event]) }
        #expect(results == single)
        #expect(Set(results) == [.counted, .duplicate, .alreadyKnown])
        #expect(try together.dump() == apart.dump())
        #expect(try together.rebuild() == 0)
    }

    @Test("The same name in another Maildir is another file")
    func otherMaildir() throws {
        let ledger = try store()
        var other = report(2)
        other.key = DeliveryKey(maildir: "/elsewhere", unique: report(1).key.unique)
        #expect(try ledger.commit([report(1), other]) == [.counted, .counted])
    }

    @Test(
        "Of the files that hold one report, the one that arrived first counts, in whatever order and batches they come")
    func duplicates() throws {
        // The copies differ in what they say, so that it shows which of them counts; two arrived in one second.
        let copies = [
            report(1, name: "d", address: "late@dest.example", at: time(day: 9)),
            report(1, name: "c", address: "first@dest.example", at: time(day: 1)),
            report(1, name: "e", address: "tie@dest.example", at: time(day: 1)),
            report(1, name: "a", kind: "soft", address: "first@dest.example", at: time(day: 5)),
        ]
        let other = report(2, address: "late@dest.example", at: time(day: 4))
        var seen = Set<[String: [String]]>()
        for order in permutations(copies) {
            for cut in 0...copies.count {
                let ledger = try store()
                try ledger.commit([other])
                let results = try ledger.commit(Array(order[..<cut])) + ledger.commit(Array(order[cut...]))
                #expect(results == [.counted, .duplicate, .duplicate, .duplicate])
                #expect(try ledger.commit(order).allSatisfy { $0 == .alreadyKnown })
                seen.insert(try ledger.dump())
                #expect(try ledger.address("first@dest.example")?.state.counters.hard == 1)
                #expect(try ledger.address("late@dest.example")?.state.counters.hard == 1)
                #expect(try ledger.address("tie@dest.example") == nil)
                #expect(try ledger.rebuild() == 0)
                seen.insert(try ledger.dump())
            }
        }
        #expect(seen.count == 1)
    }

    @Test("Two reports of one second act in one order, whichever batch comes first")
    func sameSecond() throws {
        let reports = [
            report(1, reason: "userunknown"), report(2, reason: "hostunknown"), report(3, reason: "hasmoved"),
        ]
        let dumps = try permutations(reports).map { order in
            let ledger = try freshLedger(Policy.byDays)
            for event in order { try ledger.commit([event]) }
            return try ledger.dump()
        }
        #expect(Set(dumps).count == 1)
    }

    @Test("A duplicate is written down, and counted as one")
    func duplicateIsKept() throws {
        let ledger = try store()
        try ledger.commit([report(1, name: "a"), report(1, name: "b")])
        let summary = try ledger.summary(at: time(day: 1))
        #expect(summary.duplicates == 1)
        #expect(summary.reports == [ClassCount(class: "hard-bounce", origin: "local", count: 1)])
        #expect(summary.rules.map(\.hits) == [2])
    }

    @Test("A mixed report counts each recipient by its own outcome")
    func mixed() throws {
        let ledger = try store()
        var mixed = report(1, address: "dead@dest.example")
        mixed.outcomes.append(OutcomeEvent(address: "full@dest.example", kind: "soft", reason: "mailboxfull"))
        mixed.outcomes.append(OutcomeEvent(address: "slow@dest.example", kind: "delayed", reason: "networkerror"))
        mixed.outcomes.append(OutcomeEvent(address: "fine@dest.example", kind: "delivered", reason: "delivered"))
        try ledger.commit([mixed])
        #expect(try ledger.check("dead@dest.example", at: time(day: 1)) != .mayMail)
        for address in ["full", "slow", "fine"] {
            #expect(try ledger.check(address + "@dest.example", at: time(day: 1)) == .mayMail)
        }
        #expect(try ledger.address("slow@dest.example")?.state.counters.delayed == 1)
        #expect(try ledger.address("fine@dest.example")?.state.counters.delivered == 1)
    }

    @Test("A double bounce counts on its own counter and not against the address")
    func doubleBounce() throws {
        let ledger = try store()
        try ledger.commit([report(1, class: "double-bounce"), report(2, class: "postmaster-notice")])
        #expect(try ledger.check("bob@dest.example", at: time(day: 1)) == .mayMail)
        #expect(try ledger.address("bob@dest.example")?.state.counters.other == 2)
        #expect(
            try ledger.summary(at: 0).reports == [
                ClassCount(class: "double-bounce", origin: "local", count: 1),
                ClassCount(class: "postmaster-notice", origin: "local", count: 1),
            ])
    }

    @Test("A recipient that is no address is kept without a counter")
    func noAddress() throws {
        let ledger = try store()
        #expect(try ledger.commit([report(1, address: "postmaster")]) == [.counted])
        #expect(try ledger.summary(at: 0).addresses == 0)
        #expect(try ledger.dump()["outcome"]?.first?.hasSuffix("|postmaster") == true)
    }

    @Test("Text of a hostile mail is stored whole, cut at its limit, and never runs")
    func hostile() throws {
        let ledger = try store()
        var event = report(1, address: "x'; DROP TABLE address; --@dest.example")
        event.messageID = "'); DELETE FROM delivery; --\u{0}\u{7}\n"
        event.class = "hard-bounce"
        event.rules = ["\u{0}", "", "'"]
        event.outcomes[0].address = "o'brien@dest.example"
        event.outcomes[0].reason = "rea\u{0}son"
        event.outcomes[0].diagnostic = String(decoding: [0xFF, 0x41, 0x00, 0x42, 0xC3], as: UTF8.self)
        event.outcomes[0].command = ""
        event.key = DeliveryKey(maildir: "/m\n\u{1B}", unique: [0xFF, 0x00, 0x0A, 0x27])
        #expect(try ledger.commit([event]) == [.counted])
        #expect(try ledger.commit([event]) == [.alreadyKnown])
        let row = try #require(try ledger.address("o'brien@dest.example")?.history.first)
        #expect(row.key == event.key)
        #expect(row.messageID == "'); DELETE FROM delivery; --\u{FFFD}\u{7}\n")
        #expect(row.outcome.diagnostic == "\u{FFFD}A\u{FFFD}B\u{FFFD}")
        #expect(row.outcome.reason == "rea\u{FFFD}son")
        #expect(row.outcome.command == "")
    }

    @Test("A text is cut on a character's boundary at its named limit")
    func cut() throws {
        let ledger = try store()
        var event = report(1)
        // Three bytes each, and the limit is no multiple of three.
        event.outcomes[0].diagnostic = String(repeating: "字", count: LedgerLimits.diagnosticBytes)
        event.messageID = String(repeating: "m", count: LedgerLimits.textBytes + 1)
        event.reportingMTA = String(repeating: "h", count: LedgerLimits.termBytes + 1)
        try ledger.commit([event])
        let row = try #require(try ledger.address("bob@dest.example")?.history.first)
        #expect(row.outcome.diagnostic == String(repeating: "字", count: LedgerLimits.diagnosticBytes / 3))
        #expect(row.messageID?.utf8.count == LedgerLimits.textBytes)
        #expect(row.reportingMTA?.utf8.count == LedgerLimits.termBytes)
    }

    @Test("An arrival beyond the calendar is set to its end")
    func absurdTimes() throws {
        let ledger = try store()
        try ledger.commit([
            report(1, at: Int64.max), report(2, at: Int64.min), report(3, address: "ann@dest.example", at: -1),
        ])
        let state = try #require(try ledger.address("bob@dest.example")?.state)
        #expect(state.firstSeen == 0)
        #expect(state.lastSeen == LedgerLimits.latestArrival)
        #expect(try ledger.rebuild() == 0)
    }

    @Test("Where a file went is given back, whether its name is the usual one or not")
    func destination() throws {
        let ledger = try store()
        let key = DeliveryKey(maildir: "/m", unique: Array("1.V2.host".utf8))
        for (number, destination) in [
            "/m/cur/1.V2.host:2,S", "/archive/hard-bounce/new/other", "plain", "/", "/m/cur/1.V2.host:2,",
        ].enumerated() {
            var event = report(number, address: "a\(number)@dest.example")
            event.key = DeliveryKey(maildir: "/m\(number)", unique: key.unique)
            event.destination = destination
            try ledger.commit([event])
            #expect(try ledger.address("a\(number)@dest.example")?.history.first?.destination == destination)
        }
    }
}
