import TestSupport
import Testing
import Week

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("A preview tells what a commit would do")
struct PreviewTests {
    @Test(
        "Over many batches a preview gives the outcomes and the new suppressions of the commits, and writes nothing",
        arguments: [false, true])
    func same(_ isBraked: Bool) throws {
        var generator = SeededGenerator(seed: 11)
        let folder = try TemporaryFolder()
        let names = (0..<40).map { "a\($0)@dest.example" }
        func batch(_ from: Int) -> [DeliveryEvent] {
            (from..<from + 150).map { number in
                let address = names.randomElement(using: &generator) ?? names[0]
                let arrival = time(day: Int.random(in: 0..<20, using: &generator), hour: number % 3)
                // Some come under a number, a name or both that other batches have, too.
                let identity = Bool.random(using: &generator) ? number : Int.random(in: 0..<600, using: &generator)
                var event = softReport(identity, address: address, at: arrival)
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    event = report(identity, address: address, at: arrival)
                }
                event.isVouched = identity % 3 > 0
                if identity % 2 == 0 {
                    var more = event.outcomes[0]
                    more.address = names[identity % names.count]
                    event.outcomes.append(more)
                    event.holdIfLarge(limit: identity % 4 == 0 ? 1 : 2)
                }
                event.key = DeliveryKey(
                    maildir: "/m", unique: Array("f\(Int.random(in: 0..<1_500, using: &generator))".utf8))
                return event
            }
        }
        let known = batch(0)
        let batches = [batch(150), batch(300), batch(450)]
        var policy = Policy.byDays
        policy.brake = isBraked ? Policy.Brake() : nil
        policy.brake?.minimum = 3
        policy.brake?.factor = 2
        do {
            let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: policy)
            try ledger.commit(known)
            _ = try ledger.prune(olderThan: time(day: 5))
            for name in names.prefix(3) { try ledger.forget(name) }
            try ledger.release(Array(names[3..<10]), at: time(day: 30))
            try ledger.suppress(Array(names[10..<12]), at: time(day: 8))
            for episode in try ledger.brakes().prefix(4) {
                try ledger.decideBrake(
                    provider: episode.provider, reason: episode.reason, from: episode.start, to: episode.end,
                    episode.addresses % 2 == 0 ? .confirm : .release, at: time(day: 41))
            }
            let held = try ledger.heldReports()
            #expect(held.count >= 6)
            for (number, report) in held.prefix(6).enumerated() {
                try ledger.decideReport(report.id, number % 2 == 0 ? .confirm : .release, at: time(day: 41))
            }
        }
        let before = folder.listing()
        let dry = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: policy)
        let previews = try batches.map { try dry.preview($0) }
        let now = time(day: 100)
        let summary = try dry.previewSummary(at: now, limit: .max)
        #expect(folder.listing() == before)

        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: policy)
        let old = try suppressed(ledger, at: now)
        for (batch, outcomes) in zip(batches, previews) { #expect(try ledger.commit(batch) == outcomes) }
        let new = try suppressed(ledger, at: now)
        #expect(Dictionary(summary.newlySuppressed) == new.filter { old[$0.key] == nil })
        #expect(Dictionary(summary.noLongerSuppressed) == old.filter { new[$0.key] == nil })
        #expect(!summary.newlySuppressed.isEmpty)
        #expect(try ledger.brakes(all: true).isEmpty != isBraked)
        #expect(Set(previews.joined()) == [.counted, .alreadyKnown, .duplicate])
    }

    @Test("An earlier copy of a report that has been erased brings nothing back, in a preview as in a commit")
    func erased() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, name: "a", at: time(day: 5))])
        try ledger.forget("bob@dest.example")
        let copy = report(1, name: "b", at: time(day: 1))
        try ledger.preview([copy, report(2, address: "ann@dest.example")])
        #expect(try newly(ledger) == ["ann@dest.example"])
        #expect(try ledger.commit([copy]) == [.duplicate])
        #expect(try ledger.address("bob@dest.example") == nil)
    }

    @Test("Without a ledger a preview starts from nothing")
    func noLedger() throws {
        let dry = try freshLedger(Policy.byDays)
        #expect(
            try dry.preview([report(1), report(1), report(1, name: "copy")]) == [.counted, .alreadyKnown, .duplicate])
        #expect(try newly(dry) == ["bob@dest.example"])
        try dry.preview([report(2)])
        #expect(try newly(dry) == ["bob@dest.example"])
    }

    @Test("Nobody is announced whom a later batch's spike holds back")
    func heldLater() throws {
        for (first, second) in [(30, 5_000), (5_000, 30), (49, 49), (49, 1)] {
            let ledger = try freshLedger(Policy.byDays)
            try ledger.preview((0..<first).map { report($0, address: "u\($0)@dest.example") })
            try ledger.preview((first..<first + second).map { report($0, address: "u\($0)@dest.example") })
            let summary = try ledger.previewSummary(at: time(day: 1), limit: 3)
            #expect(summary.newlySuppressedCount == 0)
            #expect(summary.newlySuppressed.isEmpty)
            #expect(summary.brakes.map(\.addresses) == [first + second])
        }
    }

    @Test("Those of the ledger whom no batch names are told, too, where a spike begins or ends")
    func members() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 50
        let ledger = try freshLedger(policy)
        try ledger.commit((0..<49).map { report($0, address: "u\($0)@dest.example", at: time(day: 20)) })
        let now = time(day: 21)
        #expect(try suppressed(ledger, at: now).count == 49)
        try ledger.preview([report(99, address: "last@dest.example", at: time(day: 20))])
        let begins = try ledger.previewSummary(at: now, limit: .max)
        #expect(begins.noLongerSuppressed.map(\.address) == (0..<49).map { "u\($0)@dest.example" }.sorted())
        #expect(begins.newlySuppressed.isEmpty)
        try ledger.commit([report(99, address: "last@dest.example", at: time(day: 20))])
        #expect(try suppressed(ledger, at: now).isEmpty)

        // Three days before it have as many: it was usual.
        let old = (0..<150).map {
            report(1_000 + $0, address: "old\($0)@dest.example", at: time(day: 10 + $0 / 50, hour: 3 + $0 % 2))
        }
        let dry = try LedgerStore(inMemory: Policy.byDays)
        try dry.commit((0..<50).map { report($0, address: "u\($0)@dest.example", at: time(day: 20)) })
        try dry.preview(old)
        let ends = try dry.previewSummary(at: now, limit: .max)
        try dry.commit(old)
        let after = try suppressed(dry, at: now)
        #expect(Dictionary(ends.newlySuppressed) == after)
        #expect(after["u7@dest.example"] != nil)
    }

    @Test("An earlier copy that names others takes from those whom only the first named")
    func replaced() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, name: "a", address: "ann@dest.example", at: time(day: 5))])
        let copy = report(1, name: "b", address: "bob@dest.example", at: time(day: 1))
        try ledger.preview([copy])
        let summary = try ledger.previewSummary(at: time(day: 9), limit: .max)
        let before = try suppressed(ledger, at: time(day: 9))
        try ledger.commit([copy])
        let after = try suppressed(ledger, at: time(day: 9))
        #expect(Dictionary(summary.newlySuppressed) == after.filter { before[$0.key] == nil })
        #expect(Dictionary(summary.noLongerSuppressed) == before.filter { after[$0.key] == nil })
    }

    @Test("Who is left out is told for the present moment: an end that has passed, or that a new report puts off")
    func ends() throws {
        var policy = Policy.byDays
        policy.hard.expiryDays = 10
        let ledger = try freshLedger(policy)
        try ledger.commit([report(1, at: time(day: 0))])
        let new = [report(2, at: time(day: 30)), report(3, address: "old@dest.example", at: time(day: 0))]
        try ledger.preview(new)
        let summary = try ledger.previewSummary(at: time(day: 31), limit: .max)
        #expect(summary.newlySuppressed.map(\.address) == ["bob@dest.example"])
        #expect(summary.noLongerSuppressed.isEmpty)
    }

    @Test("A policy that has changed since is told with all that it changes", arguments: [true, false])
    func adoption(isBraked: Bool) throws {
        guard !TestServer.isInUse else { return }
        let folder = try TemporaryFolder()
        var old = Policy.byDays
        old.softDays.days = 2
        old.brake?.minimum = isBraked ? 50 : 5
        var new = Policy.byDays
        new.brake?.minimum = isBraked ? 5 : 50
        let week = Week(reports: 3_000, seed: 7)
        let now = Week.start + Week.seconds
        do {
            let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: old)
            try ledger.commit((0..<1_500).map(week.event))
        }
        let batch = (1_500..<2_000).map(week.event)
        let dry = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: new)
        let before = try suppressed(dry, at: now)
        let brakesBefore = try dry.brakes()
        try dry.preview(batch)
        let summary = try dry.previewSummary(at: now, limit: .max)
        #expect(summary.adoptsPolicy)
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: new)
        try ledger.commit(batch)
        let after = try suppressed(ledger, at: now)
        #expect(Dictionary(summary.newlySuppressed) == after.filter { before[$0.key] == nil })
        #expect(Dictionary(summary.noLongerSuppressed) == before.filter { after[$0.key] == nil })
        #expect(!summary.noLongerSuppressed.isEmpty)
        #expect(announced(summary.brakes) == announced(begun(brakesBefore, try ledger.brakes())))
    }

    /// A week of reports, of which the ledger has a part already, in another order and in other batches than the run takes
    /// them in: what is announced is what comes.
    @Test(
        "What a dry run of a generated month announces is what the run does",
        arguments: [(1, 0, 97), (2, 0, 1_000), (3, 40, 333), (4, 60, 5_000), (5, 20, 1_999), (6, 80, 50)]
            as [(UInt64, Int, Int)])
    func month(seed: UInt64, knownPercent: Int, batch: Int) throws {
        var generator = SeededGenerator(seed: seed)
        var policy = Policy.byDays
        policy.brake?.minimum = 10
        if seed % 2 == 0 { policy.softDays.days = 2 }
        let week = Week(reports: 4_000, seed: seed)
        // Four weeks with the same addresses.
        var events = (0..<week.count).map { index in
            var event = week.event(index)
            event.arrival += Int64(mixed(seed, UInt64(index), 77) % 4) * Week.seconds
            return event
        }
        events.shuffle(using: &generator)
        let known = events.prefix(events.count * knownPercent / 100)
        // Some of them come again, and some as a copy.
        var rest = Array(events.dropFirst(known.count)) + known.prefix(100)
        rest += events.suffix(200).map { event in
            var copy = event
            copy.key = DeliveryKey(maildir: "/copy", unique: event.key.unique)
            copy.arrival += Int64.random(in: -200_000..<200_000, using: &generator)
            return copy
        }
        rest.shuffle(using: &generator)
        let now = Week.start + 6 * Week.seconds
        let ledger = try freshLedger(policy)
        if !known.isEmpty {
            try ledger.commit(Array(known))
            let names = try suppressed(ledger, at: now).keys.sorted()
            try ledger.release(Array(names.prefix(20)), at: Week.start + 2 * Week.seconds)
            for name in names.prefix(30).suffix(5) { try ledger.forget(name) }
            try ledger.suppress(["by-hand@dest.example"], at: Week.start)
            _ = try ledger.prune(olderThan: Week.start + 5 * 86_400)
            for episode in try ledger.brakes().prefix(2) {
                try ledger.decideBrake(
                    provider: episode.provider, reason: episode.reason, from: episode.start, to: episode.end, .confirm,
                    at: now)
            }
        }
        let before = try suppressed(ledger, at: now)
        let brakesBefore = try ledger.brakes()
        let dump = try ledger.dump()
        var outcomes: [CommitOutcome] = []
        for start in stride(from: 0, to: rest.count, by: batch) {
            outcomes += try ledger.preview(Array(rest[start..<min(start + batch, rest.count)]))
        }
        let summary = try ledger.previewSummary(at: now, limit: .max)
        #expect(try ledger.dump() == dump)

        // The run's batches are its own.
        var made: [CommitOutcome] = []
        for start in stride(from: 0, to: rest.count, by: 700) {
            made += try ledger.commit(Array(rest[start..<min(start + 700, rest.count)]))
        }
        #expect(outcomes == made)
        let after = try suppressed(ledger, at: now)
        #expect(Dictionary(summary.newlySuppressed) == after.filter { before[$0.key] == nil })
        #expect(Dictionary(summary.noLongerSuppressed) == before.filter { after[$0.key] == nil })
        #expect(summary.newlySuppressedCount == summary.newlySuppressed.count)
        #expect(!summary.newlySuppressed.isEmpty)
        #expect(!summary.brakes.isEmpty)
        #expect(announced(summary.brakes) == announced(begun(brakesBefore, try ledger.brakes())))
    }

    // MARK: What is compared

    private func suppressed(_ ledger: LedgerStore, at now: Int64) throws -> [String: Suppression] {
        var rows = [String: Suppression]()
        try ledger.suppressed(at: now) { row in
            rows[row.address] = row.suppression
            return true
        }
        return rows
    }

    private func newly(_ ledger: LedgerStore) throws -> [String] {
        try ledger.previewSummary(at: time(day: 100), limit: .max).newlySuppressed.map(\.address)
    }

    /// The spikes that were not there before, or have grown.
    private func begun(_ before: [BrakeEpisode], _ after: [BrakeEpisode]) -> [BrakeEpisode] {
        after.filter { spike in
            !before.contains {
                $0.provider == spike.provider && $0.reason == spike.reason && $0.start <= spike.start
                    && $0.end >= spike.end && $0.addresses >= spike.addresses
            }
        }
    }

    /// What a dry run says of them.
    private func announced(_ spikes: [BrakeEpisode]) -> [String] {
        spikes.map { "\($0.provider) \($0.reason) \($0.start) \($0.end) \($0.addresses)" }
    }
}

extension [String: Suppression] {
    fileprivate init(_ rows: [SuppressedAddress]) {
        self.init(rows.map { ($0.address, $0.suppression) }) { first, _ in first }
    }
}
