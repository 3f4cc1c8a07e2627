import Foundation
import Testing

/// Each case: one clear line, the documented status, nothing changed.
@Suite("bad input")
struct BadInputTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
    }

    private func expectRefusal(
        _ arguments: [String], status: Int32, says words: String..., asNobody: Bool = false,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let before = try station.folder.everything()
        let run = try Program.run(arguments, asNobody: asNobody)
        #expect(run.status == status, sourceLocation: location)
        #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: location)
        #expect(run.errors.hasPrefix("maildir-bounce: error: "), sourceLocation: location)
        for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location) }
        #expect(run.output.isEmpty, sourceLocation: location)
        #expect(try station.folder.everything() == before, sourceLocation: location)
    }

    @Test("no Maildir", arguments: [[], ["--dry-run"]])
    func noMaildir(more: [String]) throws {
        let path = station.folder.path("absent")
        try expectRefusal(
            ["scan", "--maildir", path, "--ledger", station.ledger] + more, status: 66, says: path, "no such folder")
    }

    @Test("a folder that is no Maildir, and a file", arguments: [[], ["--dry-run"]])
    func notAMaildir(more: [String]) throws {
        try station.folder.write("folder/file", "x")
        for (name, words) in [("folder", "no Maildir"), ("folder/file", "not a folder")] {
            let path = station.folder.path(name)
            try expectRefusal(
                ["scan", "--maildir", path, "--ledger", station.ledger] + more, status: 66, says: path, words)
        }
    }

    @Test("no Maildir named at all")
    func unnamedMaildir() throws {
        let empty = try station.folder.write("empty.toml", "")
        try expectRefusal(["scan", "--ledger", station.ledger, "--config", empty], status: 64, says: "--maildir")
        try expectRefusal(["scan", "--maildir", station.maildir, "--config", empty], status: 64, says: "--ledger")
    }

    @Test("a Maildir that this user may not read", .enabled(if: Program.isRoot))
    func unreadableMaildir() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: station.folder.root)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: station.maildir)
        for more in [[], ["--dry-run"]] {
            try expectRefusal(
                ["scan", "--maildir", station.maildir, "--ledger", station.ledger] + more, status: 66,
                says: station.maildir, "Permission denied", asNobody: true)
        }
    }

    @Test("a Maildir that this user may not change", .enabled(if: Program.isRoot))
    func unwritableMaildir() throws {
        _ = try Program.command(["/bin/chmod", "-R", "a+rX,go-w", station.folder.root])
        try expectRefusal(
            ["scan", "--maildir", station.maildir, "--ledger", station.ledger], status: 73,
            says: station.maildir, "Permission denied", "--dry-run", asNobody: true)
    }

    @Test(
        "a ledger that is no database",
        arguments: [
            ["scan"], ["scan", "--dry-run"], ["suppressed"], ["check", "a@dest.example"],
            ["address", "a@dest.example"], ["export"], ["suppress", "a@dest.example", "--reason", "x"],
            ["release", "a@dest.example"], ["forget", "a@dest.example"], ["prune", "--older-than", "1d"],
        ])
    func notALedger(command: [String]) throws {
        try station.folder.write("ledger.sqlite", String(repeating: "this is no database\n", count: 100))
        let maildir = command[0] == "scan" ? ["--maildir", station.maildir] : []
        try expectRefusal(command + maildir + ["--ledger", station.ledger], status: 74, says: station.ledger)
    }

    @Test("no ledger", arguments: [["suppressed"], ["check", "a@dest.example"], ["address", "a@dest.example"]])
    func noLedger(command: [String]) throws {
        try expectRefusal(command + ["--ledger", station.ledger], status: 66, says: station.ledger, "no ledger")
    }

    @Test("a ledger in a folder that is not there, and a folder in its place")
    func badLedgerPath() throws {
        let absent = station.folder.path("absent/ledger.sqlite")
        try expectRefusal(
            ["scan", "--maildir", station.maildir, "--ledger", absent], status: 73, says: absent)
        try expectRefusal(
            ["scan", "--maildir", station.maildir, "--ledger", station.folder.root], status: 73, says: "folder")
    }

    @Test("an archive that is a file, or whose folder is not there")
    func badArchive() throws {
        let file = try station.folder.write("file", "x")
        for path in [file, file + "/archive", station.folder.path("absent/archive")] {
            try expectRefusal(
                ["scan", "--maildir", station.maildir, "--ledger", station.ledger, "--archive", path], status: 73,
                says: path)
        }
    }

    @Test("an address that is none", arguments: ["check", "address"])
    func noAddress(command: String) throws {
        _ = try station.scan()
        for address in ["nonsense", "", "@dest.example", "bob@"] {
            try expectRefusal([command, address, "--ledger", station.ledger], status: 65, says: "address")
        }
    }

    @Test("an unknown option, and a limit that makes no sense")
    func unknownOption() throws {
        let scan = ["scan", "--maildir", station.maildir, "--ledger", station.ledger]
        try expectRefusal(scan + ["--bogus"], status: 64, says: "--bogus", "--help")
        try expectRefusal(scan + ["--limit=-1"], status: 64, says: "--limit", "--help")
        try expectRefusal(scan + ["--format", "xml"], status: 64, says: "xml", "jsonl", "--help")
    }
}
