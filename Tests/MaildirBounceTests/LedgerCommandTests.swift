import Ledger
import Testing
import Week

/// On files; Tests/postgresql/run.sh does the same with a server.
@Suite("ledger")
struct LedgerCommandTests {
    let station: Station

    init() throws {
        station = try Station()
        try LedgerSamples.makeWeek(station.ledger)
    }

    @Test("copy makes the same ledger elsewhere, once, and writes nothing to the first")
    func copy() throws {
        let before = try station.folder.everything()
        let elsewhere = try TemporaryFolder()
        let copy = elsewhere.path("copy.sqlite")
        let run = try Program.run("ledger", "copy", station.ledger, copy)
        #expect(run.status == 0)
        #expect(run.text.contains("the same"))
        #expect(
            try Program.run("export", "--ledger", copy).text == Program.run("export", "--ledger", station.ledger).text)
        #expect(try Program.run("ledger", "verify", "--ledger", copy).status == 0)
        let again = try Program.run("ledger", "copy", station.ledger, copy)
        #expect(again.status == 73)
        #expect(again.errors.contains("not empty"))
        #expect(try Program.run("ledger", "copy", station.folder.path("absent.sqlite"), copy).status == 66)
        #expect(try station.folder.everything() == before)
    }

    @Test(
        "verify says what differs, with status 65, and rebuild mends it",
        .enabled(if: Tool.isThere("sqlite3 -version"), Tool.skip("sqlite3")))
    func verify() throws {
        let good = try Program.run("ledger", "verify", "--ledger", station.ledger)
        #expect(good.status == 0)
        #expect(good.text.hasSuffix("all agree\n"))
        let change = "UPDATE address SET hard = hard + 1 WHERE id = 3"
        #expect(try Program.shell("sqlite3 \"$1\" \"$2\"", station.ledger, change).status == 0)
        let bad = try Program.run("ledger", "verify", "--ledger", station.ledger)
        #expect(bad.status == 65)
        #expect(bad.lines.count == 2)
        #expect(bad.text.contains("the counters are not those of its events"))
        #expect(bad.text.hasSuffix("differences 1\n"))
        #expect(try Program.run("reprocess", "--rebuild", "--yes", "--ledger", station.ledger).status == 0)
        #expect(try Program.run("ledger", "verify", "--ledger", station.ledger).status == 0)
    }

    @Test("An address with a password is refused by every command, and repeated by none")
    func password() throws {
        let address = "postgresql://bounces:s3cret@127.0.0.1:1/bounces"
        for command in [
            ["check", "bob@dest.example", "--ledger", address],
            ["scan", "--maildir", station.maildir, "--ledger", address],
            ["ledger", "verify", "--ledger", address], ["ledger", "copy", station.ledger, address],
            ["doctor", "--maildir", station.maildir, "--ledger", address], ["status", "--ledger", address],
        ] {
            let run = try Program.run(command)
            if command[0] != "doctor" { #expect(run.status == 64, "\(command)") }
            #expect(!(run.text + run.errors).contains("s3cret"), "\(command)")
        }
    }
}
