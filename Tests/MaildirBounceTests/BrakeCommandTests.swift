import Foundation
import Ledger
import LedgerPostgreSQL
import Testing
import Week

@Suite("brake")
struct BrakeCommandTests {
    let station: Station

    /// A ledger of a week in which one provider fails for two hours.
    init() throws {
        station = try Station()
        try LedgerSamples.makeWeek(station.ledger)
    }

    private func brake(_ arguments: String...) throws -> Run {
        try Program.run(["brake"] + arguments + ["--ledger", station.ledger])
    }

    private func result() throws -> WeekResult {
        try WeekResult(try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy()))
    }

    @Test("list shows what is held, in every format, and writes nothing")
    func list() throws {
        let before = try station.folder.everything()
        let text = try brake()
        #expect(text.status == 0)
        #expect(
            text.lines.first?.split(separator: " ")
                == "provider reason start end addresses waiting status".split(separator: " "))
        #expect(text.text == (try brake("list")).text)
        let objects = try brake("list", "--format", "jsonl").objects()
        let episode = try #require(objects.first { $0["start"] as? String == "2026-11-03T09:00:00Z" })
        #expect(episode["provider"] as? String == Week.failing)
        #expect(episode["reason"] as? String == "userunknown")
        #expect(episode["status"] as? String == "held")
        #expect(try #require(episode["waiting"] as? Int) >= (try result()).goodHeld)
        #expect(try brake("list", "--format", "csv").lines.count == objects.count + 1)
        #expect(try station.folder.everything() == before)
        #expect(try Program.run("status", "--ledger", station.ledger).text.contains("undecided"))
    }

    @Test("release in one command: nobody is suppressed for it, and it stays with the note in the list of all")
    func release() throws {
        #expect(try result().goodHeld > 40)
        let run = try brake("release", "Alpha.Example.", "--reason", "userunknown", "--note", "their outage")
        #expect(run.status == 0)
        #expect(run.text.contains("released: alpha.example userunknown, 2026-11-03T09:00:00Z to"))
        #expect(run.text.contains("that waited may be mailed"))
        #expect(try result().goodHeld == 0)
        #expect(try result().goodSuppressed == 0)
        #expect(
            try brake("list", "--all", "--format", "jsonl").objects().contains { $0["status"] as? String == "released" }
        )
        // Once is enough.
        let again = try brake("release", "alpha.example", "--reason", "userunknown")
        #expect(again.status == 65)
        #expect(again.errors.contains("brake list"))
    }

    @Test("confirm in one command, and the other way round by the time of its start")
    func confirm() throws {
        let held = try result().goodHeld
        let run = try brake("confirm", "alpha.example", "--reason", "userunknown", "--start", "2026-11-03T09:00:00Z")
        #expect(run.status == 0)
        #expect(run.lines.count == 1)
        #expect(run.text.contains("now suppressed"))
        #expect(try result().goodSuppressed == held)
        #expect(try brake("release", "alpha.example", "--start", "2026-11-03T08:00:00Z").status == 65)
        let other = try brake("release", "alpha.example", "--start", "2026-11-03T09:00:00Z")
        #expect(other.status == 0)
        #expect(other.text.contains("before confirmed"))
        #expect(try result().goodSuppressed == 0)
    }

    @Test("it is decided while another program has the ledger open for writing")
    func beside() throws {
        let writer = try LedgerStore(path: station.ledger, mode: .readWrite, policy: Policy())
        try writer.beginFeed()
        let run = try withExtendedLifetime(writer) { try brake("release", "alpha.example", "--reason", "userunknown") }
        #expect(run.status == 0)
        #expect(try result().goodHeld == 0)
    }

    @Test("what makes no sense is an error, and the ledger stays as it is")
    func wrong() throws {
        let before = try station.folder.everything()
        #expect(try brake("release").status == 64)
        #expect(try brake("release", "nowhere.example").status == 65)
        #expect(try brake("release", "alpha.example", "--reason", "nosuch").status == 65)
        #expect(try station.folder.everything() == before)
        let absent = station.folder.path("absent.sqlite")
        #expect(try Program.run("brake", "release", "alpha.example", "--ledger", absent).status == 66)
        #expect(!station.folder.names(".").contains("absent.sqlite"))
    }
}
