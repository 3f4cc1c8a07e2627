import Testing

@testable import Ledger

/// A ledger moved from one place to another, and looked at closely.
@Suite("Copies and comparisons of ledgers")
struct CopyTests {
    /// Something in every table.
    private func fill(_ ledger: LedgerStore) throws {
        try ledger.commit((0..<40).map { report($0, address: "u\($0 % 30)@dest.example", at: time(day: $0 % 7)) })
        try ledger.commit((100..<400).map { report($0, address: "s\($0)@spike.example", at: time(day: 6)) })
        try ledger.commit([
            softReport(50, address: "Über@dest.example", at: time(day: 3)),
            report(1, name: "copy.V1.host", at: time(day: 8)),
            report(60, address: "secret@dest.example", at: time(day: 1)),
        ])
        try ledger.suppress(["hand@dest.example"], note: "asked", author: "root", at: time(day: 2))
        try ledger.forget("secret@dest.example")
        _ = try ledger.prune(olderThan: time(day: 2))
        _ = try ledger.decideBrake(provider: "spike.example", .confirm, at: time(day: 9))
        try ledger.commit([forged(9_000, (0..<60).map { "f\($0)@dest.example" }, at: time(day: 3))])
        try ledger.decideReport(
            try #require(try ledger.heldReports().first).id, .release, note: "forged", at: time(day: 9))
        // What nothing writes yet.
        try ledger.write { connection in
            let term = try TermTable(connection, writes: true).number("news.example") as Int64
            for row in [
                "change (number, at, change, address) VALUES (9999, 1, 1, 'bob@dest.example')",
                "hook (name, epoch, number, failures) VALUES ('shop', 'x', 3, 0)",
                "domain (domain, cause, reason, since) VALUES ('gone.example', 4, \(term), 1)",
                "stream_suppression (address, stream, cause, reason, since, days) VALUES (1, \(term), 4, \(term), 1, 1)",
                "sent (stream, day, count) VALUES (\(term), 20000, 5)",
                "mailing_day (stream, day, low, high) VALUES (\(term), 20001, 1, 2)",
                "report_decision (fingerprint, verdict, at) SELECT fingerprint, 2, 1 FROM delivery LIMIT 1",
                "canary (token, kind, target, recipient, sender, tagged, sent, due) VALUES ('a', 'local', 'b', 'c', 'd', 1, 2, 3)",
            ] { try connection.run("INSERT INTO " + row) }
        }
        try ledger.recordRun(RunRecord(maildir: "/var/mail/bounces", started: 1, ended: 2, counts: ["read": 40]))
    }

    @Test("There and back, to the other kind too, everything is the same, and the copy goes on")
    func copies() throws {
        let first = try freshLedger(Policy.byDays)
        try fill(first)
        #expect(try first.verify(limit: 9).differences == [])
        let second = try LedgerStore(inMemory: Policy.byDays)
        let third = try freshLedger(Policy.byDays)
        let tables = try first.copy(to: second)
        #expect(tables.filter { $0.rows == 0 }.map(\.name) == [])
        // What numbers are given next may be one setting more, and the feed begins anew.
        let others = { (tables: [CopiedTable]) in tables.filter { !["setting", "change"].contains($0.name) } }
        #expect(try others(second.copy(to: third)) == others(tables))
        #expect(try second.dump() == first.dump())
        #expect(try third.dump() == first.dump())
        for ledger in [first, second, third] {
            try ledger.commit([report(70, address: "later@dest.example", at: time(day: 12)), report(50, name: "again")])
            try ledger.suppress(["late@dest.example"], at: time(day: 12))
            #expect(try ledger.verify(limit: 9).differences == [])
        }
        #expect(try second.dump() == first.dump())
        #expect(try third.dump() == first.dump())
    }

    @Test("Every column of every table is copied")
    func columns() throws {
        let ledger = try freshLedger(Policy.byDays)
        let listed = try ledger.read { connection in
            let query = try connection.prepare(
                TestServer.isInUse
                    ? """
                    SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables
                        USING (table_schema, table_name)
                    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> 'ledger'
                    """
                    : """
                    SELECT t.name, c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
                    WHERE t.type = 'table' AND t.name NOT LIKE 'grdb%' AND t.name NOT LIKE 'sqlite%'
                    """)
            var names = Set<String>()
            while try query.step() { names.insert(query.text(0) + "." + query.text(1)) }
            return names
        }
        let copied = LedgerTable.all.flatMap { table in table.columns.map { "\(table.name).\($0.name)" } }
        #expect(Set(copied) == listed)
        #expect(copied.count == listed.count)
    }

    @Test("A ledger that has something is not written over")
    func notEmpty() throws {
        let (source, target) = (try LedgerStore(inMemory: Policy.byDays), try freshLedger(Policy.byDays))
        try source.commit([report(1)])
        try target.commit([report(2)])
        let before = try target.dump()
        let refusal = #expect(throws: LedgerError.self) { try source.copy(to: target) }
        #expect(refusal?.category == .cannotWrite)
        #expect(try target.dump() == before)
    }

    @Test(
        "A counter, a sum or a row that is not what the events say is found",
        arguments: [
            "UPDATE address SET hard = hard + 1 WHERE address = 'u3@dest.example'",
            "UPDATE address SET cause = NULL WHERE address = 'u4@dest.example'",
            "UPDATE tally SET counted = counted + 1 WHERE hour = (SELECT max(hour) FROM tally)",
            "DELETE FROM brake_member WHERE hour = (SELECT max(hour) FROM brake_member)",
            "UPDATE brake_hour SET addresses = addresses + 1 WHERE hour = (SELECT max(hour) FROM brake_hour)",
            "DELETE FROM delivery WHERE id = (SELECT max(id) FROM delivery)",
            "UPDATE captured SET delivery = 999999 WHERE delivery = 2",
            "DELETE FROM address WHERE address = 'u5@dest.example'",
            "UPDATE delivery SET duplicate_of = 999999 WHERE duplicate_of IS NOT NULL",
        ])
    func differences(damage: String) throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit((0..<40).map { report($0, address: "u\($0)@dest.example", at: time(day: $0 % 7)) })
        try ledger.commit([report(1, name: "copy.V1.host", at: time(day: 8))])
        #expect(try ledger.verify(limit: 9).differences == [])
        try ledger.write { try $0.run(damage) }
        #expect(try ledger.verify(limit: 9).differenceCount > 0)
        if damage.hasPrefix("UPDATE address") || damage.contains("tally") || damage.contains("brake") {
            try ledger.rebuild()
            #expect(try ledger.verify(limit: 9).differences == [])
        }
    }
}
