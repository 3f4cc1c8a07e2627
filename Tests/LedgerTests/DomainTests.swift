import Glibc
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Domains that are suppressed as a whole")
struct DomainTests {
    private let ledger: LedgerStore

    init() throws { ledger = try freshLedger(Policy()) }

    private func pattern(_ text: String) throws -> DomainPattern { try #require(DomainPattern(text)) }

    private func suppress(
        _ domains: String..., reason: String = "traps", until: Int64? = nil, note: String? = nil, at: Int64
    ) throws -> [ActionOutcome] {
        try ledger.record(
            try domains.map {
                DomainAction(
                    domain: try pattern($0), kind: .suppress, reason: reason, at: at, until: until, author: "eve",
                    note: note)
            })
    }

    private func release(_ domain: String, at: Int64) throws -> ActionOutcome? {
        try ledger.record([DomainAction(domain: try pattern(domain), kind: .release, at: at, author: "ann")]).first
    }

    private func list(at now: Int64, page: Int = LedgerStore.page) throws -> [SuppressedDomain] {
        var rows: [SuppressedDomain] = []
        try ledger.suppressedDomains(at: now, page: page) {
            rows.append($0)
            return true
        }
        return rows
    }

    /// The domain that has an address suppressed; `-` if the address has itself, `nil` if it may be mailed.
    private func cover(_ address: String, at now: Int64 = time(day: 1)) throws -> String? {
        guard case .suppressed(let suppression) = try ledger.check(address, at: now) else { return nil }
        return suppression.domain?.text ?? "-"
    }

    // MARK: Names

    @Test(
        "A domain has one form, however it is written",
        arguments: [
            ("Evil.Example.", "evil.example"), (" .EVIL.example", ".evil.example"),
            ("Bücher.example", "xn--bcher-kva.example"), (".bücher.example", ".xn--bcher-kva.example"),
            ("xn--BCHER-kva.example", "xn--bcher-kva.example"), ("example", "example"), ("a_b.example", "a_b.example"),
            ("[192.0.2.1]", "[192.0.2.1]"), ("1.2.example", "1.2.example"),
        ])
    func forms(seen: String, form: String) throws {
        #expect(DomainPattern(seen)?.text == form)
    }

    @Test(
        "What is no domain",
        arguments: [
            "", " ", ".", "..", "a..b", "..evil.example", "bob@evil.example", "@evil.example", "*.evil.example", "a b",
            "192.0.2.1", ".2.1", ".[192.0.2.1]", "evil.example\n.x", "x\u{202E}y.example", "-\u{1F600}.example",
            String(repeating: "x", count: 64) + ".example",
        ])
    func noDomains(seen: String) { #expect(DomainPattern(seen) == nil) }

    @Test("The longest domain that an address can have fits, and one byte more does not")
    func longest() throws {
        let name = (0..<4).map { _ in String(repeating: "x", count: 63) }.joined(separator: ".")
        #expect(name.utf8.count == DomainPattern.bytes - 1)
        #expect(DomainPattern(name)?.text == name)
        #expect(DomainPattern("." + name)?.text.utf8.count == DomainPattern.bytes)
        #expect(DomainPattern("x." + name) == nil)
    }

    @Test("One covers itself or what is below it, and the narrowest comes first")
    func covering() throws {
        #expect(try pattern("a.evil.example").covering == ["a.evil.example", ".evil.example", ".example"])
        #expect(try pattern(".evil.example").covering == [".evil.example", ".example"])
        #expect(try pattern("[192.0.2.1]").covering == ["[192.0.2.1]"])
        #expect(try pattern("evil.example").covers("evil.example"))
        #expect(try !pattern("evil.example").covers("a.evil.example"))
        #expect(try pattern(".evil.example").covers("a.b.evil.example"))
        #expect(try !pattern(".evil.example").covers("evil.example"))
        #expect(try !pattern(".evil.example").covers("notevil.example"))
        #expect(try pattern(".bücher.example").unicodeForm == ".bücher.example")
        #expect(try pattern("evil.example").unicodeForm == nil)
    }

    // MARK: Answers

    @Test("Every address of it is suppressed, in any spelling, and no other")
    func check() throws {
        #expect(
            try suppress("evil.example", ".deep.example", "bücher.example", at: time(day: 0)) == [.done, .done, .done])
        for address in ["bob@evil.example", "B@EVIL.example.", "\"a b\"@evil.example"] {
            #expect(try cover(address) == "evil.example")
        }
        #expect(try cover("x@BÜCHER.example") == "xn--bcher-kva.example")
        #expect(try cover("x@a.b.deep.example") == ".deep.example")
        for address in ["x@a.evil.example", "x@notevil.example", "x@deep.example", "x@example", "x@evil.example.org"] {
            #expect(try cover(address) == nil, "\(address)")
        }
        let found = try ledger.check(
            ["a@evil.example", "nonsense", "b@free.example", "c@x.deep.example"], at: time(day: 1))
        #expect(found[1] == nil)
        #expect(found[2] == .mayMail)
        guard case .suppressed(let suppression)? = found[3] else {
            Issue.record("not suppressed")
            return
        }
        #expect(suppression.cause == .manual)
        #expect(suppression.reason.text == "traps")
        #expect(suppression.since == time(day: 0))
        #expect(suppression.why == "every domain below deep.example is suppressed by hand (traps)")
    }

    @Test("The narrowest is named, and what an address has itself comes before its domain")
    func precedence() throws {
        #expect(try suppress(".example", ".evil.example", "a.evil.example", at: time(day: 0)).count == 3)
        try ledger.commit([report(1, address: "bob@a.evil.example")])
        #expect(try cover("bob@a.evil.example") == "-")
        #expect(try cover("ann@a.evil.example") == "a.evil.example")
        #expect(try cover("ann@b.evil.example") == ".evil.example")
        #expect(try cover("ann@other.example") == ".example")
        // A release of the address leaves the domain.
        try ledger.release(["bob@a.evil.example"], at: time(day: 1))
        #expect(try cover("bob@a.evil.example") == "a.evil.example")
        #expect(try release("a.evil.example", at: time(day: 1)) == .done)
        #expect(try cover("bob@a.evil.example") == ".evil.example")
        // Also where only a hash is left of the address.
        try ledger.suppress(["cid@other.example"], at: time(day: 1))
        try ledger.forget("cid@other.example")
        #expect(try cover("cid@other.example") == "-")
    }

    @Test("It ends when it was to end: in answers, lists and sums")
    func until() throws {
        #expect(try suppress("evil.example", until: time(day: 3), at: time(day: 0)) == [.done])
        for (day, holds) in [(2, true), (3, false), (4, false)] {
            #expect(try (cover("bob@evil.example", at: time(day: day)) != nil) == holds)
            #expect(try list(at: time(day: day)).isEmpty != holds)
            #expect(try ledger.summary(at: time(day: day)).domains == (holds ? 1 : 0))
            #expect(try ledger.suppressedDomainCount(at: time(day: day)) == (holds ? 1 : 0))
            let found = try ledger.suppressedDomains(covering: [pattern("evil.example")], at: time(day: day))
            #expect((found[0] != nil) == holds)
        }
        #expect(try release("evil.example", at: time(day: 4)) == .alreadyKnown)
    }

    @Test("Lists are in the order of the names, however many there are")
    func pages() throws {
        let names = (0..<25).map { "d\($0).example" }
        try ledger.record(
            try names.map { DomainAction(domain: try pattern($0), kind: .suppress, at: time(day: 0), note: $0) })
        for page in [1, 7, 25, 100] {
            let rows = try list(at: time(day: 1), page: page)
            #expect(rows.map(\.domain.text) == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            #expect(rows.allSatisfy { $0.note == $0.domain.text })
        }
        let some = try ledger.suppressedDomains(
            covering: [pattern("x.example"), pattern("d3.example")], at: time(day: 1))
        #expect(some.map { $0?.domain.text } == [nil, "d3.example"])
    }

    // MARK: Decisions

    @Test("The same decision again changes nothing; another replaces it, and since when it is suppressed stays")
    func again() throws {
        #expect(try suppress("evil.example", note: "abuse desk", at: time(day: 0)) == [.done])
        #expect(try suppress("evil.example", at: time(day: 1)) == [.alreadyKnown])
        #expect(try list(at: time(day: 2)).first?.note == "abuse desk")
        #expect(try suppress("evil.example", reason: "other", until: time(day: 9), at: time(day: 2)) == [.done])
        let row = try #require(try list(at: time(day: 3)).first)
        #expect(row.suppression.reason.text == "other")
        #expect(row.suppression.since == time(day: 0))
        #expect(row.suppression.until == time(day: 9))
        #expect(row.author == "eve")
        #expect(row.note == nil)
        // After its end it begins again.
        #expect(try suppress("evil.example", reason: "other", at: time(day: 10)) == [.done])
        #expect(try list(at: time(day: 11)).first?.suppression.since == time(day: 10))
    }

    @Test("A release holds until it is suppressed again, and against what a list says of an earlier time")
    func releases() throws {
        #expect(try release("evil.example", at: time(day: 0)) == .alreadyKnown)
        #expect(try suppress("evil.example", at: time(day: 1)) == [.done])
        #expect(try release("evil.example", at: time(day: 2)) == .done)
        #expect(try release("evil.example", at: time(day: 2)) == .alreadyKnown)
        #expect(try cover("bob@evil.example", at: time(day: 3)) == nil)
        func dated(_ day: Int) throws -> ActionOutcome? {
            let domain = try pattern("evil.example")
            return try ledger.record([
                DomainAction(domain: domain, kind: .suppress, reason: "list", at: time(day: day), isDated: true)
            ]).first
        }
        #expect(try dated(1) == .released)
        #expect(try cover("bob@evil.example", at: time(day: 3)) == nil)
        #expect(try dated(3) == .done)
        #expect(try dated(3) == .alreadyKnown)
        #expect(try dated(1) == .alreadyKnown)
        #expect(try list(at: time(day: 4)).first?.suppression.since == time(day: 3))
        #expect(try release("evil.example", at: time(day: 5)) == .done)
        #expect(try suppress("evil.example", at: time(day: 6)) == [.done])
        #expect(try list(at: time(day: 7)).map(\.suppression.since) == [time(day: 6)])
    }

    @Test("A list without dates changes nothing that covers it already")
    func onlyIfNeeded() throws {
        func listed(until: Int64?, reason: String = "traps") throws -> ActionOutcome? {
            try ledger.record([
                DomainAction(
                    domain: try pattern("evil.example"), kind: .suppress, reason: reason, at: time(day: 2),
                    until: until,
                    note: "of the list", onlyIfNeeded: true)
            ]).first
        }
        #expect(try suppress("evil.example", until: time(day: 9), at: time(day: 0)) == [.done])
        #expect(try listed(until: time(day: 8)) == .alreadyKnown)
        #expect(try list(at: time(day: 3)).first?.suppression.until == time(day: 9))
        #expect(try listed(until: nil) == .done)
        #expect(try list(at: time(day: 3)).first?.suppression.until == nil)
        #expect(try listed(until: time(day: 99)) == .alreadyKnown)
        #expect(try listed(until: nil, reason: "new") == .done)
    }

    @Test("A list of addresses and domains is written as a whole, or not at all")
    func pagesOfActions() throws {
        let action = DomainAction(domain: try pattern("evil.example"), kind: .suppress, at: time(day: 0))
        let address = ManualAction(address: "bob@dest.example", kind: .suppress, at: time(day: 0))
        for isAbandoned in [true, false] {
            var pages: [ActionPage] = [.domains([action]), .actions([address]), isAbandoned ? .abandon : .end]
            var outcomes: [ActionOutcome] = []
            let isWritten = try ledger.record(from: { pages.removeFirst() }, each: { outcomes += $0 })
            #expect(isWritten != isAbandoned)
            #expect(outcomes == [.done, .done])
            #expect(try (cover("x@evil.example") == nil) == isAbandoned)
            #expect(try (cover("bob@dest.example") == nil) == isAbandoned)
        }
    }

    @Test("Texts are cut to what the ledger keeps, and times to what it can write")
    func limits() throws {
        let long = String(repeating: "ä", count: LedgerLimits.textBytes)
        #expect(try suppress("evil.example", reason: long, until: .max, note: long, at: -5) == [.done])
        let row = try #require(try list(at: 1).first)
        #expect(row.suppression.reason.text.utf8.count == LedgerLimits.textBytes)
        #expect(row.note?.utf8.count == LedgerLimits.textBytes)
        #expect(row.suppression.since == 0)
        #expect(row.suppression.until == LedgerLimits.latestArrival)
    }

    // MARK: What else is done with a ledger

    @Test("The view has what holds now, in the documented units")
    func view() throws {
        #expect(
            try suppress("evil.example", ".evil.example", until: LedgerLimits.latestArrival, at: time(day: -3)).count
                == 2)
        #expect(try suppress("gone.example", until: time(day: -2_999), at: time(day: -3_000)) == [.done])
        #expect(try suppress("free.example", at: time(day: -3)) == [.done])
        #expect(try release("free.example", at: time(day: -2)) == .done)
        let rows = try ledger.read { connection in
            let query = try connection.prepare("SELECT * FROM suppressed_domain ORDER BY domain")
            var rows = [String]()
            while try query.step() {
                rows.append((0..<5).map { query.optionalText($0) ?? "NULL" }.joined(separator: "|"))
            }
            return rows
        }
        #expect(
            rows == [
                ".evil.example|traps|2026-10-29T12:00:00Z|9999-12-31T23:59:59Z|manual",
                "evil.example|traps|2026-10-29T12:00:00Z|9999-12-31T23:59:59Z|manual",
            ])
    }

    @Test("Pruning, forgetting, deriving again and copying keep it; a note that names a forgotten address goes")
    func kept() throws {
        #expect(try suppress("evil.example", note: "see bob@dest.example", at: time(day: 0)) == [.done])
        #expect(try suppress("dest.example", note: "all of them", at: time(day: 0)) == [.done])
        try ledger.commit([report(1, address: "bob@dest.example")])
        try ledger.forget("bob@dest.example")
        _ = try ledger.prune(olderThan: time(day: 90))
        try ledger.rebuild()
        func expectAll(_ rows: [SuppressedDomain]) {
            #expect(rows.map(\.domain.text) == ["dest.example", "evil.example"])
            #expect(rows.map(\.suppression.reason.text) == ["traps", "traps"])
            #expect(rows.map(\.author) == ["eve", "eve"])
            #expect(rows.map(\.note) == ["all of them", nil])
        }
        expectAll(try list(at: time(day: 99)))
        #expect(try ledger.verify(limit: 9).differences == [])
        let copy = try LedgerStore(inMemory: Policy())
        _ = try ledger.copy(to: copy)
        var rows: [SuppressedDomain] = []
        try copy.suppressedDomains(at: time(day: 99)) {
            rows.append($0)
            return true
        }
        expectAll(rows)
        #expect(try copy.record([DomainAction(domain: try pattern("new.example"), kind: .suppress, at: 1)]) == [.done])
    }

    @Test("A reason that is lost is found by the comparison")
    func verified() throws {
        #expect(try suppress("evil.example", at: time(day: 0)) == [.done])
        try ledger.write { try $0.run("UPDATE domain SET reason = 999999") }
        #expect(try ledger.verify(limit: 9).differences == ["1 suppressed domains without a reason"])
    }

    @Test("A byte changed wherever the name stands: no address of the domain may be mailed, or the answer is an error")
    func damage() throws {
        let folder = try TemporaryFolder()
        let writer = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy())
        try writer.record(
            try (0..<300).map { DomainAction(domain: try pattern("d\($0)-evil.example"), kind: .suppress, at: 1) })
        _ = try writer.checkpoint()
        let text = shell("grep -abo 'd123-evil.example' '\(folder.file)' | cut -d: -f1")
        let places = text.split(separator: "\n").compactMap { Int64($0) }
        // The table and two indexes, and the feed, which no answer depends on.
        #expect(places.count == 4)
        var found = 0
        for place in places {
            _ = shell("cp '\(folder.file)' '\(folder.path)/whole'")
            let file = try #require(fopen(folder.file, "r+"))
            fseeko(file, off_t(place) + 2, SEEK_SET)
            fputc(Int32(UInt8(ascii: "9")), file)
            fclose(file)
            let reader = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy())
            do {
                #expect(try reader.check("bob@d123-evil.example", at: time(day: 1)) != .mayMail)
            } catch {
                #expect(error.category == .inputOutput)
                found += 1
            }
            _ = shell("mv '\(folder.path)/whole' '\(folder.file)'")
        }
        #expect(found > 0)
    }
}
