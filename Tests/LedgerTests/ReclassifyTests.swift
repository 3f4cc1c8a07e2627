import TestSupport
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Verdicts are replaced, all or none")
struct ReclassifyTests {
    let folder: TemporaryFolder
    let ledger: LedgerStore

    init() throws {
        folder = try TemporaryFolder()
        ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
    }

    /// Runs the batches, and gives what became of them and who changed sides.
    private func reclassify(
        _ batches: [[DeliveryEvent]], approve: Bool = true
    ) throws -> (outcomes: [ReclassifyOutcome], sides: [SideChange], isDone: Bool) {
        var outcomes = [ReclassifyOutcome]()
        var sides = [SideChange]()
        var failure: (any Error)?
        let isDone = try ledger.reclassify(
            at: time(day: 400),
            { reclassification in
                do {
                    for batch in batches { outcomes += try reclassification.apply(batch) }
                    return true
                } catch {
                    failure = error
                    return false
                }
            },
            each: { sides.append($0) }, approve: { approve })
        if let failure { throw failure }
        return (outcomes, sides, isDone)
    }

    private func name(_ side: SideChange) -> String {
        switch side {
        case .suppressed(let row): "+" + row.address
        case .mayBeMailed(let row): "-" + row.address
        }
    }

    private func soft(_ event: DeliveryEvent, address: String? = nil) -> DeliveryEvent {
        var event = event
        event.class = "soft-bounce"
        event.outcomes[0].fate = "soft"
        event.outcomes[0].reason = "blocked"
        if let address { event.outcomes[0].address = address }
        return event
    }

    @Test("A verdict that changes takes its address to the other side, and the reports of others stay")
    func changes() throws {
        let events = [report(1), report(2, address: "ann@dest.example"), report(3, address: "cid@dest.example")]
        try ledger.commit(events)
        let now = [soft(events[0]), events[1], soft(events[2], address: "dan@dest.example")]
        let result = try reclassify([[now[0]], [now[1], now[2]]])
        #expect(result.isDone)
        #expect(result.outcomes == [.changed(from: "hard-bounce"), .unchanged, .changed(from: "hard-bounce")])
        #expect(result.sides.map(name) == ["-bob@dest.example", "-cid@dest.example"])
        #expect(try ledger.address("cid@dest.example") == nil)
        #expect(try ledger.address("dan@dest.example")?.state.counters.soft == 1)
        #expect(try ledger.check("ann@dest.example", at: time(day: 400)) != .mayMail)
        #expect(try reclassify([now]).outcomes == [.unchanged, .unchanged, .unchanged])
    }

    @Test("Nothing changes where nobody agrees")
    func declined() throws {
        try ledger.commit([report(1)])
        let before = try ledger.dump()
        let result = try reclassify([[soft(report(1)), report(2, address: "new@dest.example")]], approve: false)
        #expect(!result.isDone)
        #expect(result.sides.map(name) == ["-bob@dest.example", "+new@dest.example"])
        #expect(try ledger.dump() == before)
        var asked = 0
        #expect(
            try !ledger.rebuild(
                at: time(day: 1), each: { _ in },
                approve: {
                    asked += 1
                    return false
                }))
        #expect(asked == 1)
        #expect(try ledger.dump() == before)
    }

    @Test("The ledger is then the one that today's verdicts would have made", arguments: [1, 2, 3, 4])
    func sameAsFresh(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var events = [DeliveryEvent]()
        for number in 0..<80 {
            let address = "u\(number % 23)@dest\(number % 3).example"
            let event =
                number % 3 == 0
                ? softReport(number, address: address, at: time(day: number % 20))
                : report(number, address: address, at: time(day: number % 5))
            events.append(event)
            if number % 7 == 0 {
                // The same report in another file, delivered later.
                var copy = event
                copy.key = DeliveryKey(maildir: "/var/mail/bounces", unique: Array("copy-\(number)".utf8))
                copy.arrival += Int64(number % 14) * 60
                events.append(copy)
            }
        }
        let now = events.map { event in
            event.fingerprint.low % 4 == 1 ? soft(event, address: "moved@dest.example") : event
        }
        try ledger.commit(events)
        let result = try reclassify([Array(now.shuffled(using: &generator)), now])
        #expect(result.isDone)

        let freshFolder = try TemporaryFolder()
        let fresh = try LedgerStore(path: freshFolder.ledger, mode: .readWrite, policy: Policy.byDays)
        try fresh.commit(now)
        let (left, right) = (try ledger.dump(), try fresh.dump())
        for table in ["address", "brake", "delivery", "outcome", "tally"] {
            #expect(left[table] == right[table], "\(table)")
        }
        #expect(left["address"]?.isEmpty == false)
    }

    @Test("Messages that the ledger has not seen count")
    func new() throws {
        try ledger.commit([report(1)])
        var copy = report(1, name: "copy")
        copy.arrival += 60
        let result = try reclassify([[report(2, address: "new@dest.example"), copy]])
        #expect(result.outcomes == [.new(.counted), .new(.duplicate)])
        #expect(result.sides.map(name) == ["+new@dest.example"])
    }

    @Test("A copy from a backup speaks for the message, one that was delivered later does not")
    func copies() throws {
        try ledger.commit([report(1)])
        var later = soft(report(1, name: "later"))
        later.arrival += 60
        #expect(try reclassify([[later]]).outcomes == [.new(.duplicate)])
        #expect(try ledger.check("bob@dest.example", at: time(day: 1)) != .mayMail)
        let backup = soft(report(1, name: "backup"))
        #expect(try reclassify([[backup]]).outcomes == [.changed(from: "hard-bounce")])
        #expect(try ledger.check("bob@dest.example", at: time(day: 1)) == .mayMail)
    }

    @Test("What was erased does not come back")
    func forgotten() throws {
        try ledger.commit([report(1), report(2, address: "ann@dest.example")])
        try ledger.forget("bob@dest.example")
        _ = try ledger.prune(olderThan: time(day: 30))
        let result = try reclassify([[soft(report(1)), soft(report(2, address: "ann@dest.example"))]])
        #expect(result.outcomes == [.kept, .kept])
        #expect(result.sides.isEmpty)
        #expect(try ledger.address("bob@dest.example") == nil)
    }

    @Test("Another report under a known name counts, and leaves the first one as it is")
    func reusedName() throws {
        try ledger.commit([report(1)])
        let other = report(2, name: "1.V1.host", address: "ann@dest.example")
        #expect(try reclassify([[other]]).outcomes == [.new(.counted)])
        #expect(try reclassify([[soft(other), report(1)]]).outcomes == [.changed(from: "hard-bounce"), .unchanged])
        #expect(try ledger.address("ann@dest.example")?.state.counters.soft == 1)
        #expect(try ledger.address("bob@dest.example")?.state.counters.hard == 1)
    }

    @Test("More suppressed addresses than a page are compared one by one")
    func pages() throws {
        let events = (0..<2_500).map { report($0, address: "u\($0)@dest\($0 % 50).example", at: time(day: $0 % 40)) }
        try ledger.commit(events)
        let result = try reclassify([events.enumerated().map { $0.offset % 5 == 0 ? soft($0.element) : $0.element }])
        #expect(result.sides.count == 500)
        #expect(Set(result.sides.map(name)).count == 500)
    }

    @Test("An archive's messages are found under the keys that they were counted with")
    func places() throws {
        var event = report(1)
        event.destination = "/var/mail/archive/hard-bounce/cur/1.V1.host:2,S"
        try ledger.commit([event])
        let cur = "/var/mail/archive/hard-bounce/cur"
        #expect(try ledger.maildirs(filedInto: cur) == ["/var/mail/bounces"])
        #expect(try ledger.maildirs(filedInto: "/elsewhere").isEmpty)
        let names = ["1.V1.host", "2.V1.host"].map { Array($0.utf8) }
        #expect(
            try ledger.keys(of: names, filedInto: cur, from: ["/nowhere", "/var/mail/bounces"]) == [event.key, nil])
        #expect(try ledger.keys(of: names, filedInto: "/elsewhere", from: ["/var/mail/bounces"]) == [nil, nil])
    }
}
