import Foundation
import Ledger
import LedgerPostgreSQL
import Testing

@testable import MaildirBounce

@Suite("a Maildir and its ledger")
struct LedgerMarkTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
    }

    private var mark: String { station.maildir + "/" + LedgerMark.fileName }

    /// A run that counts and moves nothing, and says why in one line.
    private func expectRefusal(
        _ more: String..., status: Int32 = 74, says words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try station.folder.everything()
        let run = try Program.run(["scan", "--maildir", station.maildir, "--ledger", station.ledger] + more)
        #expect(run.status == status, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errorLines.count == 1, sourceLocation: sourceLocation)
        for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation) }
        #expect(try station.folder.everything() == before, sourceLocation: sourceLocation)
    }

    private func removeLedger() throws {
        #expect(try Program.shell("rm -f \"$1\"*", station.ledger).status == 0)
    }

    @Test("the first scan leaves the ledger's identity in the Maildir, and later ones leave it as it is")
    func left() throws {
        #expect(try station.scan().status == 0)
        let text = try String(contentsOfFile: mark, encoding: .utf8)
        let identity = try #require(
            try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy()).identity())
        #expect(LedgerMark(Array(text.utf8)) == LedgerMark(identity: identity, path: station.ledger))
        #expect(text.hasPrefix("# "))
        #expect(station.folder.names("Maildir").count == 4)
        let before = try Program.tree(station.maildir)
        #expect(try station.scan().status == 0)
        #expect(try Program.tree(station.maildir) == before)
        // It is no message.
        let packed = station.folder.path("m.tar")
        #expect(try Program.shell("tar cf \"$2\" -C \"$1\" .", station.maildir, packed).status == 0)
        let run = try Program.run("reprocess", packed, "--ledger", station.ledger)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
    }

    @Test("a disk that is not mounted is no first day: no ledger, or another, and nothing is counted or moved")
    func unmounted() throws {
        #expect(try station.scan("--limit", "1").status == 0)
        #expect(
            try Program.shell("mkdir \"$1/kept\" && mv \"$2\"* \"$1/kept/\"", station.folder.root, station.ledger)
                .status == 0)
        try expectRefusal(says: "there is no ledger", "--new-ledger", station.maildir)
        try expectRefusal("--dry-run", says: "there is no ledger")
        // Nor does a list make one there, where the configuration says that the Maildir is counted in it.
        let config = try station.folder.write(
            "config.toml", "maildir = \"\(station.maildir)\"\nledger = \"\(station.ledger)\"\n")
        for command in [["import", "--config", config], ["reprocess", station.maildir, "--config", config]] {
            let run = try Program.run(command, input: Data("bob@dest.example\n".utf8))
            #expect(run.status == 74, "\(run.errors)")
            #expect(run.errors.contains("--new-ledger"))
        }
        try LedgerSamples.make(station.ledger, [])
        try expectRefusal(says: "is not the one", "--new-ledger")
        try expectRefusal("--dry-run", says: "is not the one")
        let doctor = try Program.run("doctor", "--maildir", station.maildir, "--ledger", station.ledger)
        #expect(doctor.text.contains("is not the ledger that"))
        // Put back, all goes on.
        #expect(
            try Program.shell("rm \"$2\"* && mv \"$1/kept/\"* \"$1/\"", station.folder.root, station.ledger).status == 0
        )
        #expect(try station.scan().status == 0)
        #expect(station.new.isEmpty)
    }

    @Test("--new-ledger begins anew, once")
    func anew() throws {
        #expect(try station.scan("--limit", "1").status == 0)
        let before = try String(contentsOfFile: mark, encoding: .utf8)
        try removeLedger()
        #expect(try station.scan("--new-ledger", "--dry-run").status == 0)
        #expect(try String(contentsOfFile: mark, encoding: .utf8) == before)
        #expect(try station.scan("--new-ledger").status == 0)
        #expect(try String(contentsOfFile: mark, encoding: .utf8) != before)
        #expect(station.new.isEmpty)
        #expect(try station.scan().status == 0)
        // A damaged one is not written over.
        #expect(truncate(station.ledger, 0) == 0)
        try expectRefusal("--new-ledger", says: "is empty")
    }

    @Test("a ledger that was moved, copied or restored is the same one, and so is an old backup that knows the Maildir")
    func moved() throws {
        #expect(try station.scan("--limit", "1").status == 0)
        let copy = station.folder.path("copy.sqlite")
        #expect(try Program.run("ledger", "copy", station.ledger, copy).status == 0)
        let run = try Program.run("scan", "--maildir", station.maildir, "--ledger", copy, "--limit", "1")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try String(contentsOfFile: mark, encoding: .utf8).contains(copy))
        // As 0.1.0 left it.
        #expect(
            try Program.shell("sqlite3 \"$1\" \"DELETE FROM setting WHERE name = 'identity'\"", station.ledger).status
                == 0)
        #expect(try station.scan("--dry-run").status == 0)
        #expect(try station.scan().status == 0)
        #expect(station.new.isEmpty)
    }

    @Test("what is no such file stops the run and says what to do", arguments: ["text", "link", "folder", "large"])
    func garbage(kind: String) throws {
        #expect(try station.scan("--limit", "1").status == 0)
        unlink(mark)
        switch kind {
        case "link": #expect(symlink("/etc/passwd", mark) == 0)
        case "folder": #expect(mkdir(mark, 0o700) == 0)
        case "large": try station.folder.write("Maildir/.maildir-bounce", String(repeating: "# x\n", count: 99_999))
        default: try station.folder.write("Maildir/.maildir-bounce", "identity = 12\nledger = x\n")
        }
        try expectRefusal(says: LedgerMark.fileName)
        try expectRefusal("--dry-run", says: LedgerMark.fileName)
        guard kind != "folder" else { return #expect(try station.scan("--new-ledger").status == 73) }
        #expect(try station.scan("--new-ledger").status == 0)
        #expect(station.new.isEmpty)
        #expect(try Program.shell("stat -c %F \"$1\"", mark).text == "regular file\n")
    }

    @Test("where the file cannot be written nothing is counted", .enabled(if: Program.isRoot))
    func unwritable() throws {
        try station.folder.open()
        #expect(chown(station.maildir, 0, 0) == 0)
        let run = try station.scan(asNobody: true)
        #expect(run.status == 73)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains(LedgerMark.fileName))
        #expect(station.new.count == 4)
        #expect(!station.folder.names("").contains("ledger.sqlite"))
    }

    @Test("what root writes there belongs to the Maildir's owner", .enabled(if: Program.isRoot))
    func owner() throws {
        try station.folder.open()
        #expect(try station.scan().status == 0)
        #expect(
            try Program.shell("stat -c %U \"$1\" \"$2\"*", mark, station.ledger).lines.allSatisfy { $0 == "nobody" })
        #expect(try station.scan("--verbose", asNobody: true).status == 0)
    }

    @Test("a ledger that is replaced in the middle of a run: what was not moved stays", arguments: ["rm", "mv"])
    func replaced(how: String) throws {
        for number in 0..<4_000 {
            try station.deliver("17955144\(number).V.host", Mail.bounce("u\(number)@dest.example", id: "R\(number)"))
        }
        try LedgerSamples.make(station.folder.path("other.sqlite"), [])
        // It waits for us to read: its first batch fills the pipe.
        let pipe = Pipe()
        let process = try Program.start(
            ["scan", "--maildir", station.maildir, "--ledger", station.ledger, "--format", "jsonl"], output: pipe)
        while station.cur.count < 1_000, process.isRunning { usleep(1_000) }
        let script = how == "rm" ? "rm \"$1\"" : "mv \"$2\" \"$1\""
        #expect(try Program.shell(script, station.ledger, station.folder.path("other.sqlite")).status == 0)
        try pipe.fileHandleForWriting.close()
        let lines = try #require(try pipe.fileHandleForReading.readToEnd()).split(separator: UInt8(ascii: "\n"))
        process.waitUntilExit()
        #expect(process.terminationStatus == 74)
        #expect(!station.new.isEmpty)
        #expect(station.new.count + station.cur.count == 4_004)
        #expect(lines.count == station.cur.count)
        // Neither is the ledger that stands there now mixed with what the run had in its WAL.
        try expectRefusal(says: how == "rm" ? "there is no ledger" : "is not the one")
    }
}

@Suite("a ledger that is no good")
struct BadLedgerTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
        #expect(try station.scan("--limit", "1").status == 0)
        #expect(try Program.shell("rm \"$1\"-*", station.ledger).status == 0)
    }

    /// Every command that opens the ledger, with what it needs.
    static let commands = [
        ["check", "bob@dest.example"], ["check", "--batch"], ["export"], ["suppressed"], ["status"], ["doctor"],
        ["address", "bob@dest.example"], ["report"], ["brake", "list"], ["brake", "release", "dest.example"],
        ["policy", "explain", "bob@dest.example"], ["unclassified"], ["ledger", "verify"],
        ["suppress", "a@dest.example", "--reason", "x"], ["release", "bob@dest.example"],
        ["forget", "bob@dest.example"], ["prune", "--older-than", "1d"], ["reprocess", "--rebuild", "--yes"],
        ["import"], ["reprocess", "MAILDIR"], ["reprocess", "MAILDIR", "--dry-run"],
        ["scan", "--maildir", "MAILDIR"], ["scan", "--maildir", "MAILDIR", "--dry-run"],
    ]

    private func run(_ command: [String], _ ledger: String) throws -> Run {
        try Program.run(
            command.map { $0 == "MAILDIR" ? station.maildir : $0 } + ["--ledger", ledger],
            input: Data("bob@dest.example\n".utf8))
    }

    @Test("gives 74 and a line, for every command", arguments: commands)
    func bad(command: [String]) throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: station.ledger))
        let before = try Program.tree(station.maildir)
        for bytes in [Data(), good.dropLast(), good.prefix(1), good.prefix(good.count / 2), Data("<html>\n".utf8)] {
            try bytes.write(to: URL(fileURLWithPath: station.ledger))
            let run = try run(command, station.ledger)
            #expect(run.status == 74, "\(bytes.count): \(run.errors)")
            #expect(!run.text.contains("may be mailed"))
            let told = command == ["doctor"] ? run.lines.filter { $0.hasPrefix("error    ledger") } : run.errorLines
            #expect(told.contains { $0.contains(station.ledger) }, "\(run.text) \(run.errors)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: station.ledger)) == bytes)
        }
        #expect(try Program.tree(station.maildir) == before)
    }

    @Test("that is absent gives 66 to all that make none", arguments: commands)
    func absent(command: [String]) throws {
        guard !["import", "reprocess", "scan", "doctor"].contains(command[0]) || command.contains("--rebuild") else {
            return
        }
        let run = try run(command, station.folder.path("absent.sqlite"))
        #expect(run.status == 66, "\(run.errors)")
        #expect(run.errorLines.count == 1)
        #expect(!station.folder.names("").contains("absent.sqlite"))
    }

    @Test("with a byte changed in the index of addresses is told by check, verify and doctor")
    func index() throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: station.ledger))
        let text = Data("bob@dest.example".utf8)
        var (told, start) = (0, good.startIndex)
        while let range = good.range(of: text, in: start..<good.endIndex) {
            start = range.upperBound
            var bad = good
            bad[range.lowerBound + 1] += 1
            try bad.write(to: URL(fileURLWithPath: station.ledger))
            let check = try run(["check", "bob@dest.example"], station.ledger)
            #expect(check.status == 1 || check.status == 74)
            guard check.status == 74 else { continue }
            told += 1
            let verify = try run(["ledger", "verify"], station.ledger)
            #expect(verify.status == 74)
            #expect(verify.errors.contains("damaged"))
            #expect(try run(["doctor"], station.ledger).status == 74)
        }
        #expect(told > 0)
    }
}

@Suite("outputs")
struct OutputTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
    }

    @Test("none is the ledger, or what stands next to it, by whatever path")
    func refused() throws {
        #expect(try station.scan("--limit", "1").status == 0)
        #expect(symlink(station.ledger, station.folder.path("link")) == 0)
        #expect(link(station.ledger, station.folder.path("hard")) == 0)
        let before = try station.folder.everything()
        let ledger = station.ledger
        for path in [
            ledger, ledger + "-wal", ledger + "-shm", ledger + "-journal", station.maildir + "/../ledger.sqlite",
            station.folder.path("link"), station.folder.path("hard"), station.maildir + "/.maildir-bounce",
        ] {
            for option in ["--metrics", "--archive"] {
                let run = try station.scan(option, path)
                #expect(run.status == 64, "\(option) \(path): \(run.errors)")
                #expect(run.errorLines.count == 1)
                #expect(run.errors.contains(option))
            }
            let key = "[metrics]\nfile = \"\(path)\"\n"
            let config = try station.folder.write("config.toml", key)
            #expect(try station.scan("--config", config).status == 78)
            unlink(config)
            #expect(try Program.run("ledger", "copy", station.ledger, path).status != 0)
        }
        #expect(try Program.run("ledger", "copy", ledger, ledger + "-journal").status == 64)
        func messages(_ tree: String) -> [Substring] { tree.split(separator: "\n").filter { !$0.hasPrefix(". ") } }
        #expect(messages(try station.folder.everything()) == messages(before))
    }

    @Test("an archive has no folder that is the ledger; a ledger is no message")
    func places() throws {
        let archive = station.folder.path("archive")
        #expect(mkdir(archive, 0o700) == 0)
        for (ledger, more) in [
            (archive + "/hard-bounce", ["--archive", archive]), (station.maildir + "/new/ledger.sqlite", []),
            (station.maildir + "/cur/ledger.sqlite", []), (station.maildir + "/.maildir-bounce", []),
        ] {
            let run = try Program.run(["scan", "--maildir", station.maildir, "--ledger", ledger] + more)
            #expect(run.status == 64, "\(ledger): \(run.errors)")
            #expect(access(ledger, F_OK) != 0)
        }
        #expect(station.new.count == 4)
    }

    @Test("init makes no two things in one place")
    func initialise() throws {
        for pair in [["--config", "--ledger"], ["--maildir", "--ledger"], ["--archive", "--ledger"]] {
            let place = station.folder.path("x")
            var arguments = ["init", "--return-path", "b@example.com", "--user", Account.name(of: geteuid())]
            for option in ["--config", "--maildir", "--ledger", "--archive"] {
                arguments += [option, pair.contains(option) ? place : station.folder.path(String(option.dropFirst(2)))]
            }
            let run = try Program.run(arguments)
            #expect(run.status == 64, "\(pair): \(run.errors)")
            #expect(access(place, F_OK) != 0)
        }
    }

    @Test("init keeps no ledger that is no good")
    func kept() throws {
        try station.folder.write("ledger.sqlite", "")
        let run = try Program.run([
            "init", "--return-path", "b@example.com", "--user", Account.name(of: geteuid()), "--config",
            station.folder.path("c.toml"), "--maildir", station.maildir, "--ledger", station.ledger,
        ])
        #expect(run.status == 74)
        #expect(run.errors.contains("is empty"))
    }
}
