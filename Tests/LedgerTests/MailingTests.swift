import Bytes
import TestSupport
import Testing
import Verdict

@testable import Ledger

@Suite("Failures are counted in mailings")
struct MailingTests {
    /// A soft bounce of a mailing's mail, which comes at once unless it says otherwise.
    static func failure(
        _ number: Int, _ address: String = "bob@dest.example", day: Int, late: Int = 0,
        stream: String? = "news.example",
        isBulk: Bool = true, reason: String = "mailboxfull", party: Party? = nil
    ) -> DeliveryEvent {
        var event = report(
            number, class: "soft-bounce", kind: "soft", reason: reason, status: "5.2.2", replyCode: "552",
            address: address, at: time(day: day + late, hour: 9) + Int64(number % 1_000))
        event.stream = stream
        event.mailed = CalendarTime.day(of: time(day: day))
        event.isBulk = isBulk
        if let party { event.outcomes[0].party = party }
        return event
    }

    /// Reports about two others, which make a day known.
    static func mailing(_ day: Int, stream: String = "news.example") -> [DeliveryEvent] {
        (0..<2).map { failure(10_000 + 10 * day + $0, "other\($0)-\(day)@dest.example", day: day, stream: stream) }
    }

    private func suppression(
        _ events: [DeliveryEvent], policy: Policy = Policy(), of address: String = "bob@dest.example"
    ) throws -> Suppression? {
        let ledger = try freshLedger(policy)
        try ledger.commit(events)
        #expect(try ledger.verify(limit: 9).differences == [])
        return try ledger.address(address)?.state.suppression
    }

    private func failures(
        on days: [Int], of mailings: [Int], reason: String = "mailboxfull"
    ) -> [DeliveryEvent] {
        mailings.flatMap { Self.mailing($0) } + days.map { Self.failure($0, day: $0, reason: reason) }
    }

    @Test(
        "A mailbox that stays full is found on a daily, weekly, biweekly and monthly list, whatever else fails there",
        arguments: [(1, 14), (7, 14), (14, 28), (30, 60)])
    func staysFull(every: Int, last: Int) throws {
        let days = Array(stride(from: 0, through: last, by: every))
        let found = try suppression(failures(on: days, of: days))
        #expect(found?.cause == .soft)
        #expect(found?.party == .recipient)
        #expect(found?.since == Self.failure(last, day: last).arrival)
        #expect(try suppression(failures(on: Array(days.dropLast()), of: days)) == nil)
    }

    @Test("A mailing without a failure ends the row; so three failures in eighty days on a daily list are accidents")
    func accidents() throws {
        #expect(try suppression(failures(on: [0, 40, 80], of: Array(0...80))) == nil)
        #expect(try suppression(failures(on: [0, 40, 80], of: [0, 40, 80])) != nil)
        #expect(try suppression(failures(on: [0, 7, 21], of: [0, 7, 14, 21])) == nil)
        #expect(try suppression(failures(on: [0, 7, 21, 28, 35], of: [0, 7, 14, 21, 28, 35])) != nil)
        // Full for a week, on a daily list.
        #expect(try suppression(failures(on: Array(0..<8), of: Array(0...60))) == nil)
    }

    @Test("A system's failures need five mailings in a row that span thirty days")
    func system() throws {
        let days = [0, 7, 14, 21, 28, 35]
        #expect(try suppression(failures(on: days, of: days, reason: "expired"))?.party == .system)
        #expect(try suppression(failures(on: Array(days.dropLast()), of: days, reason: "expired")) == nil)
        // The two kinds of failures are counted apart.
        let mixed = failures(on: [0, 14], of: days) + [7, 21, 28].map { Self.failure($0, day: $0, reason: "expired") }
        #expect(try suppression(mixed) == nil)
    }

    @Test("A report that comes days later belongs to the day of its mail")
    func late() throws {
        let days = [0, 7, 14]
        let late = days.flatMap { Self.mailing($0) } + days.map { Self.failure($0, day: $0, late: 5) }
        #expect(try suppression(late) != nil)
        // Others' late reports are no mailings of their own.
        let others = [0, 7].map { Self.failure(900 + $0, "late\($0)@dest.example", day: $0, late: 5) }
        #expect(try suppression(failures(on: days, of: days) + others) != nil)
    }

    @Test("A mailing that goes on past midnight is one mailing, and a daily list is not")
    func midnight() throws {
        let nights = [0, 1, 7, 8, 14, 15]
        #expect(try suppression(failures(on: [0, 8, 14], of: nights)) != nil)
        #expect(try suppression(failures(on: [0, 2, 4, 6, 8, 10, 12, 14, 16], of: Array(0...16))) == nil)
    }

    @Test(
        "explain names the mailing that ended a row, and no other: neither another's fault nor the other night of one")
    func explainsRow() throws {
        func last(_ failures: [Int], of mailings: [Int], others: [Int] = []) throws -> String {
            let ledger = try freshLedger(Policy())
            try ledger.commit(
                self.failures(on: failures, of: mailings)
                    + others.map { Self.failure(700 + $0, day: $0, reason: "expired", party: .system) })
            return try #require(try ledger.explain("bob@dest.example")?.last).text
        }
        let end = "; the mailing of 2026-11-08 did not fail, so the row began after it"
        #expect(
            try last([0, 14], of: [0, 7, 14]).hasSuffix("failure 1 of 3 in a row, 0 days after the first of 14" + end))
        #expect(try last([0, 21], of: [0, 7, 14, 21], others: [14]).hasSuffix(end))
        #expect(try last([0, 15], of: [0, 6, 7, 14, 15]).hasSuffix(end))
        #expect(try last([7, 14], of: [0, 7, 14]).hasSuffix("failure 2 of 3 in a row, 7 days after the first of 14"))
    }

    @Test("A single address's own reports make no mailing: its accidents would be all there are")
    func alone() throws {
        #expect(try suppression(failures(on: [0, 5, 45], of: [])) == nil)
        // But failures week after week, or month after month, without a known mailing are enough.
        #expect(try suppression(failures(on: [0, 7, 14, 21, 30], of: []))?.days == 3)
        #expect(try suppression(failures(on: [0, 30, 61], of: [])) != nil)
        #expect(try suppression(failures(on: [0, 61], of: [])) == nil)
        #expect(try suppression(failures(on: [0, 140, 280], of: [])) == nil)
        // Full for ten days, twice.
        #expect(try suppression(failures(on: Array(0..<10) + Array(100..<110), of: [])) == nil)
    }

    @Test("On a small list some mailings are known and some are not; a known one without a failure ends both counts")
    func partlyKnown() throws {
        #expect(try suppression(failures(on: [0, 30, 61], of: [0, 61])) != nil)
        #expect(try suppression(failures(on: [0, 30, 61], of: [0, 40, 61])) == nil)
    }

    @Test("A night is one mailing also for another's fault and for the end of a count")
    func nights() throws {
        let other = Self.failure(700, day: 2, reason: "expired")
        #expect(try suppression(failures(on: [0, 1, 14], of: [0, 1, 2, 14]) + [other]) != nil)
        #expect(try suppression(failures(on: [0, 30, 61], of: [0, 1])) != nil)
    }

    @Test("A mailing that failed through another's fault does not count, and does not end the row")
    func othersFaults() throws {
        let days = [0, 7, 14, 21]
        for (reason, party) in [("expired", Party.system), ("blocked", .sender)] {
            let other = Self.failure(700, day: 14, reason: reason, party: party)
            #expect(try suppression(failures(on: [0, 7, 21], of: days) + [other]) != nil)
            #expect(try suppression(failures(on: [0, 7], of: days) + [other]) == nil)
        }
        #expect(try suppression(failures(on: [0, 7, 21], of: days)) == nil)
    }

    @Test("Single mails are no mailings, however many reports come on their days")
    func transactions() throws {
        let days = [0, 9, 18, 30]
        func single(_ number: Int, _ address: String, _ day: Int) -> DeliveryEvent {
            Self.failure(number, address, day: day, stream: "receipts@shop.example", isBulk: false)
        }
        let others = (0...30).flatMap { day in
            (0..<3).map { single(1_000 + 10 * day + $0, "c\(day)-\($0)@dest.example", day) }
        }
        #expect(try suppression(others + days.map { single($0, "bob@dest.example", $0) }) != nil)
        #expect(try suppression(others + days.dropLast().map { single($0, "bob@dest.example", $0) }) == nil)
    }

    @Test("The rows of two streams are counted apart")
    func streams() throws {
        let weekly = [0, 7, 14].flatMap { Self.mailing($0) } + [0, 7].map { Self.failure($0, day: $0) }
        let other =
            [14].map { Self.failure($0, day: $0, stream: "other.example") } + Self.mailing(14, stream: "other.example")
        #expect(try suppression(weekly + other) == nil)
    }

    @Test("The sender's faults never count; an abandoned domain's refusal is the recipient's")
    func parties() throws {
        let days = [0, 7, 14]
        #expect(try suppression(failures(on: days, of: days, reason: "authfailure")) == nil)
        #expect(try suppression(failures(on: days, of: days, reason: "norelaying"))?.party == .sender)
        let closed =
            days.flatMap { Self.mailing($0) }
            + days.map { Self.failure($0, day: $0, reason: "rejected", party: .recipient) }
        #expect(try suppression(closed) != nil)
    }

    @Test("A delivery receipt ends the row and lifts what it suppressed")
    func receipt() throws {
        let days = [0, 7, 14]
        var receipt = report(
            77, class: "delivery-receipt", kind: "delivered", reason: "delivered", status: "2.0.0", replyCode: nil,
            at: time(day: 10))
        receipt.outcomes[0].party = nil
        #expect(try suppression(failures(on: days, of: days) + [receipt]) == nil)
        receipt.arrival = time(day: 15)
        #expect(try suppression(failures(on: days, of: days) + [receipt]) == nil)
    }

    @Test("Days that are told count like days that are known, whenever they are told")
    func told() throws {
        let ledger = try freshLedger(Policy())
        let days = [0, 7, 14]
        try ledger.commit(days.map { Self.failure($0, day: $0) })
        #expect(try ledger.address("bob@dest.example")?.state.suppression == nil)
        func tell(_ days: [Int]) throws -> Int {
            try ledger.record(
                days.map { Mailing(stream: "news.example", day: CalendarTime.day(of: time(day: $0)), count: 10) })
        }
        #expect(try tell(days) == 3)
        #expect(try tell([0]) == 0)
        #expect(try ledger.address("bob@dest.example")?.state.suppression != nil)
        #expect(try ledger.verify(limit: 9).differences == [])
        #expect(try tell([3]) == 1)
        #expect(try ledger.address("bob@dest.example")?.state.suppression == nil)
        #expect(
            try ledger.mailings(of: "news.example").map(\.day)
                == [0, 3, 7, 14].map { CalendarTime.day(of: time(day: $0)) })
        #expect(try ledger.mailings().allSatisfy(\.isTold))
        #expect(try ledger.takeBack("news.example", day: CalendarTime.day(of: time(day: 3))))
        #expect(try !ledger.takeBack("news.example", day: CalendarTime.day(of: time(day: 3))))
        #expect(try ledger.address("bob@dest.example")?.state.suppression != nil)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("Whatever the order of reports and batches, the states are the same, and those of others follow")
    func order() throws {
        var generator = SeededGenerator(seed: 24)
        var events: [DeliveryEvent] = []
        var number = 0
        for (stream, every) in [("daily.example", 1), ("weekly.example", 7)] {
            for day in stride(from: 0, to: 42, by: every) {
                for address in 0..<8 where Int.random(in: 0..<8, using: &generator) >= address {
                    number += 1
                    events.append(
                        Self.failure(
                            number, "a\(address)@dest.example", day: day, late: number % 5, stream: stream,
                            isBulk: number % 7 > 0, reason: number % 9 == 0 ? "expired" : "mailboxfull"))
                }
            }
        }
        let whole = try freshLedger(Policy())
        try whole.commit(events)
        let expected = try whole.dump()
        #expect(try whole.rebuild() == 0)
        var suppressed = 0
        try whole.suppressed(at: time(day: 99)) { _ in
            suppressed += 1
            return true
        }
        #expect((2..<8).contains(suppressed))
        for _ in 0..<4 {
            let ledger = try freshLedger(Policy())
            var rest = events.shuffled(using: &generator)
            while !rest.isEmpty {
                let size = Int.random(in: 1...25, using: &generator)
                try ledger.commit(Array(rest.prefix(size)))
                rest.removeFirst(min(size, rest.count))
            }
            #expect(try ledger.dump() == expected)
            #expect(try ledger.verify(limit: 9).differences == [])
        }
    }

    @Test("A dry run foretells what a mailing that becomes known changes, also of addresses that no batch names")
    func preview() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([0, 7].flatMap { Self.mailing($0) } + [0, 7, 14].map { Self.failure($0, day: $0) })
        try ledger.commit([0, 14].map { Self.failure(50 + $0, "ann@dest.example", day: $0, stream: "two.example") })
        let batch = [Self.failure(900, "new@dest.example", day: 14)]
        try ledger.preview(batch)
        let summary = try ledger.previewSummary(at: time(day: 50), limit: 9)
        #expect(summary.newlySuppressed.map(\.address) == ["bob@dest.example"])
        try ledger.commit(batch)
        #expect(try ledger.address("bob@dest.example")?.state.suppression == summary.newlySuppressed.first?.suppression)
        // A mailing without a failure ends a row that was long enough.
        let between = Self.mailing(10)
        try ledger.preview(between)
        #expect(
            try ledger.previewSummary(at: time(day: 50), limit: 9).noLongerSuppressed.map(\.address) == [
                "bob@dest.example"
            ])
        try ledger.commit(between)
        #expect(try ledger.address("bob@dest.example")?.state.suppression == nil)
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("Pruning and erasing others keep what is known of the mailings")
    func kept() throws {
        let ledger = try freshLedger(Policy())
        let days = [0, 7, 14]
        try ledger.commit(failures(on: [0, 7], of: days))
        _ = try ledger.forget(["other0-7@dest.example", "other1-7@dest.example"])
        _ = try ledger.prune(olderThan: time(day: 10))
        try ledger.commit([Self.failure(14, day: 14)])
        #expect(try ledger.address("bob@dest.example")?.state.suppression != nil)
        #expect(try ledger.verify(limit: 9).differences == [])
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.mailings().count == 3)
    }

    @Test("An address holds a bounded number of days and streams, and the newest")
    func limits() throws {
        let days = Array(0..<(LedgerLimits.streakLength + 40))
        let ledger = try freshLedger(Policy())
        try ledger.commit(days.map { Self.failure($0, day: $0, reason: "expired") })
        let streams = LedgerLimits.streaks + 5
        try ledger.commit(
            (0..<streams).map { Self.failure(5_000 + $0, day: 300 + $0, stream: "s\($0).example", reason: "expired") })
        let state = try #require(try ledger.address("bob@dest.example")?.state)
        #expect(state.streaks.count == LedgerLimits.streaks)
        #expect(state.streaks.contains { $0.name == "system s\(streams - 1).example" })
        #expect(!state.streaks.contains { $0.name == "system s0.example" })
        #expect(state.streaks.allSatisfy { $0.days.count <= LedgerLimits.streakLength })
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test(
        "A ledger of version 0.1.0 keeps its policy until the present one is adopted", .enabled(if: !TestServer.isInUse)
    )
    func editions() throws {
        let folder = try TemporaryFolder()
        do {
            let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
            try ledger.write { try SettingTable.store("1", as: LedgerStore.editionSetting, $0) }
        }
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        #expect(ledger.policy.edition == .first)
        // Five days of a DMARC mistake; and a mailbox that fails on every mailing of a monthly list.
        try ledger.commit((0..<5).map { Self.failure(500 + $0, "good@dest.example", day: $0, reason: "authfailure") })
        let days = [0, 30, 60]
        try ledger.commit(failures(on: days, of: days))
        try ledger.commit([report(999, reason: "hostunknown", address: "once@gone.example")])
        func suppressed(_ name: String) throws -> Bool { try ledger.address(name)?.state.suppression != nil }
        #expect(try suppressed("good@dest.example"))
        #expect(try !suppressed("bob@dest.example"))
        #expect(try suppressed("once@gone.example"))
        func adopt(_ answer: Bool) throws -> [String] {
            var sides: [String] = []
            let isDone = try ledger.adoptEdition(
                at: time(day: 70),
                each: { side in
                    switch side {
                    case .suppressed(let row): sides.append("+" + row.address)
                    case .mayBeMailed(let row): sides.append("-" + row.address)
                    }
                }, approve: { answer })
            #expect(isDone == answer)
            return sides
        }
        let sides = ["+bob@dest.example", "-good@dest.example", "-once@gone.example"]
        #expect(try adopt(false) == sides)
        #expect(try suppressed("good@dest.example"))
        #expect(try adopt(true) == sides)
        let after = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        #expect(after.policy.edition == .current)
        #expect(try after.verify(limit: 9).differences == [])
        #expect(try !suppressed("good@dest.example") && suppressed("bob@dest.example"))
        // A scan that goes on since before would count under the former policy.
        #expect {
            try ledger.commit([Self.failure(600, "late@dest.example", day: 70)])
        } throws: { ($0 as? LedgerError)?.category == .tryAgain }
        try after.commit([Self.failure(600, "late@dest.example", day: 70)])
        #expect(try after.verify(limit: 9).differences == [])
        // A number that the configuration sets holds in every edition.
        var policy = Policy()
        policy.soft = Policy.Rule(days: 9, within: 30, quietDays: 30)
        #expect(policy.inEdition(.first).soft == policy.soft && policy.inEdition(.current).soft == policy.soft)
        #expect(policy.inEdition(.first).sender == nil)
        #expect(policy.inEdition(.first).inEdition(.current) == policy)
    }
}
