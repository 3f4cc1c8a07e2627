import Foundation
import Ledger
import Testing
import Verdict
import Week

@testable import MaildirBounce

@Suite("status --nagios")
struct NagiosTests {
    let station: Station
    let file: String

    init() throws {
        station = try Station()
        file = station.folder.path("bounces.prom")
    }

    private func nagios(_ more: String...) throws -> Run {
        let run = try Program.run(["status", "--nagios", "--ledger", station.ledger] + more)
        #expect(run.errors.isEmpty)
        #expect(run.lines.count == 1)
        return run
    }

    /// A ledger with a report of each origin, old or of this hour, and a scan's figures.
    private func prepare(days: Int64 = 0, origins: [Origin] = [.local, .remote]) throws {
        let at = LedgerSamples.now - days * 86_400
        let events = origins.enumerated().map { LedgerSamples.report($0, "a\($0)@b.example", origin: $1, at: at) }
        try LedgerSamples.make(station.ledger, events)
        #expect(try station.scan("--metrics", file).status == 0)
    }

    /// Makes the last scan older, or gives it another end.
    private func change(_ name: String, to value: Int64) throws {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { line in
            line.hasPrefix(name + "{") ? line.prefix { $0 != " " } + " \(value)" : line
        }
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    }

    @Test("all is well: one line with figures, status 0, and nothing is written")
    func ok() throws {
        try prepare()
        let before = try station.folder.everything()
        let run = try nagios("--metrics", file)
        #expect(run.status == 0)
        let line = try #require(run.lines.first)
        #expect(line.hasPrefix("OK - last scan "))
        #expect(line.contains("2 addresses suppressed | scan_age="))
        #expect(
            line.hasSuffix(
                "s;1800;86400;0 suppressed=2;;;0 held=0;0;;0 reports=2c senders_faults=0;;;0 refused_by_one=0;9;;0"))
        #expect(try station.folder.everything() == before)
    }

    @Test("a time that no scan can have is an old one", arguments: [Int64.min, -1, 0, Int64.max])
    func impossibleTime(time: Int64) throws {
        try prepare()
        try change(ScanMetrics.timestampName, to: time)
        #expect(try nagios("--metrics", file).status == (time > 0 ? 0 : 2))
    }

    @Test(
        "an old scan is a warning, a very old one critical",
        arguments: [(29, 0), (31, 1), (23 * 60, 1), (25 * 60, 2)] as [(Int64, Int32)])
    func age(minutes: Int64, status: Int32) throws {
        try prepare()
        try change(ScanMetrics.timestampName, to: LedgerSamples.now - minutes * 60)
        #expect(try nagios("--metrics", file).status == status)
        #expect(try nagios("--metrics", file, "--warning", "2d", "--critical", "3d").status == 0)
        #expect(try nagios("--metrics", file, "--warning", "60s", "--critical", "90s").status == 2)
    }

    @Test(
        "a scan that failed is critical, one that was stopped a warning",
        arguments: [(0, 0), (75, 1), (74, 2), (66, 2)]
    )
    func failedScan(exitStatus: Int64, status: Int32) throws {
        try prepare()
        try change(ScanMetrics.statusName, to: exitStatus)
        let run = try nagios("--metrics", file)
        #expect(run.status == status)
        #expect(run.text.contains("exit status \(exitStatus)") == (status != 0))
    }

    @Test("what the brake holds is a warning")
    func brake() throws {
        try LedgerSamples.makeWeek(station.ledger)
        #expect(try station.scan("--metrics", file).status == 0)
        let run = try nagios("--metrics", file)
        #expect(run.status == 1)
        #expect(run.text.hasPrefix("WARNING - the brake holds "))
    }

    @Test(
        "no foreign server's report is a warning only when some time has passed",
        arguments: [(0, [.local], 0), (31, [.local], 1), (31, [.local, .remote], 0)] as [(Int64, [Origin], Int32)])
    func remote(days: Int64, origins: [Origin], status: Int32) throws {
        try prepare(days: days, origins: origins)
        let run = try nagios("--metrics", file)
        #expect(run.status == status)
        #expect(run.text.contains("no foreign server") == (status == 1))
    }

    @Test("a ledger that is not there, or is none, is critical")
    func noLedger() throws {
        #expect(try nagios("--metrics", file).text.hasPrefix("CRITICAL - "))
        try station.folder.write("ledger.sqlite", String(repeating: "no ledger | at all\n", count: 100))
        let run = try nagios("--metrics", file)
        #expect(run.status == 2)
        #expect(run.text.hasPrefix("CRITICAL - "))
        #expect(!run.text.contains("|"))
    }

    @Test("where nothing tells of the last scan it is unknown, unless something is wrong beside")
    func unknown() throws {
        try prepare(days: 31)
        let none = try nagios()
        #expect(none.status == 3)
        #expect(none.text.hasPrefix("UNKNOWN - when the last scan was is not known"))
        #expect(try nagios("--metrics", "/nowhere/bounces.prom").text.contains("/nowhere/bounces.prom: no such file"))
        let other = try station.folder.write("other.prom", "# nothing\nup 1\n")
        #expect(try nagios("--metrics", other).text.contains("says nothing of a last scan"))
        let wrong = try station.folder.write("c.toml", "[metrics]\nfiel = \"x\"\n")
        #expect(try nagios("--config", wrong).text.hasPrefix("UNKNOWN - "))
        #expect(try nagios("--config", wrong).status == 3)
        let right = try station.folder.write("d.toml", "[metrics]\nfile = \"\(file)\"\n")
        #expect(try nagios("--config", right).status == 0)
        let local = try Station()
        try LedgerSamples.make(local.ledger, [LedgerSamples.report(1, at: LedgerSamples.now - 31 * 86_400)])
        let warning = try Program.run("status", "--nagios", "--ledger", local.ledger)
        #expect(warning.status == 1)
        #expect(warning.text.contains("when the last scan was is not known"))
    }

    @Test(
        "spans are read and told in words",
        arguments: [
            ("90s", 90, "90s", "90 s"), ("30m", 1_800, "30m", "30 min"), ("24h", 86_400, "1d", "24 h"),
            ("2d", 172_800, "2d", "2 d"), ("119s", 119, "119s", "119 s"), ("125s", 125, "125s", "2 min"),
        ] as [(String, Int64, String, String)])
    func spans(argument: String, seconds: Int64, given: String, words: String) throws {
        let span = try #require(TimeSpan(argument: argument))
        #expect(span.seconds == seconds)
        #expect(span.defaultValueDescription == given)
        #expect(span.words == words)
    }

    @Test("what is no span is refused", arguments: ["", "m", "5", "-5m", "0s", "1w", "5 m", "9223372036854775807d"])
    func noSpan(argument: String) throws {
        #expect(TimeSpan(argument: argument) == nil)
    }

    @Test("options that contradict each other are refused")
    func contradiction() throws {
        let ledger = ["status", "--nagios", "--ledger", station.ledger]
        #expect(try Program.run(ledger + ["--warning", "3d"]).status == 64)
        #expect(try Program.run(ledger + ["--format", "json"]).status == 64)
    }
}
