import TestSupport
import Testing

@testable import Ledger

@Suite("The brake: a provider that is out of order kills nobody")
struct BrakeTests {
    private var rule: Policy.Brake {
        var brake = Policy.Brake()
        brake.minimum = 10
        return brake
    }

    private func policy(_ change: (inout Policy.Brake) -> Void = { _ in }) -> Policy {
        var policy = Policy.byDays
        var brake = rule
        change(&brake)
        policy.brake = brake
        return policy
    }

    /// Hard bounces of `count` addresses of one domain within one hour.
    private func spike(
        _ count: Int, from first: Int = 0, day: Int, hour: Int = 12, domain: String = "big.example",
        reason: String = "userunknown", kind: String = "hard"
    ) -> [DeliveryEvent] {
        (first..<first + count).map { index in
            report(
                day * 100_000 + hour * 1_000 + index, name: "\(domain)-\(reason)-\(day)-\(hour)-\(index)",
                class: kind == "hard" ? "hard-bounce" : "soft-bounce", kind: kind, reason: reason,
                address: "u\(index)@\(domain)", at: time(day: day, hour: hour) + Int64(index % 3_600))
        }
    }

    private func suppressedCount(_ ledger: LedgerStore) throws -> Int {
        var count = 0
        try ledger.suppressed(at: time(day: 900)) { _ in
            count += 1
            return true
        }
        return count
    }

    // MARK: The pure function

    private func statuses(
        _ counts: [(Int64, Int64)], decisions: [BrakeDecision] = [], canBeUsual: Bool = true,
        _ change: (inout Policy.Brake) -> Void = { _ in }
    ) -> [Int64: BrakeStatus] {
        var brake = rule
        change(&brake)
        return BrakeTimeline.statuses(
            counts.map { BrakeCount(hour: $0.0, addresses: $0.1) }, first: counts.first?.0 ?? 0, from: 0,
            canBeUsual: canBeUsual, decisions: decisions, rule: brake)
    }

    @Test("From the minimum on it is a spike, below it is not")
    func minimum() {
        #expect(statuses([(100, 9)]) == [:])
        #expect(statuses([(100, 10)]) == [100: .held])
        #expect(statuses([(100, 9)]) { $0.minimum = 9 } == [100: .held])
        // Never below the floor.
        #expect(statuses([(100, BrakeTimeline.floor - 1)]) { $0.minimum = 0 } == [:])
        #expect(statuses([(100, BrakeTimeline.floor)]) { $0.minimum = 0 } == [100: .held])
    }

    @Test("A spike is many times the average of the days before")
    func factor() {
        // Four an hour for two days; ten times as much is a spike, and less than five times is none.
        let steady = (0..<48).map { (Int64($0), Int64(4)) }
        #expect(statuses(steady + [(48, 19)]) == [:])
        #expect(statuses(steady + [(48, 20)]) == [47: .held, 48: .held])
        #expect(statuses(steady + [(48, 20)]) { $0.factor = 6 } == [:])
        #expect(statuses(steady + [(48, 19)]) { $0.factor = 4 } == [47: .held, 48: .held])
    }

    @Test("What goes on for hours becomes what is usual: the first hours of a new provider only")
    func usual() {
        let steady = (0..<48).map { (Int64($0), Int64(30)) }
        // Four, and the one after.
        #expect(statuses(steady).keys.max() == 5)
    }

    @Test("The hours before and after a spike are held, too, however few they have; those beyond are not")
    func neighbours() {
        let quiet: [(Int64, Int64)] = [(8, 1), (9, 2), (10, 500), (11, 1), (12, 1)]
        #expect(statuses(quiet) == [9: .held, 10: .held, 11: .held])
        let decided = BrakeDecision(firstHour: 9, lastHour: 10, verdict: .released)
        #expect(statuses(quiet, decisions: [decided]) == [9: .released, 10: .released, 11: .held])
        // Windows of two hours: from 8 to 10, from 10 to 12 and from 12 to 14.
        #expect(statuses(quiet) { $0.windowHours = 2 } == [8: .held, 9: .held, 10: .held, 11: .held, 12: .held])
    }

    @Test("What comes on four days is usual on the fourth, where it lies with the address")
    func daily() {
        // A newsletter a day, with 300 who are gone or full each time.
        let days = (0..<6).map { (Int64($0) * 24 + 9, Int64(300)) }
        #expect(statuses(days).keys.sorted() == [9, 33, 57])
        #expect(statuses(days, canBeUsual: false).keys.sorted() == [9, 33, 57, 81, 105, 129])
        // Two outages do not make a third usual.
        let outages: [(Int64, Int64)] = [(9, 2_000), (33, 5), (57, 2_000), (81, 5), (105, 2_000), (106, 1_900)]
        #expect(statuses(outages).keys.sorted() == [9, 57, 105, 106])
        // Five times what is usual is an outage all the same.
        #expect(statuses(days + [(153, 1_499)])[153] == nil)
        #expect(statuses(days + [(153, 1_500)])[153] == .held)
        // What was released is no part of what is usual.
        let released = BrakeDecision(firstHour: 9, lastHour: 9, verdict: .released)
        #expect(statuses(days, decisions: [released]).keys.sorted() == [9, 33, 57, 81])
        // And what is older than the baseline is forgotten.
        #expect(statuses(days) { $0.baselineDays = 2 }.keys.sorted() == [9, 33, 57, 81, 105, 129])
    }

    @Test("An outage of two hours is a spike in both, with little history or much")
    func outage() {
        for history in [0, 3, 24, 400] {
            let before = (0..<Int64(history)).map { ($0, Int64(3)) }
            let start = Int64(history)
            let found = statuses(before + [(start, 5_000), (start + 1, 5_000), (start + 2, 3), (start + 3, 3)])
            let hours = (history == 0 ? start : start - 1)...start + 2
            #expect(found == Dictionary(uniqueKeysWithValues: hours.map { ($0, .held) }))
        }
    }

    @Test("The baseline ends after its days")
    func baseline() {
        let busy: [(Int64, Int64)] = [(0, 3_000)]
        let later = Int64(14 * 24)
        // 3,000 in 14 days are nine an hour.
        #expect(statuses(busy + [(later, 40)])[later] == nil)
        #expect(statuses(busy + [(later + 1, 40)])[later + 1] == .held)
        #expect(statuses(busy + [(later, 40)]) { $0.baselineDays = 13 }[later] == .held)
        #expect(statuses(busy + [(later + 1, 40)]) { $0.baselineDays = 15 }[later + 1] == nil)
    }

    @Test("A window of several hours is looked at whole")
    func window() {
        let trickle: [(Int64, Int64)] = [(96, 6), (97, 6), (98, 6)]
        #expect(statuses(trickle) == [:])
        #expect(statuses(trickle) { $0.windowHours = 4 } == [96: .held, 97: .held, 98: .held])
    }

    @Test("A decision holds for its hours, the later overrules the earlier, and a released spike is no baseline")
    func decisions() {
        let counts: [(Int64, Int64)] = [(100, 50), (101, 50), (102, 50)]
        let confirmed = BrakeDecision(firstHour: 100, lastHour: 101, verdict: .confirmed)
        let released = BrakeDecision(firstHour: 101, lastHour: 101, verdict: .released)
        #expect(statuses(counts, decisions: [confirmed]) == [100: .confirmed, 101: .confirmed, 102: .held])
        #expect(statuses(counts, decisions: [confirmed, released]) == [100: .confirmed, 101: .released, 102: .held])
        let many: [(Int64, Int64)] = [(0, 1_000), (30, 40)]
        #expect(statuses(many)[30] == nil)
        let all = BrakeDecision(firstHour: 0, lastHour: 10, verdict: .released)
        #expect(statuses(many, decisions: [all])[30] == .held)
    }

    @Test("Looking from an hour on gives what looking at all of it gives")
    func parts() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            var brake = rule
            brake.baselineDays = 2
            brake.factor = 2
            brake.windowHours = Int.random(in: 1...3, using: &generator)
            var counts = [BrakeCount]()
            for hour in Int64(0)..<200 where Bool.random(using: &generator) {
                let size = Int.random(in: 0..<10, using: &generator) == 0 ? 60 : 6
                counts.append(BrakeCount(hour: hour, addresses: Int64.random(in: 1...Int64(size), using: &generator)))
            }
            let decisions = [BrakeDecision(firstHour: 50, lastHour: 120, verdict: .released)]
            let first = counts.first?.hour ?? 0
            func all() -> [Int64: BrakeStatus] {
                BrakeTimeline.statuses(
                    counts, first: first, from: 0, canBeUsual: true, decisions: decisions, rule: brake)
            }
            let whole = all()
            let start = BrakeTimeline.beginning(of: Int64.random(in: 0..<200, using: &generator), brake.window)
            let slice = counts.filter { $0.hour >= BrakeTimeline.firstHour(before: start, brake) }
            let part = BrakeTimeline.statuses(
                slice, first: first, from: start, canBeUsual: true, decisions: decisions, rule: brake)
            #expect(part == whole.filter { $0.key >= start })
            // Another count in an hour changes no hour that comes sooner than is said.
            let index = Int.random(in: counts.indices, using: &generator)
            counts[index].addresses += 70
            let from = BrakeTimeline.firstChange(by: counts[index].hour, brake)
            #expect(all().filter { $0.key < from } == whole.filter { $0.key < from })
        }
    }

    // MARK: In the ledger

    @Test("Ten addresses of one domain in an hour are held back; those that came before the tenth, too")
    func holds() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit(spike(9, day: 0))
        #expect(try suppressedCount(ledger) == 9)
        try ledger.commit(spike(1, from: 9, day: 0))
        #expect(try suppressedCount(ledger) == 0)
        let state = try ledger.address("u3@big.example")?.state
        #expect(state?.counters.hard == 1)
        #expect(state?.held == HeldBack(reason: "userunknown", since: time(day: 0) + 3))
        let hour = time(day: 0)
        #expect(
            try ledger.brakes() == [
                BrakeEpisode(
                    provider: "big.example", reason: "userunknown", start: hour, end: hour + 3_600, addresses: 10,
                    held: 10, status: .held)
            ])
        #expect(try ledger.check("u3@big.example", at: time(day: 1)) == .mayMail)
    }

    @Test("What an address had before in the hour that becomes a spike is held back with what it has now")
    func holdsEarlier() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit(spike(9, day: 0))
        let again = report(7_000_000, address: "u3@big.example", at: time(day: 0) + 1_800)
        try ledger.commit(spike(1, from: 9, day: 0) + [again])
        #expect(try suppressedCount(ledger) == 0)
        #expect(try ledger.address("u3@big.example")?.state.counters.hard == 2)
    }

    @Test("Another domain, another reason, another hour are not held back")
    func others() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit(
            spike(10, day: 0) + spike(5, from: 100, day: 0, domain: "small.example")
                + spike(5, from: 200, day: 0, reason: "hasmoved") + spike(5, from: 300, day: 0, hour: 15))
        #expect(try suppressedCount(ledger) == 15)
    }

    @Test("An hour is held back when the one beside it becomes a spike, in either order")
    func edges() throws {
        let edges = spike(3, from: 100, day: 0, hour: 11) + spike(3, from: 200, day: 0, hour: 13)
        for order in [edges + spike(10, day: 0), spike(10, day: 0) + edges, edges.reversed() + spike(10, day: 0)] {
            let ledger = try freshLedger(policy())
            for event in order { try ledger.commit([event]) }
            #expect(try suppressedCount(ledger) == 0)
            #expect(try ledger.brakes().map(\.held) == [16])
            #expect(try ledger.rebuild() == 0)
        }
    }

    @Test("Who mails once a day, at a provider with many full mailboxes, has these left out, and no others")
    func dailySoft() throws {
        let ledger = try freshLedger(policy())
        for day in 0..<10 {
            try ledger.commit(spike(60, day: day, reason: "mailboxfull", kind: "soft"))
            #expect(try suppressedCount(ledger) == (day < 7 ? 0 : 60))
        }
        #expect(try ledger.rebuild() == 0)
    }

    @Test("A weekly newsletter that comes some hours earlier confirms what was held")
    func rounded() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit(spike(20, day: 0, hour: 12))
        try ledger.commit(spike(20, day: 3, hour: 1))
        #expect(try suppressedCount(ledger) == 20)
        let early = try freshLedger(policy())
        try early.commit(spike(20, day: 0, hour: 14))
        try early.commit(spike(20, day: 3, hour: 1))
        #expect(try suppressedCount(early) == 0)
    }

    @Test("One address that bounces a hundred times an hour is no spike")
    func oneAddress() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit((0..<100).map { report($0, at: time(day: 0) + Int64($0)) })
        #expect(try suppressedCount(ledger) == 1)
        #expect(try ledger.brakes().isEmpty)
    }

    @Test("A held address that bounces hard in a quiet hour is suppressed; one that is held again only after days")
    func again() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit(spike(20, day: 0))
        try ledger.commit(spike(1, day: 1, hour: 3))
        #expect(try suppressedCount(ledger) == 1)
        // Two days later the provider is out of order again, three days later still.
        try ledger.commit(spike(20, day: 2, hour: 11))
        #expect(try suppressedCount(ledger) == 1)
        try ledger.commit(spike(20, day: 3, hour: 13))
        #expect(try suppressedCount(ledger) == 20)
        #expect(try ledger.rebuild() == 0)

        let patient = try freshLedger(policy { $0.confirmAfterDays = 4 })
        try patient.commit(spike(20, day: 0) + spike(20, day: 3, hour: 13))
        #expect(try suppressedCount(patient) == 0)
    }

    @Test("Soft bounces of a spike make no streak: days of silence suppress nobody")
    func soft() throws {
        let ledger = try freshLedger(policy())
        for day in 0..<8 {
            try ledger.commit(spike(200, day: day, reason: "expired", kind: "soft"))
        }
        #expect(try suppressedCount(ledger) == 0)
        let without = try LedgerStore(
            inMemory: {
                var policy = Policy.byDays; policy.brake = nil; return policy
            }())
        for day in 0..<8 {
            try without.commit(spike(200, day: day, reason: "expired", kind: "soft"))
        }
        #expect(try suppressedCount(without) == 200)
    }

    @Test("A receipt ends what is held")
    func receipt() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit(spike(10, day: 0))
        try ledger.commit([
            report(
                5_000_000, class: "delivery-receipt", kind: "delivered", reason: "delivered", address: "u1@big.example",
                at: time(day: 1))
        ])
        #expect(try ledger.address("u1@big.example")?.state.held == nil)
        #expect(try ledger.brakes().first?.held == 9)
    }

    @Test("Confirmed, the held are suppressed from the day of their bounce; released, it never counts")
    func decide() throws {
        for verdict in [BrakeVerdict.confirm, .release] {
            let ledger = try freshLedger(policy())
            try ledger.commit(spike(12, day: 0) + spike(12, from: 500, day: 0, domain: "other.example"))
            let decided = try ledger.decideBrake(
                provider: "Big.Example.", verdict, note: "their outage", author: "root", at: time(day: 1))
            #expect(decided.map(\.provider) == ["big.example"])
            #expect(try suppressedCount(ledger) == (verdict == .confirm ? 12 : 0))
            #expect(try ledger.brakes().map(\.provider) == ["other.example"])
            #expect(
                try ledger.brakes(all: true).map(\.status) == [verdict == .confirm ? .confirmed : .released, .held])
            if verdict == .confirm {
                guard case .suppressed(let suppression) = try ledger.check("u3@big.example", at: time(day: 2)) else {
                    Issue.record("not suppressed")
                    continue
                }
                #expect(suppression.since == time(day: 0) + 3)
            } else {
                #expect(try ledger.address("u3@big.example")?.state.held == nil)
            }
            // Mail of that hour that is scanned later falls under the decision.
            try ledger.commit(spike(1, from: 50, day: 0))
            #expect(try suppressedCount(ledger) == (verdict == .confirm ? 13 : 0))
            #expect(try ledger.rebuild() == 0)
            // Deciding again overrules.
            try ledger.decideBrake(
                provider: "big.example", reason: "userunknown", verdict == .confirm ? .release : .confirm,
                at: time(day: 2))
            #expect(try suppressedCount(ledger) == (verdict == .confirm ? 0 : 13))
            #expect(try ledger.rebuild() == 0)
        }
    }

    @Test("Nothing to decide is no error and changes nothing")
    func nothingToDecide() throws {
        let ledger = try freshLedger(policy())
        try ledger.commit(spike(12, day: 0))
        let before = try ledger.dump()
        #expect(try ledger.decideBrake(provider: "none.example", .confirm, at: 0).isEmpty)
        #expect(try ledger.decideBrake(provider: "big.example", reason: "hostunknown", .confirm, at: 0).isEmpty)
        #expect(
            try ledger.decideBrake(provider: "big.example", from: time(day: 1), .confirm, at: 0).isEmpty)
        #expect(try ledger.dump() == before)
    }
}
