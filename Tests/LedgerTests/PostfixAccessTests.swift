import Testing
import Verdict

@testable import Ledger

/// What Postfix finds in the view `postfix_access`, on both engines. Tests/postfix/run.sh asks by Postfix itself.
@Suite("The view that Postfix asks")
struct PostfixAccessTests {
    private let ledger: LedgerStore

    init() throws {
        var policy = Policy.byDays
        // The view compares an end with the present.
        policy.softDays.expiryDays = 36_500
        ledger = try freshLedger(policy)
    }

    /// `cause stream text` of each row with a key.
    private func found(_ key: String, _ more: String = "") throws -> [String] {
        try ledger.read { connection in
            let query = try connection.prepare(
                "SELECT cause, stream, text FROM postfix_access WHERE key = ?1\(more) ORDER BY 1, 2")
            try query.bind(1, key)
            var rows: [String] = []
            while try query.step() { rows.append("\(query.text(0)) \(query.text(1)) \(query.text(2))") }
            return rows
        }
    }

    private func keys() throws -> [String] {
        try ledger.read { connection in
            let query = try connection.prepare("SELECT key FROM postfix_access ORDER BY 1")
            var keys: [String] = []
            while try query.step() { keys.append(query.text(0)) }
            return keys
        }
    }

    private func suppress(_ address: String, reason: String = "asked", until: Int64? = nil, stream: String? = nil)
        throws
    {
        try ledger.record([
            ManualAction(
                address: address, kind: .suppress, reason: reason, stream: stream, at: time(day: -1), until: until)
        ])
    }

    @Test("Each cause has its row, with a text that says what an exported map says and nothing that a mail says")
    func causes() throws {
        let soft = (0..<5).map { softReport(10 + $0, address: "soft@dest.example", at: time(day: $0 - 400)) }
        var relayed = report(3, address: "relay@dest.example", at: time(day: -3))
        relayed.outcomes[0].fate = Fate(text: "hard amazon-ses")
        try ledger.commit(
            [
                report(1, address: "hard@dest.example", at: time(day: -3)), relayed,
                report(
                    2, class: "complaint", kind: "delivered", reason: "feedback", address: "angry@dest.example",
                    at: time(day: -3)),
            ] + soft)
        try suppress("manual@dest.example", reason: "550 <script>\u{202E}")
        try suppress("ends@dest.example", until: LedgerLimits.latestArrival)
        try suppress("over@dest.example", until: time(day: -1) + 1)
        try suppress("letter@dest.example", stream: "news.example")
        let since = "5.7.1 suppressed [maildir-bounce] since 2026-10-29T12:00:00Z: "
        #expect(try found("hard@dest.example") == ["hard  \(since)userunknown"])
        #expect(try found("angry@dest.example") == ["complaint  \(since)feedback"])
        #expect(try found("relay@dest.example") == ["relay  \(since)userunknown"])
        #expect(
            try found("soft@dest.example").first?.hasPrefix("soft  5.7.1 suppressed [maildir-bounce] since ") == true)
        #expect(try found("soft@dest.example").first?.hasSuffix(": mailboxfull") == true)
        let action = "5.7.1 suppressed [maildir-bounce] since 2026-10-31T12:00:00Z"
        #expect(try found("manual@dest.example") == ["manual  \(action): manual"])
        #expect(try found("ends@dest.example") == ["manual  \(action) until 9999-12-31T23:59:59Z: manual"])
        #expect(try found("over@dest.example").isEmpty)
        #expect(try found("letter@dest.example") == ["unsubscribed news.example \(action): unsubscribed"])
        #expect(try found("nobody@dest.example").isEmpty)
        // What the example and `init` choose.
        let standard = " AND stream = '' AND cause IN ('hard', 'complaint', 'manual', 'relay')"
        let chosen = try keys().filter { try !found($0, standard).isEmpty }
        #expect(
            chosen == [
                "angry@dest.example", "ends@dest.example", "hard@dest.example", "manual@dest.example",
                "relay@dest.example",
            ])
    }

    @Test("A key is what Postfix asks for: in quotes where it wants some, with the domain in both of its forms")
    func keyForms() throws {
        for address in [
            "Bob+News@Dest.Example", "a..b@dest.example", "\"c d\"@dest.example", ".e@dest.example", "#f@dest.example",
            "g@bücher.example", "h@x-y.example", "o'neil@dest.example",
        ] { try suppress(address) }
        for domain in ["evil.example", ".deep.example", "straße.example"] {
            try ledger.record([
                DomainAction(
                    domain: try #require(DomainPattern(domain)), kind: .suppress, reason: "traps", at: time(day: -1))
            ])
        }
        for key in [
            "bob+news@dest.example", "\"a..b\"@dest.example", "\"c d\"@dest.example", "\".e\"@dest.example",
            "#f@dest.example", "g@bücher.example", "g@xn--bcher-kva.example", "h@x-y.example", "o'neil@dest.example",
            "evil.example", ".deep.example", "straße.example", "xn--strae-oqa.example",
        ] { #expect(try found(key).count == 1, "\(key)") }
        for key in ["bob@dest.example", "deep.example", "a.evil.example", "dest.example", "bücher.example", "", "@"] {
            #expect(try found(key).isEmpty, "\(key)")
        }
    }

    @Test("A release, also of a domain, and erasing take the row away at once")
    func goes() throws {
        try ledger.commit([report(1, address: "a..b@dest.example"), report(2, address: "ann@bücher.example")])
        let evil = try #require(DomainPattern("bücher.example"))
        try ledger.record([DomainAction(domain: evil, kind: .suppress, at: time(day: 1))])
        #expect(try keys().count == 6)
        try ledger.release(["a..b@dest.example"], at: time(day: 1))
        try ledger.record([DomainAction(domain: evil, kind: .release, at: time(day: 2))])
        #expect(try keys() == ["ann@bücher.example", "ann@xn--bcher-kva.example"])
        #expect(try ledger.forget("ann@bücher.example"))
        #expect(try keys().isEmpty)
        #expect(try ledger.check("ann@bücher.example", at: time(day: 3)) != .mayMail)
    }

    @Test("Addresses that an earlier version has written get their keys when the states are derived again")
    func migrated() throws {
        try ledger.commit([report(1, address: "a..b@dest.example"), report(2, address: "ann@bücher.example")])
        try ledger.write { try $0.run("UPDATE address SET access_key = NULL") }
        #expect(try found("ann@bücher.example").isEmpty)
        try ledger.rebuild()
        #expect(try found("ann@bücher.example").count == 1)
        #expect(try found("\"a..b\"@dest.example").count == 1)
    }

    @Test("SQLite finds a key by searches in indexes alone", .enabled(if: !TestServer.isInUse))
    func plan() throws {
        let plan = try ledger.read { connection in
            let query = try connection.prepare(
                "EXPLAIN QUERY PLAN SELECT text FROM postfix_access WHERE key = 'x' AND stream = '' AND cause IN ('hard') LIMIT 1"
            )
            var steps: [String] = []
            while try query.step() { steps.append(query.text(3)) }
            return steps
        }
        #expect(plan.count { $0.hasPrefix("SEARCH ") } >= 6)
        // `one`: what these have found.
        #expect(plan.filter { $0.hasPrefix("SCAN ") && $0 != "SCAN one" }.isEmpty, "\(plan)")
    }
}
