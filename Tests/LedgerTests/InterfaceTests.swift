import Crypto
import Testing

@testable import Ledger

/// What docs/interface.md promises to other programs.
@Suite("The views for other programs")
struct InterfaceTests {
    private func rows(_ ledger: LedgerStore, _ sql: String, _ columns: Int32) throws -> [String] {
        try ledger.read { connection in
            let query = try connection.prepare(sql)
            var rows = [String]()
            while try query.step() {
                rows.append((0..<columns).map { query.optionalText($0) ?? "NULL" }.joined(separator: "|"))
            }
            return rows
        }
    }

    @Test("Their columns are these, in this order")
    func columns() throws {
        let ledger = try freshLedger(Policy.byDays)
        func names(_ view: String) throws -> String {
            let columns =
                TestServer.isInUse
                ? "SELECT attname FROM pg_attribute WHERE attrelid = '\(view)'::regclass AND attnum > 0 ORDER BY attnum"
                : "SELECT name FROM pragma_table_info('\(view)')"
            return try rows(ledger, columns, 1).joined(separator: " ")
        }
        #expect(try names("suppressed") == "address reason since until cause party")
        #expect(try names("suppressed_domain") == "domain reason since until cause")
        #expect(try names("postfix_access") == "key text cause stream")
        #expect(
            try names("counters")
                == "address hard soft delayed delivered complaint auto_reply other streak first_seen last_seen suppressed"
        )
    }

    @Test("Their rows are in the documented units")
    func units() throws {
        let ledger = try freshLedger(Policy.byDays)
        let last = LedgerLimits.latestArrival
        try ledger.commit([
            report(1, address: "Bob@Dest.Example", at: time(day: -400)),
            softReport(2, address: "carol@dest.example", at: time(day: -400)),
            softReport(3, address: "carol@dest.example", at: time(day: -399)),
        ])
        try ledger.record([
            ManualAction(
                address: "dave@dest.example", kind: .suppress, reason: "asked", at: time(day: -3), until: last),
            ManualAction(
                address: "erin@dest.example", kind: .suppress, at: time(day: -4_000), until: time(day: -3_999)),
        ])
        #expect(
            try rows(ledger, "SELECT * FROM suppressed ORDER BY address", 4) == [
                "bob@dest.example|userunknown|2025-09-27T12:00:00Z|NULL",
                "dave@dest.example|asked|2026-10-29T12:00:00Z|9999-12-31T23:59:59Z",
            ])
        #expect(
            try rows(ledger, "SELECT * FROM counters ORDER BY address", 12) == [
                "bob@dest.example|1|0|0|0|0|0|0|0|2025-09-27T12:00:00Z|2025-09-27T12:00:00Z|1",
                "carol@dest.example|0|2|0|0|0|0|0|2|2025-09-27T12:00:00Z|2025-09-28T12:00:00Z|0",
                "dave@dest.example|0|0|0|0|0|0|0|0|NULL|NULL|1",
                "erin@dest.example|0|0|0|0|0|0|0|0|NULL|NULL|0",
            ])
    }

    @Test("A forgotten address is found by the documented hash")
    func forgotten() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: -400))])
        #expect(try ledger.forget("bob@dest.example") == true)
        let key = try #require(try rows(ledger, "SELECT value FROM setting WHERE name = 'forget-key'", 1).first)
        let hash = HMAC<SHA256>.authenticationCode(
            for: Array("bob@dest.example".utf8), using: SymmetricKey(data: Array(key.utf8)))
        let hex = hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let blob = TestServer.isInUse ? "decode('\(hex)', 'hex')" : "x'\(hex)'"
        #expect(
            try rows(ledger, "SELECT t.text FROM forgotten JOIN term AS t ON t.id = reason WHERE hash = \(blob)", 1)
                == ["userunknown"])
    }
}
