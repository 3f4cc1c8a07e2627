import Foundation
import Testing

@Suite("suppress, release, forget and prune")
struct ManualActionTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliver("1637748005.V1.host", Self.bounce("bob@dest.example", id: "S1"))
        #expect(try station.scan().status == 0)
    }

    /// A report of 2021: these tests act by hand, which is always now.
    private static func bounce(_ address: String, id: String) -> String {
        Mail.bounce(address, id: id).replacing("Tue, 24 Nov 2026", with: "Wed, 24 Nov 2021")
    }

    private func run(_ arguments: String..., input: String = "") throws -> Run {
        try Program.run(arguments + ["--ledger", station.ledger], input: Data(input.utf8))
    }

    private func isSuppressed(_ address: String) throws -> Bool {
        let run = try run("check", address)
        #expect(run.status <= 1)
        return run.status == 1
    }

    @Test("suppress and release do what they say, and stay in the history with who, why and until when")
    func history() throws {
        let suppressed = try run(
            "suppress", "Ann@Dest.example", "cid@dest.example", "--reason", "unsubscribed", "--note", "by telephone",
            "--author", "eve", "--until", "2099-06-30")
        #expect(suppressed.status == 0)
        #expect(suppressed.text == "2 suppressed\n")
        #expect(
            try run("check", "ann@dest.example").text.contains(
                "until 2099-06-30T00:00:00Z: suppressed by hand (unsubscribed)"))
        #expect(
            try run("release", "ann@dest.example", "bob@dest.example", "--note", "is back").lines == [
                "ann@dest.example: may be mailed", "bob@dest.example: may be mailed", "2 released",
            ])
        // Bob had a hard bounce.
        for address in ["ann@dest.example", "bob@dest.example"] { #expect(try !isSuppressed(address)) }
        #expect(try isSuppressed("cid@dest.example"))
        let object = try #require(try run("address", "ann@dest.example", "--format", "jsonl").objects().first)
        let actions = try #require(object["actions"] as? [[String: Any]])
        #expect(actions.map { $0["kind"] as? String } == ["release", "suppress"])
        #expect(actions.map { $0["note"] as? String } == ["is back", "by telephone"])
        #expect(actions.last?["author"] as? String == "eve")
        #expect(actions.last?["reason"] as? String == "unsubscribed")
        #expect(actions.last?["until"] as? String == "2099-06-30T00:00:00Z")
        #expect(
            try run("address", "ann@dest.example").text.contains("unsubscribed  until 2099-06-30T00:00:00Z  by eve"))
    }

    @Test("A release is not undone by mail that arrived before it")
    func oldMail() throws {
        #expect(try run("release", "bob@dest.example").status == 0)
        try station.deliver("1637748006.V6.host", Self.bounce("bob@dest.example", id: "S6"))
        #expect(try station.scan().status == 0)
        let record = try #require(try run("address", "bob@dest.example", "--format", "jsonl").objects().first)
        #expect((record["reports"] as? [String: Int])?["hard"] == 2)
        #expect(try !isSuppressed("bob@dest.example"))
    }

    @Test("An address is shown as it was first seen, too")
    func spelling() throws {
        try station.deliver("1637748007.V7.host", Self.bounce("Ann.Lee@Dest.Example", id: "S7"))
        #expect(try station.scan().status == 0)
        #expect(try run("address", "ann.lee@dest.example").lines[1] == "    first seen as Ann.Lee@dest.example")
        let object = try run("address", "ANN.LEE@dest.example", "--format", "jsonl").objects().first
        #expect(object?["address"] as? String == "ann.lee@dest.example")
        #expect(object?["spelling"] as? String == "Ann.Lee@dest.example")
    }

    @Test("The author is the user, or who is behind sudo")
    func author() throws {
        let script = #"exec env $2 "$PROGRAM" suppress ann@dest.example --reason x --ledger "$1""#
        let user = try Program.command(["/usr/bin/id", "-un"]).lines.first
        #expect(try Program.shell(script, station.ledger, "SUDO_USER=").status == 0)
        #expect(try run("address", "ann@dest.example").text.contains("by \(user ?? "?")"))
        if Program.isRoot {
            #expect(
                try Program.shell(script.replacing(" x ", with: " y "), station.ledger, "SUDO_USER=eve").status == 0)
            #expect(try run("address", "ann@dest.example").text.contains("by eve"))
        }
    }

    @Test("Lists come from a file or from standard input", arguments: ["-", "--from"])
    func lists(how: String) throws {
        let list = "# left\r\nann@dest.example\r\n\n\"cid x\"@dest.example\tsince 2020\n  dan@dest.example"
        let arguments = how == "-" ? ["-"] : ["--from", try station.folder.write("list", list)]
        let run = try Program.run(
            ["suppress"] + arguments + ["--reason", "x", "--ledger", station.ledger],
            input: how == "-" ? Data(list.utf8) : Data())
        #expect(run.text == "3 suppressed\n")
        for address in ["ann@dest.example", "\"cid x\"@dest.example", "dan@dest.example"] {
            #expect(try isSuppressed(address))
        }
    }

    @Test(
        "Where one is no address nothing is done, and each is named by its number", arguments: ["suppress", "release"])
    func allOrNothing(command: String) throws {
        let reason = command == "suppress" ? ["--reason", "x"] : []
        let addresses = ["ann@dest.example", "nonsense", "bob@dest.example", "bob@\u{1B}[31m"]
        let before = try station.folder.everything()
        let stopped = try Program.run([command] + addresses + reason + ["--ledger", station.ledger])
        #expect(stopped.status == 65)
        #expect(stopped.output.isEmpty)
        #expect(stopped.errorLines.count == 3)
        #expect(stopped.errors.contains("address 2: nonsense: this is no mail address"))
        #expect(stopped.errors.contains("address 4: bob@\\x1B[31m: this is no mail address"))
        #expect(stopped.errors.contains("nothing was changed: 2 addresses are broken; give --skip-invalid"))
        #expect(try station.folder.everything() == before)
        let skipped = try Program.run([command] + addresses + reason + ["--skip-invalid", "--ledger", station.ledger])
        #expect(skipped.status == 0)
        #expect(
            skipped.lines.last
                == (command == "suppress"
                    ? "2 suppressed, 2 broken and left out"
                    : "1 released, 1 not suppressed before, 2 broken and left out"))
        if command == "release" {
            #expect(skipped.lines.first == "ann@dest.example: was not suppressed; may be mailed")
        }
        #expect(try isSuppressed("bob@dest.example") == (command == "suppress"))
        let none = try Program.run([command, "nonsense"] + reason + ["--skip-invalid", "--ledger", station.ledger])
        #expect(none.status == 65)
        #expect(none.errors.contains("nothing was changed: 1 address is broken"))
    }

    @Test("A command line that makes no sense changes nothing and makes no ledger")
    func usage() throws {
        let before = try station.folder.everything()
        for arguments in [
            ["suppress", "ann@dest.example"], ["suppress", "--reason", "x"],
            ["suppress", "a@b.example", "--reason", ""],
            ["suppress", "a@b.example", "--reason", "x", "--until", "2001-01-01"],
            ["suppress", "a@b.example", "--reason", "x", "--until", "tomorrow"],
            ["suppress", "a@b.example", "--reason", "x", "--from", "list"], ["release"], ["forget"],
            ["prune"], ["prune", "--older-than", "0d"], ["prune", "--older-than", "400"],
            ["prune", "--older-than", "99999999999999999999w"],
        ] {
            let run = try Program.run(arguments + ["--ledger", station.ledger])
            #expect(run.status == 64, "\(arguments)")
            #expect(run.errorLines.count == 1)
        }
        #expect(try station.folder.everything() == before)
        let absent = station.folder.path("absent.sqlite")
        for arguments in [
            ["suppress", "a@b.example", "--reason", "x"], ["release", "a@b.example"], ["forget", "a@b.example"],
            ["prune", "--older-than", "1d"],
        ] {
            let run = try Program.run(arguments + ["--ledger", absent])
            #expect(run.status == 66)
            #expect(run.errors.contains("there is no ledger \(absent)"))
        }
        #expect(try station.folder.everything() == before)
    }

    @Test("forget leaves no trace of the address but that it is suppressed, and names the files that name it")
    func forget() throws {
        let run = try run("forget", "bob@dest.example", "stranger@dest.example")
        #expect(run.status == 0)
        #expect(run.lines.first == "bob@dest.example: erased")
        #expect(run.lines.last == "stranger@dest.example: nothing was known")
        #expect(run.lines.contains { $0.hasPrefix("    named in ") && $0.contains("1637748005.V1.host") })
        #expect(try Program.command(["/bin/grep", "-qai", "bob@dest", station.ledger]).status == 1)
        #expect(try isSuppressed("bob@dest.example"))
        #expect(try self.run("address", "bob@dest.example").text.contains("its history was erased; suppressed since"))
        #expect(try self.run("export").output.isEmpty)
        #expect(try self.run("release", "bob@dest.example").status == 0)
        #expect(try !isSuppressed("bob@dest.example"))
    }

    @Test("forget does nothing where one of the addresses is none")
    func forgetNothing() throws {
        let before = try station.folder.everything()
        let run = try run("forget", "bob@dest.example", "nonsense")
        #expect(run.status == 65)
        #expect(run.errors.contains("address 2: nonsense"))
        #expect(try station.folder.everything() == before)
    }

    @Test("prune drops old details and changes no answer")
    func prune() throws {
        let before = try run("address", "bob@dest.example").text
        #expect(before.contains("5.1.1"))
        let pruned = try run("prune", "--older-than", "400d")
        #expect(pruned.lines.first == "dropped: reports 1, outcomes 1, changes 0; what they led to stays")
        #expect(pruned.lines.count == 2)
        #expect(pruned.lines[1].hasPrefix("the ledger's file "))
        let after = try run("address", "bob@dest.example").text
        #expect(!after.contains("5.1.1"))
        #expect(after.split(separator: "\n")[1] == before.split(separator: "\n")[1])
        #expect(try isSuppressed("bob@dest.example"))
    }

    @Test("A release looks afterwards: whoever is forgotten or was not suppressed, and who is suppressed all the same")
    func looksAfterwards() throws {
        #expect(try run("forget", "bob@dest.example").status == 0)
        let forgotten = try run("release", "bob@dest.example", "eve@dest.example")
        #expect(forgotten.status == 0)
        #expect(
            forgotten.lines == [
                "bob@dest.example: may be mailed", "eve@dest.example: was not suppressed; may be mailed",
                "1 released, 1 not suppressed before",
            ])
        // It stands against what arrived before and comes later.
        try station.deliver("1637748008.V8.host", Self.bounce("eve@dest.example", id: "S8"))
        #expect(try station.scan().status == 0)
        #expect(try !isSuppressed("eve@dest.example"))
        #expect(
            try run("release", "eve@dest.example").lines.first == "eve@dest.example: was not suppressed; may be mailed")
    }

    @Test("More addresses than are asked for at once are each told of")
    func manyReleases() throws {
        let list = (0..<10_500).map { "u\($0)@dest.example\n" }.joined()
        #expect(try run("suppress", "-", "--reason", "x", input: list).text == "10500 suppressed\n")
        let released = try run("release", "-", input: list + "bob@dest.example\n")
        #expect(released.status == 0)
        #expect(released.lines.count == 10_502)
        #expect(released.lines.last == "10501 released")
        #expect(released.lines.dropLast().allSatisfy { $0.hasSuffix(": may be mailed") })
    }

    @Test(
        "A pattern is no address, whatever takes one by hand",
        arguments: [
            "*@x.example", "**@x.example", "<*@X.Example>", "%@x.example", ".*@x.example", "*@*.example", "@x.example",
        ])
    func patterns(pattern: String) throws {
        let before = try station.folder.everything()
        for command in [["suppress", "--reason", "x"], ["release"], ["forget"], ["check"]] {
            let run = try Program.run(command + [pattern, "--ledger", station.ledger])
            #expect(run.status == 65, "\(command)")
            #expect(run.output.isEmpty)
            #expect(run.errors.contains("maildir-bounce suppress --domain"), "\(command): \(run.errors)")
        }
        for (command, line) in [
            (["import"], pattern), (["import", "--format", "csv"], "address\n\"\(pattern)\""),
            (["import", "--format", "jsonl"], "{\"address\": \"\(pattern)\"}"),
            (["import", "--format", "postfix"], "\(pattern) REJECT"), (["suppress", "--reason", "x", "-"], pattern),
            (["check", "--batch"], pattern),
        ] {
            let run = try Program.run(command + ["--ledger", station.ledger], input: Data((line + "\n").utf8))
            #expect(run.status == 65, "\(command)")
            #expect(run.errors.contains("maildir-bounce suppress --domain"), "\(command): \(run.errors)")
        }
        #expect(try station.folder.everything() == before)
    }

    @Test("A star among other letters is a letter, and so is one in quotes")
    func stars() throws {
        for address in ["*x@x.example", "a*b@x.example", "100%@x.example", "\"*\"@x.example"] {
            #expect(try run("suppress", address, "--reason", "x").text == "1 suppressed\n", "\(address)")
            #expect(try isSuppressed(address))
            #expect(try run("release", address).lines.last == "1 released")
        }
    }

    @Test("forget names copies, says what was pruned, and calls nothing erased while another program reads")
    func forgetTellsTruth() throws {
        try station.deliver("1637748009.V9.host", Self.bounce("bob@dest.example", id: "S1"))
        #expect(try station.scan().status == 0)
        let script = #"""
            import os, sqlite3, subprocess, sys
            program, ledger = os.environ["PROGRAM"], sys.argv[1]

            def forget():
                done = subprocess.run([program, "forget", "bob@dest.example", "--ledger", ledger])
                print("status", done.returncode, flush=True)

            reader = sqlite3.connect(ledger, isolation_level=None)
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM delivery").fetchall()
            forget()
            reader.close()
            forget()
            for name in (ledger, ledger + "-wal"):
                print("found", open(name, "rb").read().lower().count(b"bob@dest"))
            """#
        let run = try Program.command(
            ["/usr/bin/env", "PROGRAM=\(Program.path)", "python3", "-c", script, station.ledger])
        #expect(run.lines.contains("bob@dest.example: taken out of the tables, but still in the file"))
        #expect(!run.text.contains("erased"))
        #expect(run.lines.contains("status 75"))
        #expect(run.errors.contains("another program is reading the ledger as it was before"))
        #expect(run.lines.contains("status 0"))
        for name in ["1637748005.V1.host", "1637748009.V9.host"] {
            #expect(run.lines.contains { $0.hasPrefix("    named in ") && $0.contains(name) })
        }
        #expect(run.lines.suffix(2) == ["found 0", "found 0"])
    }
}
