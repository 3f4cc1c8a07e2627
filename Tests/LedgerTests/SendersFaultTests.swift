import Testing
import Verdict

@testable import Ledger

@Suite("Faults of the sender")
struct SendersFaultTests {
    private func refusal(
        _ number: Int, _ address: String = "bob@dest.example", reason: String = "authfailure", at arrival: Int64,
        said: String? = nil
    ) -> DeliveryEvent {
        var event = report(
            number, class: "soft-bounce", kind: "soft", reason: reason, status: "5.7.1", address: address, at: arrival)
        event.seen = arrival
        if let said { event.outcomes[0].diagnostic = said }
        return event
    }

    private func faults(_ events: [DeliveryEvent], at now: Int64 = time(day: 40), limit: Int = 100) throws
        -> SendersFaults
    {
        let ledger = try freshLedger(Policy())
        try ledger.commit(events.sorted { $0.arrival < $1.arrival })
        return try ledger.sendersFaults(at: now, limit: limit)
    }

    private func day(_ day: Int) -> Int64 { time(day: day, hour: 0) / 86_400 }

    @Test("Addresses are counted once for each domain and reason, most first, with the days and the last reply")
    func groups() throws {
        let faults = try faults(
            (0..<3).map { refusal($0, "a\($0)@big.example", at: time(day: 38 + $0 % 2), said: "550 no \($0)") } + [
                refusal(10, "a0@big.example", at: time(day: 40) - 60, said: "550 last"),
                refusal(11, "a0@big.example", reason: "blocked", at: time(day: 39)),
                refusal(12, "b@small.example", at: time(day: 40)),
            ])
        #expect(faults.count == 3)
        #expect(faults.worst.map(\.domain) == ["big.example", "big.example", "small.example"])
        #expect(faults.worst.map(\.reason) == ["authfailure", "blocked", "authfailure"])
        #expect(faults.worst.map(\.addresses) == [3, 1, 1])
        #expect(faults.worst.map(\.since) == [day(38), day(39), day(40)])
        #expect(faults.worst.first?.latest == time(day: 40) - 60)
        #expect(faults.worst.first?.example == "550 last")
        #expect(faults.byReason == ["authfailure": 4, "blocked": 1])
    }

    @Test("A run begins after a gap of more than seven days, and ends seven days ago", arguments: [7, 8])
    func gap(days: Int) throws {
        let faults = try faults([
            refusal(1, "early@dest.example", at: time(day: 33 - days)),
            refusal(2, "late@dest.example", at: time(day: 33, hour: 13)),
            refusal(3, "late@dest.example", at: time(day: 38)),
            refusal(4, "gone@quiet.example", at: time(day: 33, hour: 11)),
        ])
        #expect(faults.worst.map(\.domain) == ["dest.example"])
        #expect(faults.worst.map(\.since) == [days == 7 ? day(26) : day(33)])
        #expect(faults.worst.map(\.addresses) == [days == 7 ? 2 : 1])
    }

    @Test("What came more than thirty days ago, or later than now, is not in it")
    func window() throws {
        let events = stride(from: 2, through: 46, by: 4).map { refusal($0, "a\($0)@dest.example", at: time(day: $0)) }
        let faults = try faults(events)
        #expect(faults.worst.map(\.since) == [day(10)])
        #expect(faults.worst.map(\.addresses) == [8])
        #expect(faults.worst.first?.latest == time(day: 38))
    }

    @Test("Only failures that are the sender's count, whatever the reason; a copy and a delay do not")
    func parties() throws {
        var closed = refusal(1, "closed@group.example", reason: "securityerror", at: time(day: 39))
        closed.outcomes[0].party = .recipient
        var ours = refusal(2, "odd@own.example", reason: "onhold", at: time(day: 39))
        ours.outcomes[0].party = .sender
        var delayed = refusal(3, "slow@delay.example", reason: "speeding", at: time(day: 39))
        delayed.class = "delay-notice"
        delayed.outcomes[0].fate = Fate(text: "delayed")
        var copy = refusal(4, "bob@dest.example", at: time(day: 39))
        copy.key = DeliveryKey(maildir: copy.key.maildir, unique: Array("copy".utf8))
        let full = softReport(5, at: time(day: 39))
        let faults = try faults([closed, ours, delayed, refusal(4, at: time(day: 39)), copy, full])
        #expect(faults.worst.map(\.domain) == ["dest.example", "own.example"])
        #expect(faults.worst.map(\.addresses) == [1, 1])
    }

    @Test("The list has so many rows as asked for, and counts all")
    func limit() throws {
        let events = (0..<9).map { refusal($0, "a@d\($0).example", at: time(day: 39)) }
        let faults = try faults(events, limit: 2)
        #expect(faults.worst.map(\.domain) == ["d0.example", "d1.example"])
        #expect(faults.count == 9)
        #expect(faults.byReason == ["authfailure": 9])
        #expect(try self.faults([], limit: 2) == SendersFaults())
        #expect(try self.faults(events, limit: 0).worst.isEmpty)
    }

    @Test("A long reply is cut")
    func example() throws {
        let faults = try faults([refusal(1, at: time(day: 39), said: String(repeating: "é", count: 400))])
        #expect(faults.worst.first?.example?.count == SendersFaults.exampleLength)
        #expect(faults.worst.first?.example?.hasSuffix("é…") == true)
    }

    @Test("Old reports that come late are found, and so are those of which nobody knows when they were seen")
    func late() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit((0..<40).map { refusal($0, "a\($0)@old.example", at: time(day: $0 % 5)) })
        try ledger.commit([refusal(50, at: time(day: 39))])
        // A backlog: seen now.
        var backlog = refusal(51, "late@dest.example", at: time(day: 38))
        backlog.seen = time(day: 40)
        try ledger.commit([backlog])
        #expect(try ledger.sendersFaults(at: time(day: 40), limit: 9).worst.map(\.addresses) == [2])
        try ledger.write { try $0.run("UPDATE delivery SET first_seen = NULL") }
        #expect(try ledger.sendersFaults(at: time(day: 40), limit: 9).worst.map(\.addresses) == [2])
    }

    @Test("Reports that were first seen before the time in question are not read")
    func bound() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit((0..<200).map { refusal($0, "a\($0)@old.example", at: time(day: 0)) })
        try ledger.commit((200..<203).map { refusal($0, "a\($0)@new.example", at: time(day: 39)) })
        // As if they had arrived now, which cannot be.
        try ledger.write {
            try $0.run("UPDATE delivery SET arrival = \(time(day: 39)) WHERE first_seen < \(time(day: 1))")
        }
        let faults = try ledger.sendersFaults(at: time(day: 40), limit: 9)
        #expect(faults.worst.map(\.domain) == ["new.example"])
        #expect(faults.worst.map(\.addresses) == [3])
    }

    @Test("Suppressions and histories tell whose fault it was, wherever they are read")
    func suppressions() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1, at: time(day: 1)), refusal(2, at: time(day: 2))])
        guard case .suppressed(let suppression) = try ledger.check("bob@dest.example", at: time(day: 3)) else {
            Issue.record("bob is not suppressed")
            return
        }
        #expect(suppression.party == .recipient)
        var listed = [Party?]()
        try ledger.suppressed(at: time(day: 3)) { row in
            listed.append(row.suppression.party)
            return true
        }
        #expect(listed == [.recipient])
        #expect(
            try ledger.newSuppressions(StatisticsWindow(), at: time(day: 3), limit: 9).latest.map(\.suppression.party)
                == [.recipient])
        let record = try #require(try ledger.address("bob@dest.example"))
        #expect(record.parties == [.recipient: 1, .sender: 1])
        #expect(record.history.map(\.outcome.party) == [.sender, .recipient])
        #expect(try ledger.explain("bob@dest.example")?.map(\.party) == [.recipient, .sender])
        var changes = [Party?]()
        var policy = Policy()
        policy.hard.days = 0
        try ledger.simulate(policy, at: time(day: 3)) { change in
            changes.append(change.before?.party)
            return true
        }
        #expect(changes == [.recipient])
    }

    @Test("Recipients are counted by party, and listed")
    func figures() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([
            report(1, at: time(day: 1)), refusal(2, at: time(day: 2)), refusal(3, "ann@dest.example", at: time(day: 2)),
            report(4, class: "auto-reply", kind: "delivered", reason: "vacation", at: time(day: 2)),
        ])
        let figures = try ledger.recipientFigures(StatisticsWindow())
        #expect(figures.parties.map(\.value) == ["sender", "recipient", ""])
        #expect(figures.parties.map(\.counts.bounces) == [2, 1, 0])
        let samples = try ledger.samples(
            StatisticsWindow(), of: [.party(.sender), .party(nil), .party(.system)], limit: 9)
        #expect(Set(samples[.party(.sender)]?.map(\.address) ?? []) == ["ann@dest.example", "bob@dest.example"])
        #expect(samples[.party(nil)]?.count == 1)
        #expect(samples[.party(.system)] == [])
    }
}
