import Bytes
import Testing

@testable import Ledger

@Suite("Questions to the ledger")
struct QueryTests {
    @Test("An address that nobody named is not known and may be mailed")
    func unknown() throws {
        let ledger = try freshLedger(Policy.byDays)
        #expect(try ledger.address("nobody@dest.example") == nil)
        #expect(try ledger.check("nobody@dest.example", at: 0) == .mayMail)
    }

    @Test("What is no address is an error that says so")
    func noAddress() throws {
        let ledger = try freshLedger(Policy.byDays)
        let error = #expect(throws: LedgerError.self) { try ledger.check("no\naddress", at: 0) }
        #expect(error?.category == .badAddress)
        #expect(error?.description == "no?address is not a mail address")
        #expect(error?.category.exitStatus == 65)
    }

    @Test("A check finds any spelling and tells reason, beginning and why")
    func check() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: 2))])
        guard case .suppressed(let suppression) = try ledger.check("<\"BOB\"@Dest.Example.>", at: time(day: 3)) else {
            Issue.record("bob is not suppressed")
            return
        }
        #expect(suppression.reason == "userunknown")
        #expect(suppression.since == time(day: 2))
        #expect(suppression.until == nil)
        #expect(suppression.why == "hard bounce (userunknown)")
    }

    @Test("A suppression with an end holds until then, in check, in the list and in the view")
    func expiry() throws {
        var policy = Policy.byDays
        policy.softExpiryDays = 10
        let ledger = try freshLedger(policy)
        try ledger.commit((0..<5).map { softReport($0, at: time(day: $0)) })
        let end = time(day: 14)
        #expect(try ledger.check("bob@dest.example", at: end - 1) != .mayMail)
        #expect(try ledger.check("bob@dest.example", at: end) == .mayMail)
        var listed = 0
        try ledger.suppressed(at: end - 1) { _ in
            listed += 1
            return true
        }
        #expect(listed == 1)
        try ledger.suppressed(at: end) { _ in
            listed += 1
            return true
        }
        #expect(listed == 1)
        // The view asks SQLite's clock; the suppression that ended in 1970 and the one that ends in 9999.
        let view = "SELECT count(*) FROM suppressed"
        try ledger.write { try $0.run("UPDATE address SET until = 1") }
        #expect(try ledger.read { try $0.integer(view) } == 0)
        try ledger.write { try $0.run("UPDATE address SET until = \(LedgerLimits.latestArrival)") }
        #expect(try ledger.read { try $0.integer(view) } == 1)
    }

    @Test("The list comes in the order of addresses, from a moment on where asked, and stops when told")
    func list() throws {
        let ledger = try freshLedger(Policy.byDays)
        let names = ["dan", "ann", "cid", "bob", "eve"]
        try ledger.commit(
            names.enumerated().map { report($0, address: $1 + "@dest.example", at: time(day: $0)) })
        var rows = [String]()
        try ledger.suppressed(at: time(day: 20)) { row in
            rows.append(row.address)
            return true
        }
        #expect(rows == ["ann", "bob", "cid", "dan", "eve"].map { $0 + "@dest.example" })
        rows = []
        try ledger.suppressed(at: time(day: 20), since: time(day: 2)) { row in
            rows.append(row.address)
            return rows.count < 2
        }
        #expect(rows == ["bob@dest.example", "cid@dest.example"])
    }

    @Test("Lists longer than what is read at a time are whole, each address once")
    func pages() throws {
        let ledger = try freshLedger(Policy.byDays)
        let names = (0..<7).map { "a\($0)@dest.example" }
        try ledger.commit(names.shuffled().enumerated().map { report($0, address: $1) })
        for page in 1...8 {
            var listed = [String]()
            try ledger.suppressed(at: time(day: 1), page: page) { row in
                listed.append(row.address)
                return true
            }
            #expect(listed == names)
            var known = [String]()
            try ledger.addresses(page: page) { address, _ in
                known.append(address)
                return true
            }
            #expect(known.sorted() == names)
        }
    }

    @Test("The list, the view and one lookup in it use an index", .enabled(if: !TestServer.isInUse))
    func plans() throws {
        let ledger = try freshLedger(Policy.byDays)
        func plan(_ sql: String) throws -> String {
            try ledger.read { connection in
                let query = try connection.prepare("EXPLAIN QUERY PLAN " + sql)
                var lines = [String]()
                while try query.step() { lines.append(query.text(3)) }
                return lines.joined(separator: "; ")
            }
        }
        #expect(
            try plan("SELECT * FROM suppressed ORDER BY address").contains(
                "SCAN address USING INDEX address_suppressed"))
        #expect(try !plan("SELECT * FROM suppressed ORDER BY address").contains("TEMP B-TREE"))
        #expect(try plan("SELECT * FROM suppressed WHERE address = ?").contains("SEARCH address USING INDEX"))
        #expect(try plan("SELECT * FROM outcome WHERE address = ?").contains("INDEX outcome_address"))
        #expect(
            try plan("SELECT id FROM delivery WHERE fingerprint = ? AND duplicate_of IS NULL")
                .contains("INDEX delivery_event"))
    }

    @Test("The view gives address, reason and ISO 8601 times")
    func view() throws {
        var policy = Policy.byDays
        policy.softExpiryDays = 36_500
        let ledger = try freshLedger(policy)
        try ledger.commit([report(1, at: 1_795_514_405)])
        try ledger.commit((2..<7).map { softReport($0, address: "ann@dest.example", at: time(day: $0)) })
        let rows = try ledger.read { connection in
            let query = try connection.prepare("SELECT address, reason, since, until FROM suppressed ORDER BY address")
            var rows = [[String?]]()
            while try query.step() { rows.append((0..<4).map { query.optionalText($0) }) }
            return rows
        }
        let until = time(day: 6) + 36_500 * 86_400
        #expect(
            rows == [
                ["ann@dest.example", "mailboxfull", timestamp(time(day: 6)), timestamp(until)],
                ["bob@dest.example", "userunknown", "2026-11-24T10:00:05Z", nil],
            ])
    }

    @Test("History is the latest first and no longer than asked")
    func history() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([3, 1, 4, 0, 2].map { softReport($0, at: time(day: $0)) })
        #expect(
            try ledger.address("bob@dest.example")?.history.map(\.arrival) == (0..<5).reversed().map { time(day: $0) })
        #expect(
            try ledger.address("bob@dest.example", historyLimit: 2)?.history.map(\.arrival) == [
                time(day: 4), time(day: 3),
            ])
    }

    @Test("The summary counts reports by class and origin, addresses, and the suppressed by reason")
    func summary() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([
            report(1, address: "a@dest.example", origin: "local"),
            report(2, address: "b@dest.example", origin: "remote"),
            report(3, address: "c@dest.example", origin: "remote"),
            report(4, reason: "notaccept", address: "d@dest.example", origin: nil),
            report(5, class: "auto-reply", kind: "", address: "e@dest.example"),
        ])
        let summary = try ledger.summary(at: time(day: 1))
        #expect(
            summary.reports == [
                ClassCount(class: "auto-reply", origin: "local", count: 1),
                ClassCount(class: "hard-bounce", origin: nil, count: 1),
                ClassCount(class: "hard-bounce", origin: "local", count: 1),
                ClassCount(class: "hard-bounce", origin: "remote", count: 2),
            ])
        #expect(summary.addresses == 5)
        #expect(
            summary.suppressed == [
                LedgerSummary.ReasonCount(cause: .hard, reason: "notaccept", count: 1),
                LedgerSummary.ReasonCount(cause: .hard, reason: "userunknown", count: 3),
            ])
        #expect(summary.rules.map(\.rule) == ["rule-0", "rule-1", "rule-2"])
        #expect(summary.rules.map(\.hits) == [1, 2, 2])
    }

    @Test("Origins are counted in a window")
    func origins() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([
            report(1, at: time(day: 0)), report(2, at: time(day: 1)), report(3, at: time(day: 1), origin: "remote"),
            report(4, at: time(day: 2), origin: nil), report(5, at: time(day: 3)),
        ])
        #expect(
            try ledger.origins(from: time(day: 1), to: time(day: 3))
                == OriginCount(local: 1, remote: 1, unknown: 1))
        #expect(try ledger.origins(from: 0, to: time(day: 0)) == OriginCount(local: 0, remote: 0, unknown: 0))
        #expect(try ledger.origins(from: 0, to: Int64.max) == OriginCount(local: 3, remote: 1, unknown: 1))
    }

    @Test("Runs are noted and given back, the last first")
    func runs() throws {
        let ledger = try freshLedger(Policy.byDays)
        let first = RunRecord(maildir: "/m", started: 10, ended: 20, counts: ["counted": 3, "duplicate": 0])
        let second = RunRecord(started: 30, ended: 40, counts: [:])
        try ledger.recordRun(first)
        try ledger.recordRun(second)
        #expect(try ledger.runs(limit: 5) == [second, first])
        #expect(try ledger.runs(limit: 1) == [second])
    }
}
