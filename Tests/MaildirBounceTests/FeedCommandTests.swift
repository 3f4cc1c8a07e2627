import Foundation
import Ledger
import Testing

@testable import MaildirBounce

@Suite("changes and hook")
struct FeedCommandTests {
    let station: Station
    let config: String
    /// What the hook's program has got.
    let got: String

    init() throws {
        station = try Station()
        config = station.folder.path("config.toml")
        got = station.folder.path("got")
        try write(hook: "#!/bin/sh\nexec cat >> '\(got)'\n")
        try station.deliverFour()
    }

    private func write(hook script: String, _ more: String = "") throws {
        let program = station.folder.path("take")
        try? FileManager.default.removeItem(atPath: program)
        try script.write(toFile: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        try """
        ledger = "\(station.ledger)"
        [[hook]]
        name = "shop"
        command = ["\(program)"]
        as_root = true
        \(more)
        """.write(toFile: config, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: config)
    }

    private func run(_ words: String...) throws -> Run { try Program.run(words + ["--config", config]) }

    private func objects(_ lines: [String]) throws -> [[String: Any]] {
        try lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
    }

    private var gotten: [String] {
        get throws {
            try String(contentsOfFile: got, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    @Test("changes lists what a scan has decided, from a number on, in three formats")
    func changes() throws {
        #expect(try station.scan().status == 0)
        #expect(try run("suppress", "ann@dest.example", "--reason", "asked").status == 0)
        let text = try run("changes")
        #expect(text.status == 0 && text.errors.isEmpty)
        #expect(text.lines.count == 2)
        let columns = text.lines[0].split(separator: "\t").map(String.init)
        #expect(columns.count == 7)
        #expect(
            [0, 2, 3, 4, 5, 6].map { columns[$0] } == [
                "1", "suppressed", "bob@dest.example", "-", "hard", "userunknown",
            ])
        let json = try objects(try run("changes", "--after", "1", "--format", "jsonl").lines)
        #expect(json.count == 1)
        #expect(json[0]["number"] as? Int == 2 && json[0]["address"] as? String == "ann@dest.example")
        #expect(json[0]["cause"] as? String == "manual" && json[0]["reason"] as? String == "asked")
        let epoch = try #require(json[0]["epoch"] as? String)
        #expect(try run("changes", "--after", "\(epoch):2").lines == [])
        #expect(try run("changes", "--limit", "1").lines == [text.lines[0]])
        let csv = try run("changes", "--format", "csv").lines
        #expect(csv.count == 3 && csv[0].hasPrefix("number,epoch,at,change,address,domain,stream,cause,reason,key"))
        #expect(csv[2].hasPrefix("2,\(epoch),"))
    }

    @Test("Who cannot read on is told so, with status 65", arguments: ["3", "00000000:1", "99999999999"])
    func gap(cursor: String) throws {
        #expect(try station.scan().status == 0)
        let run = try run("changes", "--after", cursor)
        #expect(run.status == 65 && run.lines.isEmpty)
        #expect(run.errors.contains("--snapshot"))
    }

    @Test(
        "A cursor or a number that is none is refused",
        arguments: ["x", "-1", "1:", ":1", "a:b", "1:2:3", "٣", "99999999999999999999"])
    func badCursor(cursor: String) throws {
        #expect(try run("changes", "--after=\(cursor)").status == 64)
    }

    @Test("A snapshot has a beginning, everything that is suppressed, and an end with the number to go on from")
    func snapshot() throws {
        #expect(try station.scan().status == 0)
        for words in [
            ["suppress", "--domain", "evil.example", "--reason", "traps"],
            ["suppress", "ann@dest.example", "--stream", "news.example", "--reason", "asked"],
            ["suppress", "x@dest.example", "--reason", "asked"], ["release", "x@dest.example"],
        ] { #expect(try Program.run(words + ["--config", config]).status == 0) }
        let rows = try objects(try run("changes", "--snapshot", "--format", "jsonl").lines)
        #expect(
            rows.map { $0["change"] as? String } == ["begin", "suppressed", "suppressed", "suppressed", "complete"])
        #expect(rows.dropFirst().dropLast().allSatisfy { $0["number"] == nil })
        #expect(rows[1]["address"] as? String == "bob@dest.example")
        #expect(rows[2]["domain"] as? String == "evil.example" && rows[2]["address"] == nil)
        #expect(rows[3]["stream"] as? String == "news.example")
        #expect(rows.last?["number"] as? Int == 5)
        #expect(try run("changes", "--snapshot", "--format", "csv").lines.count == 6)
        #expect(try run("changes", "--snapshot", "--limit", "3").status == 64)
    }

    @Test("After a new epoch is ordered, everybody begins again")
    func newEpoch() throws {
        #expect(try station.scan().status == 0)
        #expect(try run("hook", "run").status == 0)
        let ordered = try run("changes", "--new-epoch")
        #expect(ordered.status == 0 && ordered.lines.count == 1)
        for cursor in ["0", "1"] { #expect(try run("changes", "--after", cursor).status == 65) }
        try FileManager.default.removeItem(atPath: got)
        #expect(try run("hook", "run").status == 0)
        #expect(try objects(gotten).map { $0["change"] as? String } == ["begin", "suppressed", "complete"])
    }

    @Test("A hook gets everything at first, then each change once; a failure gives the same again")
    func hook() throws {
        #expect(try station.scan().status == 0)
        let first = try run("hook", "run", "--verbose")
        #expect(first.status == 0 && first.errors.contains("hook shop: 1 change"))
        #expect(try objects(gotten).map { $0["change"] as? String } == ["begin", "suppressed", "complete"])
        try FileManager.default.removeItem(atPath: got)
        #expect(try run("hook", "run", "shop").status == 0)
        #expect(!FileManager.default.fileExists(atPath: got))

        _ = try run("suppress", "ann@dest.example", "--reason", "asked")
        _ = try run("release", "ann@dest.example")
        try write(hook: "#!/bin/sh\ncat >> '\(got)'\nexit 3\n")
        let failed = try run("hook", "run")
        #expect(failed.status == 75 && failed.errors.contains("status 3"))
        #expect(try run("hook", "run").status == 75)
        #expect(try run("hook", "list").lines.last?.contains("it ended with status 3") == true)
        let status = try run("status")
        #expect(status.lines.contains { $0.hasPrefix("hook shop") && $0.contains("2 wait; failed 2x") })
        let nagios = try run("status", "--nagios")
        #expect(nagios.status == 1 && nagios.lines[0].contains("hook shop: "))
        let doctor = try run("doctor", "--format", "json")
        #expect(doctor.lines.joined().contains("2 wait; failed 2x"))
        try write(hook: "#!/bin/sh\nexec cat >> '\(got)'\n")
        #expect(try run("hook", "run").status == 0)
        #expect(try objects(gotten).map { $0["number"] as? Int } == [2, 3, 2, 3, 2, 3])
        #expect(try objects(try run("hook", "list", "--format", "jsonl").lines).first?["number"] as? Int == 3)
        #expect(try run("status", "--nagios").lines[0].contains("hook") == false)

        #expect(try run("hook", "reset", "shop").status == 0)
        #expect(try run("hook", "reset", "shop").status == 65)
        #expect(try run("hook", "run").status == 0)
        #expect(try objects(gotten).map { $0["change"] as? String }.suffix(3) == ["begin", "suppressed", "complete"])
    }

    @Test(
        "It gets no other changes than it asks for, none before it began if it wants no snapshot, and so many at a time"
    )
    func chosen() throws {
        #expect(try station.scan().status == 0)
        try write(
            hook: "#!/bin/sh\necho run >> '\(got)'\ncat >> '\(got)'\n",
            "on = [\"released\"]\nsnapshot = false\nrows = 2")
        #expect(try run("hook", "run").status == 0)
        for number in 0..<3 {
            _ = try run("suppress", "a\(number)@dest.example", "--reason", "asked")
            _ = try run("release", "a\(number)@dest.example")
        }
        #expect(try run("hook", "run").status == 0)
        let lines = try gotten
        #expect(lines.count { $0 == "run" } == 3)
        let rows = try objects(lines.filter { $0 != "run" })
        #expect(rows.map { $0["change"] as? String } == ["released", "released", "released"])
        #expect(rows.map { $0["number"] as? Int } == [3, 5, 7])
    }

    @Test(
        "A program that hangs, dies, or does not read everything has taken nothing",
        arguments: [
            ("#!/bin/sh\nsleep 60 > /dev/null 2>&1 < /dev/null\n", "did not read on for 1 s"),
            ("#!/bin/sh\ncat > /dev/null\nsleep 60\n", "did not end within 1 s"),
            ("#!/bin/sh\nkill -9 $$\n", "signal 9"),
            ("#!/bin/sh\nexec 0<&-\nsleep 0.2\n", "before it had read everything"),
            ("#!/nowhere\n", "cannot run"),
        ])
    func fails(script: String, words: String) throws {
        try write(hook: script, "timeout_seconds = 1")
        // More than a pipe holds.
        let store = try LedgerStore(path: station.ledger, mode: .readWrite, policy: Policy())
        try store.suppress((0..<3_000).map { "user-number-\($0)@dest.example" }, at: LedgerSamples.now)
        let failed = try run("hook", "run")
        #expect(failed.status == 75)
        #expect(failed.errors.contains(words), "\(failed.errors)")
        #expect(try store.hooks().first?.epoch == nil)
        #expect(try store.hooks().first?.failures == 1)
    }

    @Test("Nothing is run as root that does not say so; an unknown hook is a mistake; one failing hook stops no other")
    func refusals() throws {
        #expect(try run("hook", "run", "other").status == 64)
        #expect(try station.scan().status == 0)
        let text = try String(contentsOfFile: config, encoding: .utf8)
        try (text + "\n[[hook]]\nname = \"broken\"\ncommand = [\"/bin/false\"]\nas_root = true\n")
            .replacingOccurrences(
                of: "[[hook]]\nname = \"shop\"",
                with:
                    "[[hook]]\nname = \"first\"\ncommand = [\"/bin/false\"]\nas_root = true\n[[hook]]\nname = \"shop\""
            )
            .write(toFile: config, atomically: true, encoding: .utf8)
        let all = try run("hook", "run")
        #expect(all.status == 75)
        #expect(all.errors.contains("hook first") && all.errors.contains("hook broken"))
        #expect(try objects(gotten).count == 3)
        guard geteuid() == 0 else { return }
        try text.replacingOccurrences(of: "as_root = true", with: "").write(
            toFile: config, atomically: true, encoding: .utf8)
        let refused = try run("hook", "run")
        #expect(refused.status == 78 && refused.errors.contains("as_root"))
    }

    @Test(
        "A table that says nonsense is refused with its place",
        arguments: [
            ("name = \"a b\"\ncommand = [\"/bin/true\"]", "hook.name"), ("command = [\"/bin/true\"]", "hook.name"),
            ("name = \"a\"", "hook.command"), ("name = \"a\"\ncommand = [\"true\"]", "hook.command"),
            ("name = \"a\"\ncommand = [\"/bin/true\"]\non = [\"gone\"]", "hook.on"),
            ("name = \"a\"\ncommand = [\"/bin/true\"]\nrows = 0", "hook.rows"),
            ("name = \"a\"\ncommand = [\"/bin/true\"]\non = []", "hook.on"),
            ("name = \"--verbose\"\ncommand = [\"/bin/true\"]", "hook.name"),
            ("name = \"a\"\ncommand = \"/bin/true\"", "hook.command must be a list"),
            ("name = \"a\"\ncommand = [\"/bin/true\"]\ntimeout = 3", "hook.timeout"),
            ("name = \"a\"\ncommand = [\"/bin/true\"]\n[[hook]]\nname = \"a\"\ncommand = [\"/bin/true\"]", "hook.name"),
        ])
    func wrongTable(text: String, key: String) {
        let failure = #expect(throws: Failure.self) {
            _ = try Configuration(
                ConfigTable(text: Array(("[[hook]]\n" + text).utf8), file: "c.toml", isWorldReadable: true))
        }
        #expect(failure?.status == 78)
        #expect(failure?.message.contains(key) == true)
    }

    @Test("Of two runs at once one does the work; one that was killed does not keep the next out")
    func once() throws {
        #expect(try station.scan().status == 0)
        let store = try LedgerStore(path: station.ledger, mode: .readWrite, policy: Policy())
        let end = LedgerSamples.now + 4_000_000
        _ = try store.beginHook("shop", holder: HookHolder.current.text, at: LedgerSamples.now, until: end) { _ in false
        }
        let second = try run("hook", "run", "--verbose")
        #expect(second.status == 0 && second.errors.contains("another run is at work"))
        #expect(!FileManager.default.fileExists(atPath: got))
        // A process with our number that was started at another time is another one.
        var words = HookHolder.current.text.split(separator: " ").map(String.init)
        words[2] = "1"
        #expect(HookHolder.isGone(words.joined(separator: " ")) == true)
        #expect(HookHolder.isGone(HookHolder.current.text) == false)
        #expect(HookHolder.isGone("elsewhere.example 1 1") == nil)
        try store.endHook("shop", holder: HookHolder.current.text)
        _ = try store.beginHook("shop", holder: words.joined(separator: " "), at: LedgerSamples.now, until: end) { _ in
            false
        }
        #expect(try run("hook", "run").status == 0)
        #expect(try objects(gotten).count == 3)
    }

    @Test("A program that reads not all of a few lines and ends with 0 has taken nothing")
    func unread() throws {
        #expect(try station.scan().status == 0)
        try write(hook: "#!/bin/sh\nexit 0\n")
        for number in 1...3 {
            let failed = try run("hook", "run")
            #expect(failed.status == 75 && failed.errors.contains("before it had read everything"))
            #expect(
                try objects(try run("hook", "list", "--format", "jsonl").lines).first?["failures"] as? Int == number)
        }
    }

    @Test("Our own addresses do not use up the limit")
    func limit() throws {
        #expect(try station.scan().status == 0)
        for name in ["me1", "me2", "you"] { _ = try run("suppress", "\(name)@firm.example", "--reason", "asked") }
        let text = try String(contentsOfFile: config, encoding: .utf8)
        try (text + "\n[own]\naddresses = [\"me1@firm.example\", \"me2@firm.example\"]\n").write(
            toFile: config, atomically: true, encoding: .utf8)
        let lines = try run("changes", "--after", "1", "--limit", "1").lines
        #expect(lines.count == 1 && lines[0].contains("you@firm.example"))
    }

    @Test("A hook that stands still is seen: never run, begins anew, or late")
    func still() throws {
        #expect(try station.scan("--config", config, "--metrics", station.folder.path("m.prom")).status == 0)
        let store = try LedgerStore(path: station.ledger, mode: .readWrite, policy: Policy())
        func nagios() throws -> String {
            try run("status", "--nagios", "--warning", "1s", "--critical", "300d").lines[0]
        }
        func metrics(_ name: String) throws -> Int? {
            try String(contentsOfFile: station.folder.path("m.prom"), encoding: .utf8).split(separator: "\n")
                .first { $0.hasPrefix("maildir_bounce_hook_\(name){") }.flatMap { $0.split(separator: " ").last }
                .flatMap { Int($0) }
        }
        #expect(try metrics("waiting_changes") == 1)
        try age(2)
        #expect(try nagios().contains("hook shop: never run"))
        #expect(try run("hook", "run").status == 0)
        #expect(try !nagios().contains("hook shop"))
        try store.suppress(["late@dest.example"], at: LedgerSamples.now)
        try age(7_200)
        #expect(try nagios().contains("hook shop: last done"))
        let doctor = try run("doctor", "--format", "json").lines.joined()
        #expect(doctor.contains("1 wait"))
        #expect(try store.hooks().first?.lag == 1)
        try store.beginFeed()
        #expect(try run("status").lines.contains { $0.hasPrefix("hook shop") && $0.contains("begin with everything") })
        try station.deliver("1795514409.V9.host", Mail.bounce("new@dest.example", id: "S9"))
        #expect(try station.scan("--config", config, "--metrics", station.folder.path("m.prom")).status == 0)
        #expect(try metrics("waiting_changes") == 3)
    }

    /// Makes the rows of the feed older.
    private func age(_ seconds: Int) throws {
        let script =
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE change SET at = at - \(seconds)'); "
            + "c.execute('UPDATE hook SET done = done - \(seconds)'); c.commit()"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, station.ledger]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
