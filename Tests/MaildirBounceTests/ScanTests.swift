import Foundation
import Maildir
import Testing

@Suite("scan")
struct ScanTests {
    let station: Station

    init() throws { station = try Station() }

    @Test("counts what is in new/, moves it to cur/ as seen, and says nothing")
    func countsAndMoves() throws {
        try station.deliverFour()
        let run = try station.scan()
        #expect(run.status == 0)
        #expect(run.output.isEmpty)
        #expect(run.errors.isEmpty)
        #expect(station.new.isEmpty)
        #expect(station.cur == (1...4).map { "179551440\($0).V\($0).host:2,S" })
        #expect(
            try station.classes() == ["hard-bounce": 1, "soft-bounce": 1, "auto-reply": 1, "not-a-bounce": 1])
        let check = try Program.run("check", "bob@dest.example", "--ledger", station.ledger)
        #expect(check.status == 1)
    }

    @Test("prints one summary line with --verbose")
    func verbose() throws {
        try station.deliverFour()
        let run = try station.scan("--verbose")
        #expect(run.lines.count == 1)
        #expect(run.text.hasPrefix("4 messages: "))
        #expect(run.text.contains("4 counted"))
        #expect(run.errors.isEmpty)
        #expect(try station.scan("--verbose").text == "nothing new\n")
    }

    @Test("changes nothing the second time")
    func secondScan() throws {
        try station.deliverFour()
        _ = try station.scan()
        let (tree, counters) = (try Program.tree(station.maildir), try station.counters())
        let run = try station.scan()
        #expect(run.status == 0)
        #expect(try Program.tree(station.maildir) == tree)
        #expect(try station.counters() == counters)
    }

    @Test("only moves a message that it has counted before, as after a kill between commit and move")
    func killedBeforeMove() throws {
        try station.deliverFour()
        _ = try station.scan()
        let counters = try station.counters()
        for name in station.cur {
            try FileManager.default.moveItem(
                atPath: station.folder.path("Maildir/cur/" + name),
                toPath: station.folder.path("Maildir/new/" + name.dropLast(4)))
        }
        let run = try station.scan("--verbose")
        #expect(run.text.contains("4 known from an earlier run"))
        #expect(station.new.isEmpty)
        #expect(station.cur.count == 4)
        #expect(try station.counters() == counters)
    }

    @Test("counts one report once that was delivered twice under two names")
    func deliveredTwice() throws {
        let mail = Mail.bounce("bob@dest.example", id: "D1")
        try station.deliver("1795514401.V1.host", mail)
        try station.deliver("1795514409.V9.host", "Delivered-To: other@lists.example.com\n" + mail)
        _ = try station.scan()
        #expect(station.cur.count == 2)
        #expect(try station.classes() == ["hard-bounce": 1])
        #expect(try station.summary().duplicates == 1)
    }

    @Test("takes the first messages by name with --limit")
    func limit() throws {
        try station.deliverFour()
        #expect(try station.scan("--limit", "1").status == 0)
        #expect(station.cur == ["1795514401.V1.host:2,S"])
        #expect(try station.scan("--limit", "2").status == 0)
        #expect(station.new == ["1795514404.V4.host"])
    }

    @Test("moves reports to a Maildir for each class, and leaves what is no report in cur/")
    func archive() throws {
        try station.deliverFour()
        let run = try station.scan("--archive", station.folder.path("archive"))
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(station.folder.names("archive") == ["auto-reply", "hard-bounce", "soft-bounce"])
        for name in station.folder.names("archive") {
            #expect(station.folder.names("archive/" + name) == ["cur", "new", "tmp"])
            #expect(station.folder.names("archive/\(name)/cur").count == 1)
        }
        #expect(station.folder.names("archive/hard-bounce/cur") == ["1795514401.V1.host:2,S"])
        #expect(station.cur == ["1795514404.V4.host:2,S"])
        let address = try Program.run("address", "bob@dest.example", "--ledger", station.ledger, "--format", "jsonl")
        #expect(address.text.contains("archive/hard-bounce/cur/1795514401.V1.host:2,S"))
    }

    @Test("leaves a request to unsubscribe in cur/ for a person, and counts it against nobody")
    func unsubscribe() throws {
        let rules = try station.folder.write(
            "rules.toml", "[[rule]]\nwhen.text = [\"sign me off\"]\nthen.class = \"unsubscribe\"\n")
        let config = try station.folder.write("config.toml", "rules = \"\(rules)\"\n")
        try station.deliver(
            "1795514409.V9.host",
            Mail.letter(id: "U1").replacingOccurrences(of: "Subject: ", with: "Subject: Sign me off, "))
        let run = try station.scan(
            "--config", config, "--archive", station.folder.path("archive"), "--format", "jsonl")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.objects().first?["class"] as? String == "unsubscribe")
        #expect(station.cur == ["1795514409.V9.host:2,S"])
        #expect(try station.classes() == ["unsubscribe": 1])
        #expect(try station.summary().suppressed.isEmpty)
    }

    @Test("records where a message went under an absolute path, whatever paths were given")
    func relativePaths() throws {
        try station.deliverFour()
        let run = try Program.shell(
            #"cd "$1" && "$PROGRAM" scan --maildir Maildir/ --ledger ledger.sqlite --archive archive/ --format jsonl"#,
            station.folder.root)
        #expect(run.status == 0)
        let objects = try run.objects()
        #expect(objects.map { $0["file"] as? String }.first == "Maildir/new/1795514401.V1.host")
        let destinations = objects.compactMap { $0["destination"] as? String }
        #expect(destinations.count == 4)
        for destination in destinations {
            #expect(destination.hasPrefix("/"))
            #expect(access(destination, F_OK) == 0)
        }
    }

    @Test("leaves with success and one line where another run holds the Maildir")
    func lockedOut() throws {
        try station.deliverFour()
        let lock = try #require(try RunLock.tryAcquire(on: try Maildir(opening: station.maildir)))
        let run = try station.scan()
        lock.release()
        #expect(run.status == 0)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("another run"))
        #expect(station.new.count == 4)
        #expect(try station.scan().errors.isEmpty)
        #expect(station.new.isEmpty)
    }

    @Test("counts every message once where several scans start together")
    func together() throws {
        for number in 0..<300 {
            try station.deliver("17955144\(number).V.host", Mail.bounce("user\(number)@dest.example", id: "T\(number)"))
        }
        let arguments = ["scan", "--maildir", station.maildir, "--ledger", station.ledger]
        let runs = try (0..<4).map { _ in try Program.start(arguments) }
        for run in runs { run.waitUntilExit() }
        #expect(runs.allSatisfy { $0.terminationStatus == 0 })
        #expect(station.new.isEmpty)
        #expect(station.cur.count == 300)
        #expect(try station.classes() == ["hard-bounce": 300])
    }

    @Test("works through several batches in the order of the names")
    func batches() throws {
        for number in 0..<2_500 {
            try station.deliver("1795514400.V\(number).host", Mail.bounce("u\(number)@dest.example", id: "B\(number)"))
        }
        let run = try station.scan("--format", "jsonl")
        let files = try run.objects().compactMap { $0["file"] as? String }
        #expect(files.count == 2_500)
        #expect(files == files.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        #expect(station.cur.count == 2_500)
        #expect(try station.summary().addresses == 2_500)
    }

    @Test("leaves what is no message where it is, names it, and goes on")
    func strangers() throws {
        try station.deliverFour()
        #expect(mkfifo(station.folder.path("Maildir/new/1.fifo"), 0o600) == 0)
        try FileManager.default.createDirectory(
            atPath: station.folder.path("Maildir/new/2.folder"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: station.folder.path("Maildir/new/3.link"), withDestinationPath: "/etc/passwd")
        let run = try station.scan("--verbose")
        #expect(run.status == 0)
        #expect(station.new == ["1.fifo", "2.folder", "3.link"])
        #expect(station.cur.count == 4)
        #expect(run.errorLines.count == 3)
        #expect(run.errorLines.allSatisfy { $0.hasPrefix("maildir-bounce: warning: ") })
        #expect(run.text.contains("3 left in new/"))
    }

    @Test("leaves a message that it may not read, names it, and goes on", .enabled(if: Program.isRoot))
    func unreadable() throws {
        try station.deliverFour()
        try station.folder.open()
        _ = try Program.command(["/bin/chmod", "0", station.maildir + "/new/1795514402.V2.host"])
        let run = try station.scan(asNobody: true)
        #expect(run.status == 73)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("1795514402.V2.host"))
        #expect(station.new == ["1795514402.V2.host"])
        #expect(station.cur.count == 3)
    }

    @Test("tells only the number of the rest where hundreds of names are no messages")
    func manyStrangers() throws {
        for number in 0..<100 {
            try FileManager.default.createSymbolicLink(
                atPath: station.folder.path("Maildir/new/\(number).link"), withDestinationPath: "/nowhere")
        }
        let run = try station.scan()
        #expect(run.errorLines.count == 21)
        #expect(run.errors.contains("80 more"))
    }

    @Test("reads a message no further than the limit, and flags it for a person")
    func longMessage() throws {
        let line = String(repeating: "x", count: 99) + "\n"
        let mail = Mail.bounce("bob@dest.example", id: "L1") + String(repeating: line, count: 60_000)
        try station.deliver("1795514401.V1.host", mail)
        let run = try station.scan("--format", "jsonl")
        let object = try #require(try run.objects().first)
        #expect(object["class"] as? String == "hard-bounce")
        #expect((object["limit"] as? String)?.contains("4194304") == true)
        #expect(station.cur == ["1795514401.V1.host:2,FS"])
    }

    @Test("lets no control character of a name or a mail reach the terminal", arguments: ["text", "jsonl", "csv"])
    func hostileNames(format: String) throws {
        let script = #"""
            cd "$1/new"
            name=$'1795514401.\e]0;owned\a\n\xff\u202e.mail'
            printf 'From: a@dest.example\nSubject: \033[31m=?utf-8?q?=1B[2J=C2=9B?=\n\nx\n' > "$name"
            mkfifo "$name.fifo"
            "$PROGRAM" scan --maildir "$1" --ledger "$2" --dry-run --format "$3" &&
            "$PROGRAM" scan --maildir "$1" --ledger "$2" --verbose --format "$3"
            """#
        let run = try Program.shell(script, station.maildir, station.ledger, format)
        #expect(run.status == 0)
        #expect(station.folder.names("Maildir/cur").count == 1)
        for bytes in [run.output, Data(run.errors.utf8)] {
            #expect(!bytes.isEmpty)
            #expect(bytes.allSatisfy { [0x0A, 0x0D].contains($0) || ($0 >= 0x20 && $0 != 0x7F) })
            #expect(bytes.range(of: Data("\u{202E}".utf8)) == nil)
            #expect(bytes.range(of: Data("\u{9B}".utf8)) == nil)
        }
    }

    @Test(
        "stops with 74 where the reader of its output goes away; what was not moved is printed again",
        arguments: [1, 4])
    func closedPipe(lines: Int) throws {
        for number in 0..<3_000 {
            try station.deliver("17955144\(number).V.host", Mail.bounce("u\(number)@dest.example", id: "P\(number)"))
        }
        let run = try Program.shell(
            #"""
            "$PROGRAM" scan --maildir "$1" --ledger "$2" --format jsonl | head -n "$3"; exit ${PIPESTATUS[0]}
            """#,
            station.maildir, station.ledger, String(lines))
        #expect(run.status == 74)
        #expect(run.lines.count == lines)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("maildir-bounce changes"))
        // The first batch fills the pipe, so its reader has gone before the second one is moved.
        let moved = station.cur.count
        #expect(moved > 0 && moved < 3_000)
        #expect(moved + station.new.count == 3_000)
        #expect(try #require(try station.classes()["hard-bounce"]) >= moved)
        let next = try station.scan("--format", "jsonl")
        #expect(next.status == 0)
        #expect(next.lines.count == 3_000 - moved)
        #expect(station.new.isEmpty)
        #expect(try station.classes() == ["hard-bounce": 3_000])
    }

    @Test("counts and moves nothing where nobody reads its verdicts from the start")
    func deadReader() throws {
        for number in 0..<20 {
            try station.deliver("17955144\(number).V.host", Mail.bounce("u\(number)@dest.example", id: "P\(number)"))
        }
        func status(_ more: String...) throws -> Int32 {
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            let process = try Program.start(
                ["scan", "--maildir", station.maildir, "--ledger", station.ledger] + more, output: pipe)
            process.waitUntilExit()
            return process.terminationStatus
        }
        #expect(try status("--format", "jsonl") == 74)
        #expect(station.cur.isEmpty && station.new.count == 20)
        #expect(try station.classes().isEmpty)
        #expect(try station.scan("--format", "jsonl").lines.count == 20)
        // Nobody asked for its verdicts.
        try station.deliver("1795514499.V.host", Mail.bounce("last@dest.example", id: "last"))
        #expect(try status() == 0)
        #expect(station.new.isEmpty)
    }

    @Test("leaves in good order when asked to stop, and the next run does the rest", arguments: [SIGTERM, SIGINT])
    func stopped(signal: Int32) throws {
        for number in 0..<4_000 {
            try station.deliver("17955144\(number).V.host", Mail.bounce("u\(number)@dest.example", id: "Q\(number)"))
        }
        // It waits for us to read: its first batch fills the pipe.
        let pipe = Pipe()
        let process = try Program.start(
            ["scan", "--maildir", station.maildir, "--ledger", station.ledger, "--format", "jsonl"], output: pipe)
        while station.cur.count < 1_000, process.isRunning { usleep(1_000) }
        kill(process.processIdentifier, signal)
        try pipe.fileHandleForWriting.close()
        let lines = try #require(try pipe.fileHandleForReading.readToEnd()).split(separator: UInt8(ascii: "\n"))
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 75)
        let moved = station.cur.count
        #expect(moved < 4_000)
        #expect(lines.count == moved)
        #expect(station.new.count == 4_000 - moved)
        #expect(try station.classes() == ["hard-bounce": moved])
        #expect(try station.scan().status == 0)
        #expect(try station.classes() == ["hard-bounce": 4_000])
    }

    @Test("loses nothing and counts nothing twice when it is killed", arguments: [1, 400, 1_001])
    func killed(moved: Int) throws {
        for number in 0..<2_000 {
            try station.deliver("17955144\(number).V.host", Mail.bounce("u\(number)@dest.example", id: "K\(number)"))
        }
        let process = try Program.start(["scan", "--maildir", station.maildir, "--ledger", station.ledger])
        while station.cur.count < moved, process.isRunning { usleep(200) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(station.new.count + station.cur.count == 2_000)
        #expect(try station.scan().status == 0)
        #expect(station.new.isEmpty)
        #expect(station.cur.count == 2_000)
        #expect(try station.classes() == ["hard-bounce": 2_000])
    }
}
