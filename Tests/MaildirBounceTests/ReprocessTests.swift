import Foundation
import Testing

@testable import MaildirBounce

@Suite("reprocess")
struct ReprocessTests {
    let station: Station

    init() throws { station = try Station() }

    private func reprocess(
        _ sources: String..., options: [String] = [], ledger: String? = nil, input: Data = Data(),
        asNobody: Bool = false
    ) throws -> Run {
        try Program.run(
            ["reprocess"] + sources + ["--ledger", ledger ?? station.ledger] + options, input: input,
            asNobody: asNobody)
    }

    /// What the ledger says of every address, and what it has counted.
    private func state(_ ledger: String? = nil) throws -> String {
        let run = try Program.shell(
            """
            python3 - "$1" <<'END'
            import sqlite3, sys
            ledger = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
            for row in ledger.execute("SELECT * FROM counters ORDER BY address"): print(row)
            for row in ledger.execute("SELECT * FROM suppressed ORDER BY address"): print(row)
            for row in ledger.execute("SELECT hour, term.text, sum(counted) FROM tally JOIN term ON term.id = class "
                                      "GROUP BY 1, 2 ORDER BY 1, 2"): print(row)
            END
            """, ledger ?? station.ledger)
        #expect(run.status == 0, "\(run.errors)")
        return run.text
    }

    private func duplicates(_ ledger: String? = nil) throws -> Int {
        let run = try Program.shell(
            """
            python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(
                "SELECT count(*) FROM delivery WHERE duplicate_of IS NOT NULL").fetchone()[0])' "$1"
            """, ledger ?? station.ledger)
        return try #require(Int(run.text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    private static let postmark = "From MAILER-DAEMON Tue Nov 24 10:00:05 2026\n"

    private var mails: [String] {
        [
            Mail.bounce("bob@dest.example", id: "S1"), Mail.softBounce("carol@dest.example", id: "S2"),
            Mail.autoReply(id: "S3"), Mail.letter(id: "S4"),
        ]
    }

    private func mbox(_ mails: [String]) -> String { mails.map { Self.postmark + $0 + "\n" }.joined() }

    @Test("counts the new and cur of a Maildir, writes nothing there, and counts nothing the second time")
    func maildir() throws {
        try station.deliverFour()
        try station.folder.write("Maildir/cur/1795514405.V5.host:2,RS", Mail.bounce("eve@dest.example", id: "S5"))
        let tree = try Program.tree(station.maildir)
        let run = try reprocess(station.maildir)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.lines.count == 1)
        #expect(run.text.hasPrefix("5 messages: 2 hard-bounce"))
        #expect(run.text.contains("5 counted"))
        #expect(try Program.tree(station.maildir) == tree)
        let before = try state()
        #expect(before.contains("eve@dest.example"))
        let again = try reprocess(station.maildir)
        #expect(again.text.contains("0 counted, 5 known before"))
        #expect(try state() == before)
    }

    @Test("and scan count a message once, whichever of them comes first")
    func withScan() throws {
        try station.deliverFour()
        _ = try reprocess(station.maildir)
        let before = try state()
        let scan = try station.scan("--verbose")
        #expect(scan.text.contains("0 counted, 4 known from an earlier run"))
        #expect(station.new.isEmpty)
        #expect(station.cur.count == 4)
        #expect(try state() == before)
        #expect(try reprocess(station.maildir).text.contains("0 counted, 4 known before"))
        #expect(try duplicates() == 0)
    }

    @Test("knows what scan has filed in an archive")
    func archive() throws {
        try station.deliverFour()
        _ = try station.scan("--archive", station.folder.path("archive"))
        let before = try state()
        let run = try reprocess(station.folder.path("archive"), station.maildir)
        #expect(run.text.contains("0 counted, 4 known before"))
        #expect(try state() == before)
        #expect(try duplicates() == 0)
        // One folder of it, and from a ledger that knows nothing.
        #expect(try reprocess(station.folder.path("archive/hard-bounce")).text.contains("0 counted, 1 known before"))
        let other = station.folder.path("other.sqlite")
        #expect(
            try reprocess(station.folder.path("archive"), station.maildir, ledger: other).text.contains("4 counted"))
        #expect(try state(other) == before)
    }

    @Test("knows what it counted in new/ and scan filed in an archive afterwards")
    func filedLater() throws {
        try station.deliverFour()
        #expect(try reprocess(station.maildir).text.contains("4 counted"))
        let before = try state()
        _ = try station.scan("--archive", station.folder.path("archive"))
        let run = try reprocess(station.folder.path("archive"), station.maildir)
        #expect(run.text.contains("0 counted, 4 known before"))
        #expect(try state() == before)
        #expect(try duplicates() == 0)
    }

    @Test(
        "counts the same from every kind of source",
        arguments: ["mbox", "mbox.gz", "mbox -", "folder", "files", "tar", "tar -", "tar.gz -", "mbox.tar", "gz.tar"])
    func sources(kind: String) throws {
        for (number, mail) in mails.enumerated() { try station.folder.write("x/Mails/\(number).eml", mail) }
        try station.folder.write("x.mbox", mbox(mails))
        let script =
            switch kind {
            case "mbox": #""$PROGRAM" reprocess x.mbox --ledger "$2""#
            case "mbox.gz":
                // Two members: what gzip >> appends.
                #"""
                head -c 1500 x.mbox | gzip > y.mbox.gz; tail -c +1501 x.mbox | gzip >> y.mbox.gz
                "$PROGRAM" reprocess y.mbox.gz --ledger "$2"
                """#
            case "mbox -": #""$PROGRAM" reprocess - --ledger "$2" < x.mbox"#
            case "folder": #""$PROGRAM" reprocess x --ledger "$2""#
            case "files": #""$PROGRAM" reprocess x/Mails/?.eml --ledger "$2""#
            case "tar": #"tar cf y.tar x && "$PROGRAM" reprocess y.tar --ledger "$2""#
            case "tar -": #"set -o pipefail; tar c x | "$PROGRAM" reprocess - --ledger "$2""#
            case "tar.gz -": #"set -o pipefail; tar cz x | "$PROGRAM" reprocess - --ledger "$2""#
            case "mbox.tar": #"tar c x.mbox | "$PROGRAM" reprocess - --ledger "$2""#
            default: #"gzip x/Mails/*; tar c x | "$PROGRAM" reprocess - --ledger "$2""#
            }
        let run = try Program.shell(#"cd "$1"; "# + script, station.folder.root, station.ledger)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.text.contains("4 counted"))
        try station.deliverFour()
        let other = station.folder.path("other.sqlite")
        _ = try Program.run("scan", "--maildir", station.maildir, "--ledger", other)
        #expect(try state() == state(other))
        // The same mails from another container are the same mails.
        let again = try reprocess(station.folder.path("x.mbox"))
        #expect(again.text.contains("0 counted, 4 known before"))
        // The Maildir's are copies of them, with names of their own.
        #expect(try reprocess(station.maildir).text.contains("0 counted, 4 duplicates"))
        #expect(try duplicates() == 4)
        #expect(try state() == state(other))
    }

    @Test("takes a report twice delivered for one, and it does not matter which comes first")
    func order() throws {
        let late = mails[0].replacingOccurrences(of: "24 Nov 2026 10:00:05", with: "25 Nov 2026 10:00:05")
        try station.folder.write("a.mbox", mbox([mails[0]]))
        try station.folder.write("b.mbox", mbox([late]))
        let other = station.folder.path("other.sqlite")
        let (a, b) = (station.folder.path("a.mbox"), station.folder.path("b.mbox"))
        #expect(try reprocess(a, b).text.contains("1 counted, 1 duplicates"))
        #expect(try reprocess(b, a, ledger: other).text.contains("1 counted, 1 duplicates"))
        #expect(try state() == state(other))
    }

    @Test("takes only what arrived in the period")
    func period() throws {
        let later = mails[1].replacingOccurrences(of: "24 Nov 2026", with: "26 Nov 2026")
        try station.folder.write("x.mbox", mbox([mails[0], later]))
        let path = station.folder.path("x.mbox")
        let none = try reprocess(path, options: ["--until", "2026-11-24"])
        #expect(none.status == 0)
        #expect(none.text.contains("2 outside the period"))
        let run = try reprocess(path, options: ["--since", "2026-11-25", "--until", "2026-11-27T00:00:00Z"])
        #expect(run.text.hasPrefix("1 message: 1 soft-bounce; 1 counted, 1 outside the period"))
        #expect(try station.classes() == ["soft-bounce": 1])
        #expect(try reprocess(path, options: ["--since", "2026-11-24T10:00:05Z"]).text.contains("1 counted, 1 known"))
    }

    @Test("says in a dry run what it would do, and writes nothing", arguments: [false, true])
    func dryRun(asNobody: Bool) throws {
        if asNobody, !Program.isRoot { return }
        try station.deliverFour()
        _ = try station.scan("--limit", "1")
        try station.folder.write("x.mbox", mbox([mails[0], Mail.bounce("eve@dest.example", id: "S9")]))
        _ = try Program.command(["/bin/chmod", "-R", "a+rX", station.folder.root])
        let before = try station.folder.everything()
        let run = try reprocess(
            station.maildir, station.folder.path("x.mbox"), options: ["--dry-run"], asNobody: asNobody)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(!run.text.contains("#2: "))
        #expect(run.text.contains("4 counted, 1 duplicates, 1 known before"))
        #expect(run.text.contains("Newly suppressed addresses: 1\n    eve@dest.example  hard bounce"))
        #expect(run.text.contains("\n    eve@dest.example  hard 0 -> 1\n"))
        #expect(run.text.contains("\nBrakes that would pull: 0\n"))
        #expect(try station.folder.everything() == before)
        for option in ["--verbose", "-v", "--format=text"] {
            let told = try reprocess(station.folder.path("x.mbox"), options: ["--dry-run", option])
            #expect(told.text.contains("\(station.folder.path("x.mbox"))#2: hard-bounce"))
            #expect(told.text.contains("Newly suppressed addresses: 1\n    eve@dest.example  hard bounce"))
        }
        let json = try reprocess(station.folder.path("x.mbox"), options: ["--dry-run", "--format", "jsonl"])
        #expect(try json.objects().count == 2)
    }

    @Test("counts what came before where an mbox, a gzip file or a tar archive breaks off")
    func brokenOff() throws {
        try station.folder.write("x.mbox", mbox(mails))
        for (number, mail) in mails.enumerated() { try station.folder.write("m/\(number)", mail) }
        let script = #"""
            cd "$1"
            head -c -200 x.mbox > cut.mbox
            gzip -c x.mbox | head -c -100 > cut.mbox.gz
            tar cf - --sort=name m | head -c 9000 > cut.tar
            for source in cut.mbox cut.mbox.gz cut.tar; do
                "$PROGRAM" reprocess $source --ledger $source.sqlite; echo "$source $?"
            done
            """#
        let run = try Program.shell(script, station.folder.root)
        #expect(run.lines.filter { $0.hasPrefix("cut.") } == ["cut.mbox 66", "cut.mbox.gz 66", "cut.tar 66"])
        #expect(run.errorLines.count == 3)
        #expect(run.errorLines.allSatisfy { $0.contains("error: cut.") })
        #expect(run.errors.contains("cut.mbox ends in the middle of a message, which was not counted"))
        #expect(run.errors.contains("cut.mbox.gz ends early: its gzip data are incomplete"))
        #expect(run.errors.contains("cut.tar ends early, within a"))
        #expect(run.lines.filter { $0.contains("3 messages") }.count >= 1)
        // When the whole one turns up, the rest counts, and nothing twice.
        for ledger in ["cut.mbox.sqlite", "cut.mbox.gz.sqlite", "cut.tar.sqlite"] {
            let path = station.folder.path(ledger)
            #expect(try reprocess(station.folder.path("x.mbox"), ledger: path).status == 0)
            _ = try reprocess(station.folder.path("x.mbox"))
            #expect(try state(path) == state())
            #expect(try duplicates(path) == 0)
        }
    }

    @Test("names a source that is missing or cannot be read, and takes the others")
    func missing() throws {
        try station.folder.write("x.mbox", mbox(mails))
        let (path, gone) = (station.folder.path("x.mbox"), station.folder.path("gone"))
        let none = try reprocess(gone)
        #expect(none.status == 66)
        #expect(none.errorLines.count == 1)
        #expect(!FileManager.default.fileExists(atPath: station.ledger))
        let run = try reprocess(gone, path)
        #expect(run.status == 66)
        #expect(run.errors.contains("\(gone) is not there"))
        #expect(run.text.contains("4 counted"))
    }

    @Test("names files that may not be read, and takes the others")
    func unreadable() throws {
        guard Program.isRoot else { return }
        try station.deliverFour()
        let other = try station.folder.write("other/y.eml", mails[0])
        try station.folder.write("other/z.eml", mails[1])
        try station.folder.open()
        chmod(station.maildir + "/new/1795514401.V1.host", 0)
        chmod(other, 0)
        let run = try reprocess(station.maildir, station.folder.path("other"), asNobody: true)
        #expect(run.status == 66)
        #expect(run.errorLines.count == 2)
        #expect(run.text.contains("3 counted, 1 duplicates"))
    }

    @Test("says so where nothing in the sources is mail")
    func nothing() throws {
        try station.folder.write("x/picture.png", "\u{89}PNG\r\n")
        try station.folder.write("x/empty", "")
        for arguments in [[station.folder.path("x")], ["-"]] {
            let run = try Program.run(["reprocess"] + arguments + ["--ledger", station.ledger])
            #expect(run.status == 65)
            #expect(run.errors.contains("no message in the sources"))
        }
        // A Maildir with nothing in it is no mistake.
        #expect(try reprocess(station.maildir).status == 0)
    }

    @Test(
        "refuses orders that make no sense",
        arguments: [
            [], ["--rebuild", "x"], ["--reclassify"], ["x", "--yes"], ["x", "--jobs", "0"], ["-", "-"],
            ["x", "--since", "yesterday"], ["x", "--since", "2026-02-01", "--until", "2026-01-01"],
            ["--rebuild", "--dry-run"], ["x", "--reclassify", "--dry-run"],
        ])
    func usage(arguments: [String]) throws {
        let run = try Program.run(["reprocess"] + arguments + ["--ledger", station.ledger])
        #expect(run.status == 64)
        #expect(run.errorLines.count == 1)
    }

    /// A configuration whose rule takes "user unknown" for a matter of policy.
    private func lenientConfig() throws -> String {
        let rules = try station.folder.write(
            "rules.toml",
            "[[rule]]\nname = \"mine\"\nwhen.text = [\"user unknown\"]\nthen.reason = \"policyviolation\"\n")
        return try station.folder.write("config.toml", "rules = \"\(rules)\"\n")
    }

    @Test("replaces verdicts under today's rules, and only where somebody agrees", arguments: ["Maildir", "mbox"])
    func reclassify(kind: String) throws {
        try station.deliverFour()
        _ = try station.scan()
        try station.folder.write("x.mbox", mbox(mails))
        let source = kind == "mbox" ? station.folder.path("x.mbox") : station.maildir
        let options = ["--reclassify", "--config", try lenientConfig()]
        let before = try state()
        let asked = try reprocess(source, options: options)
        #expect(asked.status == 75)
        #expect(asked.errors.contains("nobody is there to ask; add --yes"))
        #expect(asked.lines.contains("- bob@dest.example  may be mailed; was suppressed: hard bounce (userunknown)"))
        #expect(asked.lines.contains("    1  hard-bounce to soft-bounce"))
        #expect(asked.lines.last == "Addresses that change sides: 0 suppressed, 1 may be mailed")
        #expect(try state() == before)
        let done = try reprocess(source, options: options + ["--yes"])
        #expect(done.status == 0)
        #expect(done.lines.last == "Committed.")
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 0)
        #expect(try station.classes() == ["soft-bounce": 2, "auto-reply": 1, "not-a-bounce": 1])
        // Back again; a scan does not count what has been replaced.
        #expect(try reprocess(source, options: ["--reclassify", "--yes"]).status == 0)
        #expect(try state() == before)
        #expect(try station.scan("--verbose").text == "nothing new\n")
    }

    @Test("asks at a terminal before it commits", arguments: ["y", "n"])
    func asks(answer: String) throws {
        try station.deliverFour()
        _ = try station.scan()
        let command =
            "\(Program.path) reprocess \(station.maildir) --ledger \(station.ledger) --reclassify "
            + "--config \(try lenientConfig())"
        let run = try Program.command(
            ["/usr/bin/script", "-qec", command, "/dev/null"], input: Data("\(answer)\n".utf8))
        #expect(run.text.contains("Commit this?"))
        #expect(run.status == (answer == "y" ? 0 : 75))
        let check = try Program.run("check", "bob@dest.example", "--ledger", station.ledger)
        #expect(check.status == (answer == "y" ? 0 : 1))
    }

    @Test("derives counters that were damaged from the events")
    func rebuild() throws {
        try station.deliverFour()
        _ = try station.scan()
        let before = try state()
        _ = try Program.shell(
            #"""
            python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1])
            d.execute("UPDATE address SET hard = 7, cause = NULL"); d.execute("DELETE FROM tally"); d.commit()' "$1"
            """#, station.ledger)
        #expect(try state() != before)
        let asked = try Program.run("reprocess", "--rebuild", "--ledger", station.ledger)
        #expect(asked.status == 75)
        #expect(asked.lines.first == "+ bob@dest.example  suppressed: hard bounce (userunknown)")
        #expect(try state() != before)
        let run = try Program.run("reprocess", "--rebuild", "--yes", "--ledger", station.ledger)
        #expect(run.status == 0)
        #expect(try state() == before)
        // With nobody on another side there is nothing to agree to.
        #expect(try Program.run("reprocess", "--rebuild", "--ledger", station.ledger).status == 0)
        #expect(try Program.run("reprocess", "--rebuild", "--ledger", station.folder.path("gone")).status == 66)
    }

    @Test("changes not a byte where nobody agrees, whatever has changed in the policy", arguments: [true, false])
    func unasked(isRebuild: Bool) throws {
        try station.deliverFour()
        _ = try station.scan()
        let config = try station.folder.write("c.toml", "[policy.hard]\ndays = 2\n")
        let order = isRebuild ? ["--rebuild"] : ["--reclassify", station.maildir]
        let counters = try state()
        let before = try station.folder.everything()
        let run = try Program.run(["reprocess"] + order + ["--config", config, "--ledger", station.ledger])
        #expect(run.status == 75)
        #expect(run.lines.contains { $0.hasPrefix("- bob@dest.example  may be mailed") })
        #expect(run.errors.contains("nothing was changed: nobody is there to ask; add --yes"))
        if isRebuild { #expect(try station.folder.everything() == before) }
        #expect(try state() == counters)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 1)
        // Also where nobody changes sides, but the numbers are others.
        let quiet = try station.folder.write("q.toml", "[policy.complaint]\ndays = 2\n")
        let other = try Program.run(["reprocess"] + order + ["--config", quiet, "--ledger", station.ledger])
        #expect(other.status == 75)
        let verified = try Program.run("ledger", "verify", "--ledger", station.ledger)
        #expect(verified.status == 0)
        let none = try Program.run(["reprocess"] + order + ["--ledger", station.ledger])
        #expect(none.status == 0)
        #expect(none.text.contains("Nothing to change"))
        #expect(
            try Program.run(["reprocess"] + order + ["--yes", "--config", config, "--ledger", station.ledger]).status
                == 0)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 0)
    }

    @Test("passes over what lies beside mails, and lets no name reach the terminal as it is")
    func hostile() throws {
        try station.folder.write("x/Mails/new/1795514401.V1.host", mails[0])
        try station.folder.write("x/Mails/cur/1795514402.V2.host:2,S", mails[1])
        try station.folder.write("x/Mails/tmp/1795514403.V3.host", mails[2])
        try station.folder.write("x/Mails/dovecot-uidlist", "3 V1\n")
        let run = try Program.shell(
            #"""
            cd "$1"; name=$'a\e]0;owned\a\n\xff'
            mkfifo x/fifo; ln -s .. x/loop; ln -s /dev/zero x/zero
            cp x/Mails/cur/* "x/$name.eml"; cp x/Mails/dovecot-uidlist "x/$name"
            head -c 900 x/Mails/new/* | gzip | head -c 300 > "x/$name.gz"
            timeout 60 "$PROGRAM" reprocess x "x/$name.eml" --ledger "$2"; echo "status $?"
            tar c x | timeout 60 "$PROGRAM" reprocess - --ledger "$2.tar"; echo "status $?"
            """#, station.folder.root, station.ledger)
        #expect(run.lines.filter { $0.hasPrefix("status") } == ["status 66", "status 66"])
        // The file given twice is one, and a copy of the Maildir's.
        #expect(run.lines.first?.hasSuffix("2 counted, 1 duplicates, 1 known before") == true)
        #expect(run.lines.dropFirst(2).first?.hasSuffix("2 counted, 1 known before") == true)
        #expect(run.errors.contains("ends early: its gzip data are incomplete; it was not counted"))
        #expect(run.errors.contains("holds no mail and was passed over: "))
        for bytes in [run.output, Data(run.errors.utf8)] {
            #expect(bytes.allSatisfy { $0 == 0x0A || ($0 >= 0x20 && $0 != 0x7F) })
        }
    }

    @Test("stops with 74 where the reader of its output goes away, and the next run prints all and counts the rest")
    func closedPipe() throws {
        let many = (0..<3_000).map { Mail.bounce("u\($0)@dest.example", id: "Q\($0)") }
        let path = try station.folder.write("x.mbox", mbox(many))
        let run = try Program.shell(
            #""$PROGRAM" reprocess "$1" --ledger "$2" --format jsonl | head -1; exit ${PIPESTATUS[0]}"#,
            path, station.ledger)
        #expect(run.status == 74)
        #expect(run.lines.count == 1)
        #expect(run.errors.contains("maildir-bounce changes"))
        let counted = try #require(try station.classes()["hard-bounce"])
        #expect(counted > 0 && counted < 3_000)
        let next = try Program.run("reprocess", path, "--ledger", station.ledger, "--format", "jsonl")
        #expect(next.status == 0)
        #expect(next.lines.count == 3_000)
        #expect(try station.classes() == ["hard-bounce": 3_000])
    }

    @Test("stops in good order, says where, and the next run does the rest", arguments: [SIGINT, SIGTERM])
    func stopped(signal: Int32) throws {
        let many = (0..<3_000).map { Mail.bounce("u\($0)@dest.example", id: "Q\($0)") }
        let path = try station.folder.write("x.mbox", mbox(many))
        // It waits for us to read: its first batch fills the pipe.
        let run = try Program.shell(
            #"""
            mkfifo "$1.out"
            "$PROGRAM" reprocess "$1" --ledger "$2" --format jsonl > "$1.out" 2> "$1.err" &
            exec 3< "$1.out"
            read -r line <&3
            kill -$3 $!
            cat <&3 > "$1.rest"
            wait $!; echo "status $?"; cat "$1.err"
            """#, path, station.ledger, "\(signal)")
        #expect(run.lines.first == "status 75")
        #expect(run.lines.last?.contains("messages, at \(path)#") == true)
        let counted = try #require(try station.classes()["hard-bounce"])
        #expect(counted > 0 && counted < 3_000)
        #expect(run.lines.last?.contains("after \(counted) messages") == true)
        let rest = try reprocess(path)
        #expect(rest.text.contains("\(3_000 - counted) counted, \(counted) known before"))
    }

    @Test("shows a bar at a terminal, and nothing elsewhere unless it is told to")
    func progress() throws {
        let path = try station.folder.write(
            "x.mbox", mbox((0..<4_000).map { Mail.bounce("u\($0)@dest.example", id: "P\($0)") }))
        let command = "\(Program.path) reprocess \(path) --ledger \(station.ledger) --jobs 1"
        let terminal = try Program.command(["/usr/bin/script", "-qec", command, "/dev/null"])
        #expect(terminal.status == 0)
        #expect(terminal.text.contains("["))
        #expect(terminal.text.contains(" hard-bounce"))
        #expect(terminal.text.contains(" %  "))
        #expect(try reprocess(path).errors.isEmpty)
    }
}

@Suite("the progress of a run")
struct ProgressTests {
    private func tally(_ count: Int) -> BacklogTally {
        var tally = BacklogTally()
        tally.outside = count
        return tally
    }

    @Test("is a bar at a terminal, lines where it goes elsewhere, nothing where nobody is logged in")
    func style() {
        #expect(Progress.Style(.auto, isTerminal: true, isAttended: true) == .bar)
        #expect(Progress.Style(.auto, isTerminal: false, isAttended: true) == .lines)
        #expect(Progress.Style(.auto, isTerminal: false, isAttended: false) == .none)
        #expect(Progress.Style(.always, isTerminal: false, isAttended: false) == .lines)
        #expect(Progress.Style(.always, isTerminal: true, isAttended: true) == .bar)
        #expect(Progress.Style(.never, isTerminal: true, isAttended: true) == .none)
    }

    @Test("is a line every ten seconds where there is no terminal")
    func lines() {
        var progress = Progress(style: .lines, total: { 1_000 }, now: 0)
        #expect(progress.line(done: 100, tally(50), now: 9_999, width: nil) == nil)
        #expect(
            progress.line(done: 250, tally(100), now: 10_000, width: nil) == "25 %  100 messages, 10/s  30 s left")
        #expect(progress.line(done: 300, tally(120), now: 19_000, width: nil) == nil)
        #expect(progress.line(done: 500, tally(200), now: 20_000, width: nil) == "50 %  200 messages, 10/s  20 s left")
    }

    @Test("fits the terminal, and knows no end where there is none")
    func bar() {
        var progress = Progress(style: .bar, total: { 1_000 }, now: 0)
        #expect(
            progress.line(done: 500, tally(7), now: 7_000_000, width: 79)
                == "[##########..........] 50 %  7 messages, 0/s  1 h 56 min left")
        #expect(progress.line(done: 900, tally(8), now: 7_000_300, width: 30)?.count == 30)
        var endless = Progress(style: .bar, total: { nil }, now: 0)
        #expect(endless.line(done: 500, tally(70), now: 10_000, width: 79) == "70 messages, 7/s")
        var never = Progress(style: .none, total: { 1_000 }, now: 0)
        #expect(never.line(done: 500, tally(7), now: 1_000_000, width: 79) == nil)
    }
}
