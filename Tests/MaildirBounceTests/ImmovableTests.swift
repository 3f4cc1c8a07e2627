import Foundation
import Ledger
import Testing

@testable import MaildirBounce

/// Files in new/ that this user may read and not move: another user's, in a folder with the sticky bit.
@Suite("scan, where files cannot be moved,", .enabled(if: Program.isRoot))
struct ImmovableTests {
    private let station: Station

    init() throws { station = try Station() }

    /// Delivers bounces about `PREFIXn@dest.example`.
    private func deliver(_ count: Int, _ prefix: String, seconds: Int) throws {
        for number in 0..<count {
            try station.deliver(
                "\(seconds + number).V.host", Mail.bounce("\(prefix)\(number)@dest.example", id: "\(prefix)\(number)"))
        }
    }

    /// Gives all to nobody but the files of `new/` whose names begin so, and the folder, which gets the sticky bit.
    private func stick(_ prefix: String) throws {
        try station.folder.open()
        let run = try Program.shell(
            #"chown root "$1"/new/"$2"* "$1/new" && chmod 1777 "$1/new" && chmod 644 "$1"/new/*"#, station.maildir,
            prefix)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("goes on with the other classes where the archive has no folder for one")
    func oneClass() throws {
        let archive = station.folder.path("archive")
        try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: true)
        try station.folder.write("archive/hard-bounce", "in the way")
        try deliver(3, "dead", seconds: 1_795_514_400)
        try station.deliver("1795514500.V.host", Mail.autoReply(id: "A1"))
        for known in [0, 3] {
            let run = try station.scan("--archive", archive, "--verbose")
            #expect(run.status == 73)
            #expect(run.text.contains(known == 0 ? "4 counted" : "3 known"))
            #expect(station.new.count == 3)
            #expect(station.folder.names("archive/auto-reply/cur").count == 1)
        }
        try FileManager.default.removeItem(atPath: archive + "/hard-bounce")
        #expect(try station.scan("--archive", archive).status == 0)
        #expect(station.new.isEmpty)
        #expect(try station.classes() == ["hard-bounce": 3, "auto-reply": 1])
    }

    @Test("names each and leaves it, counts it once, and moves all others", arguments: [false, true])
    func others(hasArchive: Bool) throws {
        try deliver(3, "stuck", seconds: 1_000_000_000)
        try deliver(40, "good", seconds: 1_795_514_400)
        try stick("1000000")
        let more = hasArchive ? ["--archive", station.folder.path("archive")] : []
        for round in 1...3 {
            let run = try Program.run(
                ["scan", "--maildir", station.maildir, "--ledger", station.ledger] + more, asNobody: true)
            #expect(run.status == 73, "\(run.errors)")
            #expect(run.errorLines.filter { $0.contains("warning: cannot move ") }.count == 3)
            #expect(run.errorLines.last?.contains("3 counted and not moved") == true)
            #expect(station.new.count == 3, "round \(round)")
            #expect(try station.classes() == ["hard-bounce": 43])
        }
        let moved = hasArchive ? station.folder.names("archive/hard-bounce/cur") : station.cur
        #expect(moved.count == 40)
    }

    @Test("goes on with the others although more of them than a batch stand in front")
    func manyInFront() throws {
        try deliver(1_100, "stuck", seconds: 1_000_000_000)
        try deliver(50, "good", seconds: 1_795_514_400)
        try stick("100000")
        let run = try station.scan(asNobody: true)
        #expect(run.status == 73)
        #expect(station.cur.count == 50)
        #expect(try station.classes() == ["hard-bounce": 1_150])
        // Named one by one up to the limit, then their number.
        #expect(run.errorLines.count == NamedProblems.limit + 2)
        #expect(run.errors.contains("\(1_100 - NamedProblems.limit) more"))
    }

    @Test("with --limit takes as many others in place of those that an earlier run has counted")
    func limit() throws {
        try deliver(4, "stuck", seconds: 1_000_000_000)
        try deliver(5, "good", seconds: 1_795_514_400)
        try stick("1000000")
        var counted: [Int] = []
        for _ in 0..<5 {
            #expect(try station.scan("--limit", "2", asNobody: true).status == 73)
            counted.append(try station.classes()["hard-bounce"] ?? 0)
        }
        #expect(counted == [2, 4, 6, 8, 9])
        #expect(station.new.count == 4)
        #expect(station.cur.count == 5)
    }

    @Test(
        "to another file system leaves no copy there", .enabled(if: access("/dev/shm", W_OK) == 0))
    func otherFileSystem() throws {
        let archive = "/dev/shm/maildir-bounce-test-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: archive) }
        try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: false)
        #expect(chmod(archive, 0o777) == 0)
        try deliver(2, "stuck", seconds: 1_000_000_000)
        try deliver(3, "good", seconds: 1_795_514_400)
        try stick("1000000")
        for _ in 0..<2 {
            #expect(try station.scan("--archive", archive, asNobody: true).status == 73)
            let names = try FileManager.default.contentsOfDirectory(atPath: archive + "/hard-bounce/cur")
            #expect(names.count == 3, "\(names)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: archive + "/hard-bounce/tmp").isEmpty)
            #expect(station.new.count == 2)
        }
    }

    @Test("stops where it is the folder that lets nothing go")
    func folder() throws {
        try deliver(30, "good", seconds: 1_795_514_400)
        try station.folder.open()
        // Immutable while the run has it: the check before it sees nothing.
        let run = try Program.shell(
            #"""
            "$PROGRAM" scan --maildir "$1" --ledger "$2" --limit 1 > /dev/null
            chattr +i "$1/cur" 2> /dev/null || exit 99
            "$PROGRAM" scan --maildir "$1" --ledger "$2"; status=$?
            chattr -i "$1/cur"; exit $status
            """#, station.maildir, station.ledger)
        guard run.status != 99 else { return }
        #expect(run.status == 73)
        #expect(run.errorLines.count == 1)
    }
}

@Suite("what root makes", .enabled(if: Program.isRoot))
struct OwnerTests {
    private let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
        try station.folder.open()
    }

    private func owners(_ folder: String) throws -> Set<String> {
        let run = try Program.command(["/usr/bin/find", folder, "-printf", "%U:%G\n"])
        return Set(run.lines)
    }

    @Test("belongs to the owner of the folder that holds it, so that the service can go on")
    func scan() throws {
        let archive = station.folder.path("archive")
        let metrics = station.folder.path("bounces.prom")
        #expect(try station.scan("--archive", archive, "--metrics", metrics).status == 0)
        #expect(try owners(station.folder.root) == ["65534:65534"])
        try station.deliver("1795514409.V9.host", Mail.bounce("dave@dest.example", id: "S9"))
        try station.folder.open()
        #expect(try station.scan("--archive", archive, "--metrics", metrics, asNobody: true).status == 0)
        #expect(try station.classes()["hard-bounce"] == 2)
    }

    @Test("by hand, too", arguments: ["import", "copy"])
    func byHand(command: String) throws {
        let list = try station.folder.write("list.txt", "bob@dest.example\n")
        let ledger = station.folder.path("made.sqlite")
        let run: Run
        if command == "import" {
            run = try Program.run("import", list, "--ledger", ledger)
        } else {
            #expect(try station.scan().status == 0)
            run = try Program.run("ledger", "copy", station.ledger, ledger)
        }
        #expect(run.status == 0, "\(run.errors)")
        for suffix in ["", "-wal", "-shm"] where access(ledger + suffix, F_OK) == 0 {
            #expect(try owners(ledger + suffix) == ["65534:65534"], "\(suffix)")
        }
        let suppress = ["suppress", "eve@dest.example", "--reason", "left", "--ledger", ledger]
        #expect(try Program.run(suppress, asNobody: true).status == 0)
    }
}
