import Foundation
import TestSupport
import Testing

@testable import Ledger

/// What a program does that keeps its own list of who is suppressed.
struct Mirror: Equatable {
    /// Addresses and domains; with a stream after a blank where it is only that.
    var suppressed = Set<String>()
    var epoch = ""
    var number: Int64 = 0

    mutating func take(_ change: LedgerChange) {
        guard let name = change.address ?? change.domain?.text else { return }
        let entry = change.stream.map { "\(name) \($0)" } ?? name
        if change.kind == .suppressed { suppressed.insert(entry) } else { suppressed.remove(entry) }
    }

    /// Begins with everything.
    static func begun(_ ledger: LedgerStore, page: Int = 3) throws -> Mirror {
        var mirror = Mirror()
        let isWhole = try ledger.snapshot(page: page) {
            (mirror.epoch, mirror.number) = ($0.epoch, $0.number)
        } each: {
            mirror.take($0)
            return true
        }
        #expect(isWhole)
        return mirror
    }

    /// Reads on, or begins again where the feed does not continue.
    mutating func readOn(_ ledger: LedgerStore, limit: Int = 2) throws {
        while true {
            let (feed, rows) = try ledger.changes(after: number, limit: limit)
            guard feed.continues(after: number, in: epoch) else {
                self = try Mirror.begun(ledger)
                continue
            }
            guard let last = rows.last?.number else { return }
            #expect(rows.compactMap(\.number) == rows.compactMap(\.number).sorted())
            #expect((rows.first?.number ?? 0) > number)
            for row in rows { take(row) }
            number = last
        }
    }
}

@Suite("The feed: who became suppressed or free, once, in the order of the commits")
struct FeedTests {
    private let bob = "bob@dest.example"

    private func rows(_ ledger: LedgerStore, after number: Int64 = 0) throws -> [LedgerChange] {
        try ledger.changes(after: number).rows
    }

    /// `number change address cause`
    private func lines(_ ledger: LedgerStore, after number: Int64 = 0) throws -> [String] {
        try rows(ledger, after: number).map { row in
            [
                row.number.map { "\($0)" } ?? "-", row.kind.name, row.address ?? row.domain?.text ?? "-",
                row.suppression?.cause.name ?? "-",
            ].joined(separator: " ") + (row.stream.map { " of \($0)" } ?? "")
        }
    }

    @Test("A change is one row; what changes nothing for who sends mail is none")
    func transitions() throws {
        let ledger = try freshLedger(Policy.byDays)
        #expect(try ledger.feed().number == 0)
        try ledger.commit([softReport(1, at: time(day: 0)), report(2, address: "ann@dest.example")])
        #expect(try lines(ledger) == ["1 suppressed ann@dest.example hard"])
        #expect(try rows(ledger).first?.suppression?.reason.text == "userunknown")
        let report2 = try ledger.read {
            try $0.integer(
                "SELECT o.id >> 20 FROM outcome AS o JOIN address AS a ON a.id = o.address WHERE a.address LIKE 'ann%'")
        }
        #expect(try rows(ledger).first?.delivery == report2)
        #expect(try rows(ledger).first?.captured == report(2).captured.sorted { $0.name < $1.name })
        try ledger.commit([report(3, address: "ann@dest.example", at: time(day: 1))])
        try ledger.release([bob], at: time(day: 2))
        #expect(try lines(ledger, after: 1) == [])
        // A stronger cause is told, a repeated one is not.
        try ledger.commit([
            report(4, class: "complaint", kind: "hard", address: "ann@dest.example", at: time(day: 3))
        ])
        try ledger.suppress(["ann@dest.example"], at: time(day: 4))
        try ledger.suppress(["ann@dest.example"], at: time(day: 5))
        try ledger.release(["ann@dest.example"], at: time(day: 6))
        try ledger.release(["ann@dest.example"], at: time(day: 7))
        #expect(
            try lines(ledger, after: 1) == [
                "2 suppressed ann@dest.example complaint", "3 suppressed ann@dest.example manual",
                "4 released ann@dest.example manual",
            ])
        // Mail that was late: the date of the mail is old, the number is new.
        try ledger.commit([report(5, address: "cid@dest.example", at: time(day: -300))])
        #expect(try lines(ledger, after: 4) == ["5 suppressed cid@dest.example hard"])
        #expect(try ledger.changes(after: 1, limit: 2).rows.compactMap(\.number) == [2, 3])
        let keys = Set(try rows(ledger).filter { $0.address == "ann@dest.example" }.map(\.key))
        #expect(keys.count == 1 && keys.first??.count == 32)
        #expect(Set(try rows(ledger).map(\.key)).count == 2)
    }

    @Test("What is not committed is not told")
    func abandoned() throws {
        let ledger = try freshLedger(Policy.byDays)
        _ = try ledger.writeOrAbandon { connection -> Bool? in
            _ = try BatchWriter(connection, policy: ledger.policy).write([report(1)])
            return nil
        }
        #expect(try lines(ledger) == [])
        try ledger.commit([report(1)])
        try ledger.commit([report(1)])
        #expect(try lines(ledger) == ["1 suppressed \(bob) hard"])
    }

    @Test("What the brake holds is told as held, also of addresses that were suppressed before it")
    func brake() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 10
        let ledger = try freshLedger(policy)
        let wave = (0..<12).map { report($0, address: "u\($0)@big.example", at: time(day: 3) + Int64($0)) }
        try ledger.commit(Array(wave.prefix(4)))
        #expect(try rows(ledger).map(\.kind) == Array(repeating: .suppressed, count: 4))
        try ledger.commit(Array(wave.suffix(8)))
        let held = try rows(ledger, after: 4)
        #expect(held.count == 12 && held.allSatisfy { $0.kind == .held && $0.suppression?.cause == .hard })
        _ = try ledger.decideBrake(provider: "big.example", .release, at: time(day: 4))
        let released = try rows(ledger, after: 16)
        #expect(released.count == 12 && released.allSatisfy { $0.kind == .released })
        _ = try ledger.decideBrake(provider: "big.example", .confirm, at: time(day: 4))
        #expect(try rows(ledger, after: 28).count { $0.kind == .suppressed } == 12)
    }

    @Test("A suppression that ends is told once, by the first run after its end; so is a domain's")
    func lapses() throws {
        let ledger = try freshLedger(Policy.byDays)
        func suppress(_ name: String, until day: Int) throws {
            try ledger.record([
                ManualAction(address: name, kind: .suppress, at: time(day: 0), until: time(day: day))
            ])
        }
        try suppress("a@x.example", until: 500)
        try suppress("b@x.example", until: 400)
        let domain = try #require(DomainPattern("evil.example"))
        try ledger.record([DomainAction(domain: domain, kind: .suppress, at: time(day: 0), until: time(day: 450))])
        try ledger.recordLapses(at: time(day: 399))
        #expect(try lines(ledger, after: 3) == [])
        try ledger.recordLapses(at: time(day: 450))
        try ledger.recordLapses(at: time(day: 450))
        #expect(try lines(ledger, after: 3) == ["4 lapsed b@x.example manual", "5 lapsed evil.example manual"])
        // Suppressed again after its end, whether that was told or not.
        try ledger.record([
            ManualAction(address: "b@x.example", kind: .suppress, at: time(day: 451), until: time(day: 900)),
            ManualAction(address: "a@x.example", kind: .suppress, at: time(day: 501), until: time(day: 900)),
        ])
        #expect(try lines(ledger, after: 5) == ["6 suppressed b@x.example manual"])
        // A release of what has ended without being told ends it for the readers.
        try suppress("c@x.example", until: 460)
        try ledger.release(["c@x.example"], at: time(day: 470))
        try ledger.recordLapses(at: time(day: 901))
        #expect(
            try lines(ledger, after: 6) == [
                "7 suppressed c@x.example manual", "8 released c@x.example manual", "9 lapsed a@x.example manual",
                "10 lapsed b@x.example manual",
            ])
        // What ended before it was known is never told.
        try ledger.record([
            ManualAction(address: "d@x.example", kind: .suppress, at: time(day: 1), until: time(day: 2))
        ])
        // A clock that goes back a little tells nothing twice.
        try ledger.recordLapses(at: time(day: 901) - 60)
        #expect(try ledger.feed().number == 10)
    }

    @Test("A run with a clock ahead tells too much as ended; the next one with a right clock begins a new epoch")
    func clock() throws {
        let ledger = try freshLedger(Policy.byDays)
        let now = Int64(time(nil))
        func suppress(_ name: String, days: Int64) throws {
            try ledger.record([
                ManualAction(address: name, kind: .suppress, at: now, until: now + days * 86_400)
            ])
        }
        try suppress("a@x.example", days: 30)
        var mirror = try Mirror.begun(ledger)
        try ledger.recordLapses(at: now + 100 * 86_400)
        try suppress("b@x.example", days: 60)
        try mirror.readOn(ledger)
        #expect(mirror.suppressed == [])
        try ledger.recordLapses(at: now + 60)
        try mirror.readOn(ledger)
        #expect(mirror.suppressed == ["a@x.example", "b@x.example"])
        try suppress("c@x.example", days: 90)
        try mirror.readOn(ledger)
        #expect(mirror.suppressed == ["a@x.example", "b@x.example", "c@x.example"])
        // So does the order to begin anew.
        try ledger.recordLapses(at: now + 100 * 86_400)
        try ledger.beginFeed()
        try mirror.readOn(ledger)
        #expect(mirror.suppressed.count == 3)
    }

    @Test("A run without anything to tell writes nothing")
    func quiet() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy())
        let now = Int64(time(nil))
        try ledger.recordLapses(at: now + 60)
        let moment = try ledger.read { try SettingTable.integer(Feed.momentSetting, $0) }
        #expect(try #require(moment) < now + 60)
        try ledger.recordLapses(at: now + 2 * 86_400)
        #expect(try ledger.read { try SettingTable.integer(Feed.momentSetting, $0) } == now + 2 * 86_400)
    }

    @Test("Streams and domains have rows of their own")
    func streams() throws {
        let ledger = try freshLedger(Policy())
        func act(_ kind: ManualAction.Kind, day: Int) throws {
            try ledger.record([ManualAction(address: bob, kind: kind, stream: "news.example", at: time(day: day))])
        }
        try act(.suppress, day: 0)
        try ledger.commit([report(1, at: time(day: 1))])
        try ledger.release([bob], at: time(day: 2))
        try act(.release, day: 3)
        let domain = try #require(DomainPattern(".evil.example"))
        try ledger.record([DomainAction(domain: domain, kind: .suppress, at: time(day: 0))])
        try ledger.record([DomainAction(domain: domain, kind: .suppress, reason: "traps", at: time(day: 1))])
        try ledger.record([DomainAction(domain: domain, kind: .release, at: time(day: 2))])
        #expect(
            try lines(ledger) == [
                "1 suppressed \(bob) unsubscribed of news.example", "2 suppressed \(bob) hard",
                "3 released \(bob) hard", "4 released \(bob) unsubscribed of news.example",
                "5 suppressed .evil.example manual", "6 released .evil.example manual",
            ])
    }

    @Test("Who is erased has no row but one with its key, which also says when it is released later")
    func erased() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1), report(2, address: "ann@dest.example")])
        try ledger.record([ManualAction(address: bob, kind: .suppress, stream: "news.example", at: time(day: 0))])
        let key = try #require(try rows(ledger).first { $0.address == bob }?.key)
        try ledger.forget(bob)
        let left = try rows(ledger)
        #expect(left.map(\.kind) == [.suppressed, .erased])
        #expect(left.first?.address == "ann@dest.example")
        #expect(left.last?.key == key && left.last?.address == nil && left.last?.number == 4)
        try ledger.forget(bob)
        try ledger.forget("nobody@dest.example")
        #expect(try rows(ledger).count == 2)
        try ledger.release([bob], at: time(day: 1))
        let last = try #require(try rows(ledger).last)
        #expect(last.kind == .released && last.key == key && last.address == nil)
        let texts = try ledger.read { try $0.integer("SELECT count(*) FROM change WHERE address = '\(bob)'") }
        #expect(texts == 0)
    }

    @Test("The view has the same rows as the command")
    func view() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1, kind: "hard", reason: "onlist")])
        var relay = report(2, address: "ann@dest.example")
        relay.outcomes[0].fate = Fate(.hard, .relay(Token(text: "sendgrid")))
        try ledger.commit([relay])
        let (feed, rows) = try ledger.changes(after: 0)
        let view = try ledger.read { connection in
            let query = try connection.prepare(
                "SELECT number, at, change, address, domain, stream, cause, reason, key, epoch FROM changes ORDER BY number"
            )
            var lines: [[String?]] = []
            while try query.step() {
                lines.append((0..<10).map { $0 == 0 ? "\(query.integer(0))" : query.optionalText($0) })
            }
            return lines
        }
        #expect(rows.count == 2)
        #expect(rows.last?.suppression?.relay?.text == "sendgrid")
        for (row, line) in zip(rows, view) {
            #expect(
                [line[0], line[2], line[3], line[6], line[7], line[8], line[9]] == [
                    row.number.map { "\($0)" }, row.kind.name, row.address, row.suppression?.cause.name,
                    row.suppression?.reason.text, row.key, feed.epoch,
                ])
            #expect(line[1]?.count == 20)
        }
    }

    // MARK: Where the feed begins anew

    @Test(
        "After a rebuild that changes sides, a copy or an order readers begin again; after one that changes none, not")
    func epochs() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit((0..<3).map { softReport($0, at: time(day: 2 * $0)) })
        var mirror = try Mirror.begun(ledger)
        let first = try ledger.feed()
        _ = try ledger.rebuild(at: time(day: 9), each: { _ in }, approve: { true })
        #expect(try ledger.feed() == first)

        var strict = Policy.byDays
        strict.softDays.days = 3
        strict.softDays.spanDays = 0
        let other = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: strict, adoption: .onRebuild)
        #expect(try other.rebuild(at: time(day: 9), each: { _ in }, approve: { false }) == false)
        #expect(try other.feed() == first)
        _ = try other.rebuild(at: time(day: 9), each: { _ in }, approve: { true })
        let second = try other.feed()
        #expect(second.epoch != first.epoch)
        #expect(!second.continues(after: mirror.number, in: mirror.epoch))
        // Neither does one that does not tell its epoch.
        for number in 0...first.number { #expect(!second.continues(after: number, in: nil)) }
        #expect(second.continues(after: second.number, in: nil))
        try mirror.readOn(other)
        #expect(mirror.suppressed == [bob])

        let copy = try freshLedger(strict)
        _ = try other.copy(to: copy)
        #expect(!(try copy.feed().continues(after: mirror.number, in: mirror.epoch)))
        try mirror.readOn(copy)
        #expect(mirror.suppressed == [bob])
        try copy.beginFeed()
        #expect(!(try copy.feed().continues(after: mirror.number, in: mirror.epoch)))
        #expect(!(try copy.feed().continues(after: mirror.number, in: nil)))
        try copy.release([bob], at: time(day: 30))
        try mirror.readOn(copy)
        #expect(mirror.suppressed == [])
    }

    @Test("A reader that has read more than there is has another ledger's number: it begins again")
    func restored() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1)])
        let feed = try ledger.feed()
        #expect(feed.continues(after: 1, in: feed.epoch) && feed.continues(after: 0, in: nil))
        #expect(!feed.continues(after: 2, in: feed.epoch))
        #expect(!feed.continues(after: 1, in: "00000000"))
    }

    @Test("Pruning drops old rows; a reader that had not read them begins again, and numbers go on")
    func pruned() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1), report(2, address: "ann@dest.example")])
        #expect(try ledger.prune(olderThan: time(day: -30)).changes == 0)
        try ledger.write { try $0.run("UPDATE change SET at = \(time(day: -60)) WHERE number = 1") }
        #expect(try ledger.prune(olderThan: time(day: -30)).changes == 1)
        let feed = try ledger.feed()
        #expect(feed.number == 2 && feed.first == 1)
        #expect(!feed.continues(after: 0, in: feed.epoch) && feed.continues(after: 1, in: feed.epoch))
        let all = try ledger.prune(olderThan: Int64(time(nil)) + 2 * 3_600)
        #expect(all.changes == 1)
        #expect(try ledger.feed().number == 2 && ledger.feed().first == 2)
        try ledger.release([bob], at: time(day: 9))
        #expect(try lines(ledger, after: 2) == ["3 released \(bob) hard"])
    }

    // MARK: What it leads to

    private func suppressed(_ ledger: LedgerStore) throws -> Set<String> {
        let moment = try ledger.read { try SettingTable.integer(Feed.momentSetting, $0) } ?? 0
        var names = Set<String>()
        try ledger.suppressed(at: moment) { names.insert($0.address).inserted }
        try ledger.suppressedDomains(at: moment) { names.insert($0.domain.text).inserted }
        for stream in ["news.example", "offers.example"] {
            try ledger.unsubscribed(from: stream) { names.insert("\($0.address) \(stream)").inserted }
        }
        return names
    }

    @Test(
        "Whatever happens, who reads the feed knows who is suppressed, from wherever it began",
        arguments: 0..<24)
    func leads(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed + 77))
        var policy = Policy.byDays
        policy.softDays.days = 2
        policy.softDays.spanDays = 1
        policy.brake?.minimum = 5
        let ledger = try freshLedger(policy)
        var mirrors = [try Mirror.begun(ledger)]
        let names = (0..<9).map { "u\($0)@\($0 % 3 == 0 ? "big" : "dest").example" }
        var number = 0
        for step in 0..<30 {
            let day = step + Int.random(in: -5...5, using: &generator)
            let name = names.randomElement(using: &generator) ?? bob
            switch Int.random(in: 0..<12, using: &generator) {
            case 0...4:
                let batch = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
                    number += 1
                    let address = names.randomElement(using: &generator) ?? bob
                    let at = time(day: day, hour: number % 3)
                    return Bool.random(using: &generator)
                        ? report(number, address: address, at: at) : softReport(number, address: address, at: at)
                }
                try ledger.commit(batch)
            case 5:
                try ledger.commit([
                    report(
                        {
                            number += 1; return number
                        }(), class: "delivery-receipt", kind: "delivered", address: name,
                        at: time(day: day))
                ])
            case 6:
                try ledger.record([
                    ManualAction(
                        address: name, kind: .suppress, at: time(day: day),
                        until: Bool.random(using: &generator) ? time(day: 100 + step) : nil)
                ])
            case 7: try ledger.release([name], at: time(day: day))
            case 8:
                let stream = Bool.random(using: &generator) ? "news.example" : "offers.example"
                let kind: ManualAction.Kind = Bool.random(using: &generator) ? .suppress : .release
                try ledger.record([ManualAction(address: name, kind: kind, stream: stream, at: time(day: day))])
            case 9:
                let domain = try #require(
                    DomainPattern(Bool.random(using: &generator) ? "evil.example" : ".bad.example"))
                try ledger.record([
                    DomainAction(
                        domain: domain, kind: Bool.random(using: &generator) ? .suppress : .release, at: time(day: day))
                ])
            case 10: try ledger.recordLapses(at: time(day: 95 + step))
            default:
                _ = try ledger.decideBrake(
                    provider: "big.example", Bool.random(using: &generator) ? .confirm : .release, at: time(day: day))
            }
            if step % 7 == 3 { mirrors.append(try Mirror.begun(ledger)) }
            if step % 2 == 0 { for place in mirrors.indices { try mirrors[place].readOn(ledger) } }
            let expected = try suppressed(ledger)
            if step % 2 == 0 { for mirror in mirrors { #expect(mirror.suppressed == expected) } }
        }
        try ledger.recordLapses(at: time(day: 200))
        let expected = try suppressed(ledger)
        for place in mirrors.indices {
            try mirrors[place].readOn(ledger)
            #expect(mirrors[place].suppressed == expected)
        }
        #expect(try ledger.verify(limit: 9).differences == [])
    }

    @Test("Four hosts write, one reads all the while: it misses nothing, and sees no number late")
    func together() async throws {
        let folder = try TemporaryFolder()
        let policy = Policy.byDays
        do { _ = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: policy) }
        let path = folder.ledger
        let (hosts, batches, size) = (4, 12, 25)
        func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
            }
        }
        let done = Locked(0)
        async let seen = onThread {
            let reader = try LedgerStore(path: path, mode: .readOnly, policy: policy)
            var (numbers, names, last): ([Int64], [String], Int64) = ([], [], 0)
            while true {
                let isLast = done.value == hosts
                let rows = try reader.changes(after: last, limit: 7).rows
                numbers += rows.compactMap(\.number)
                names += rows.compactMap(\.address)
                last = numbers.last ?? 0
                if isLast, rows.isEmpty { return (numbers, names) }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for host in 0..<hosts {
                group.addTask {
                    try await onThread {
                        defer { done.add(1) }
                        let ledger = try LedgerStore(path: path, mode: .readWrite, policy: policy)
                        for batch in 0..<batches {
                            try ledger.commit(
                                (0..<size).map { place in
                                    let number = (host * batches + batch) * size + place
                                    return report(
                                        number, name: "\(number)", address: "u\(number)@d\(number).example",
                                        at: time(day: batch))
                                })
                            if batch % 4 == 3 {
                                try ledger.suppress(["hand\(host)-\(batch)@x.example"], at: time(day: 1))
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let (numbers, names) = try await seen
        #expect(numbers == numbers.sorted())
        #expect(numbers.count == hosts * (batches * size + batches / 4))
        #expect(Set(names).count == numbers.count)
        let ledger = try LedgerStore(path: path, mode: .readOnly, policy: policy)
        #expect(try ledger.changes(after: 0).rows.compactMap(\.number) == numbers)
    }
}

/// A number that threads share.
private final class Locked: @unchecked Sendable {
    private let lock = NSLock()
    private var number: Int

    init(_ number: Int) { self.number = number }

    var value: Int { lock.withLock { number } }
    func add(_ more: Int) { lock.withLock { number += more } }
}

@Suite("Hooks: one run at a time, and a cursor that moves only when it is told to")
struct HookProgressTests {
    @Test("A reservation keeps others out until it ends, or its holder is gone")
    func reservation() throws {
        let ledger = try freshLedger(Policy())
        try ledger.commit([report(1)])
        let feed = try ledger.feed()
        func begin(_ holder: String, at now: Int64, gone: Bool? = nil) throws -> HookProgress? {
            try ledger.beginHook("shop", holder: holder, at: now, until: now + 100) { _ in gone }
        }
        let first = try #require(try begin("a", at: 1_000))
        #expect(first.epoch == nil && first.number == 0 && first.lag == 1)
        #expect(try begin("b", at: 1_050) == nil)
        // One that is seen to be alive keeps it whatever the time.
        #expect(try begin("b", at: 1_101, gone: false) == nil)
        #expect(try ledger.extendHook("shop", holder: "a", until: 1_150))
        #expect(try begin("b", at: 1_101) == nil)
        #expect(try begin("b", at: 1_151) != nil)
        #expect(try !ledger.extendHook("shop", holder: "a", until: 9_000))
        // The first one has lost it.
        #expect(try !ledger.moveHook("shop", holder: "a", to: feed, at: 1_102, until: 1_200))
        try ledger.endHook("shop", holder: "a", failure: "late")
        #expect(try ledger.hooks().first?.failures == 0)
        #expect(try ledger.moveHook("shop", holder: "b", to: feed, at: 1_102, until: 1_300))
        #expect(try begin("c", at: 1_250) == nil)
        #expect(try begin("c", at: 1_250, gone: true) != nil)
        try ledger.endHook("shop", holder: "c", failure: "status 7")
        let progress = try #require(try ledger.hooks().first)
        #expect(progress.number == 1 && progress.epoch == feed.epoch && progress.done == 1_102 && progress.lag == 0)
        #expect(progress.failures == 1 && progress.failure == "status 7")
        #expect(try begin("d", at: 1_260) != nil)
        #expect(try ledger.moveHook("shop", holder: "d", to: feed, at: 1_261, until: 1_300))
        #expect(try ledger.hooks().first?.failures == 0)
        #expect(try ledger.forgetHook("shop"))
        #expect(try !ledger.forgetHook("shop"))
        #expect(try ledger.hooks() == [])
    }
}
