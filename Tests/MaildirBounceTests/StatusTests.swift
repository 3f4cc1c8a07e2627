import Foundation
import Ledger
import Testing

@Suite("status")
struct StatusTests {
    let station: Station

    init() throws { station = try Station() }

    private func status(_ more: String...) throws -> Run {
        try Program.run(["status", "--ledger", station.ledger] + more)
    }

    private func object() throws -> [String: Any] { try #require(try status("--format", "json").objects().first) }

    @Test("tells of the last run, reports, suppressed addresses and duplicates")
    func figures() throws {
        try station.deliverFour()
        try station.deliver("1795514405.V5.host", Mail.bounce("bob@dest.example", id: "S1"))
        #expect(try station.scan().status == 0)
        let run = try status()
        #expect(run.status == 0)
        #expect(run.text.contains("1 that found mail"))
        #expect(run.text.contains("hard-bounce"))
        #expect(run.text.contains("1 userunknown"))
        #expect(run.text.contains("no spike is held back"))
        let object = try object()
        #expect(object["runs"] as? Int == 1)
        #expect(object["duplicates"] as? Int == 1)
        #expect(object["policy_edition"] as? Int == 2)
        #expect(!run.text.contains("0.1.0"))
        let reports = try #require(object["reports"] as? [[String: Any]])
        #expect(reports.contains { $0["class"] as? String == "hard-bounce" && $0["count"] as? Int == 1 })
        let suppressed = try #require(object["suppressed"] as? [[String: Any]])
        #expect(suppressed.count == 1)
        #expect(suppressed.first?["cause"] as? String == "hard")
        #expect((object["last_run"] as? [String: Any])?["maildir"] as? String == station.maildir)
    }

    @Test("counts local and remote reports in a day, a week and thirty days")
    func windows() throws {
        let now = LedgerSamples.now
        let hours: [Int64] = [1, 3 * 24, 20 * 24, 100 * 24]
        let events = hours.enumerated().flatMap { index, ago in
            [
                LedgerSamples.report(index, at: now - ago * 3_600),
                LedgerSamples.report(100 + index, origin: .remote, at: now - ago * 3_600),
                LedgerSamples.report(200 + index, origin: .remote, at: now - ago * 3_600),
            ]
        }
        try LedgerSamples.make(station.ledger, events)
        let object = try object()
        let origins = try #require(object["origins"] as? [String: [String: Int]])
        #expect(origins["24h"] == ["local": 1, "remote": 2])
        #expect(origins["7d"] == ["local": 2, "remote": 4])
        #expect(origins["30d"] == ["local": 3, "remote": 6])
        #expect(origins["total"] == ["local": 4, "remote": 8])
        #expect(object["remote_seen"] as? Bool == true)
        #expect(object["advice"] == nil)
        let text = try status()
        #expect(text.lines.contains { $0.split(separator: " ") == ["remote", "8", "2", "4", "6"] })
        #expect(!text.text.contains("MX"))
    }

    @Test("says plainly that remote reports were never seen, and what to look at")
    func neverRemote() throws {
        try LedgerSamples.make(station.ledger, [LedgerSamples.report(1, at: LedgerSamples.now)])
        let text = try status()
        #expect(text.text.contains("Remote reports have never been seen"))
        #expect(text.text.contains("dig MX DOMAIN"))
        let config = try station.folder.write("c.toml", "[verp]\nreturn_path = \"bounce@News.Example\"\n")
        #expect(try status("--config", config).text.contains("dig MX news.example"))
        #expect(try object()["remote_seen"] as? Bool == false)
        #expect((try object()["advice"] as? String)?.contains("never been seen") == true)
    }

    @Test("says that remote reports have stopped coming")
    func noLongerRemote() throws {
        let now = LedgerSamples.now
        try LedgerSamples.make(
            station.ledger,
            [LedgerSamples.report(1, at: now), LedgerSamples.report(2, origin: .remote, at: now - 40 * 86_400)])
        #expect(try status().text.contains("No foreign server's report came in the last 30 days"))
    }

    @Test("an empty ledger is no alarm, and none is an error")
    func empty() throws {
        try LedgerSamples.make(station.ledger, [])
        let before = try station.folder.everything()
        let run = try status()
        #expect(run.status == 0)
        #expect(run.text.contains("none has found mail yet"))
        #expect(!run.text.contains("MX"))
        #expect(try station.folder.everything() == before)
        #expect(try Program.run("status", "--ledger", "/nowhere/l.sqlite").status == 66)
        #expect(try Program.run("status", "--ledger", station.ledger, "--format", "csv").status == 64)
    }
}
