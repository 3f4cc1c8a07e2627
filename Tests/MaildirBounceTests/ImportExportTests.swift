import Foundation
import Testing

@Suite("import and export")
struct ImportExportTests {
    private let folder: TemporaryFolder
    private let ledger: String

    init() throws {
        folder = try TemporaryFolder()
        ledger = folder.path("ledger.sqlite")
    }

    private func run(_ arguments: String..., input: String = "", ledger: String? = nil) throws -> Run {
        try Program.run(arguments + ["--ledger", ledger ?? self.ledger], input: Data(input.utf8))
    }

    /// What other programs see: the view `suppressed`.
    private func view(_ ledger: String) throws -> [[String: String]] {
        try run("export", "--format", "jsonl", ledger: ledger).objects().map { object in
            ["address", "reason", "since", "until"].reduce(into: [:]) { $0[$1] = object[$1] as? String }
        }
    }

    /// Addresses that one format or another could get wrong, with times, reasons and ends.
    private static let hostile = [
        #"{"address":"bob@dest.example","reason":"userunknown","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"=cmd|x@dest.example","reason":"=1+1","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"'=cmd|x@dest.example","reason":"a, \"b\" and 'c'; --","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"'bob@dest.example","reason":"'","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"-bob@dest.example","since":"2021-01-02T03:04:05Z","reason":"x until y: z"}"#,
        #"{"address":"\"bob smith\"@dest.example","reason":"two words","since":"2021-01-02T03:04:05Z","until":"2099-01-01"}"#,
        #"{"address":"\"a\\\"b\\\\c, d\"@dest.example","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"a..b.@docomo.example","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"o'hara@dest.example","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"JÖRG@Bücher.example","reason":"пользователь неизвестен","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"bob+a=b@[IPv6:2001:db8::1]","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"back@slash.example","reason":"\\","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"escape@dest.example","reason":"\\'); DROP TABLE x; -- ~0~1\\\\","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"accent@dest.example","reason":"'\u0301); -- \\\u0301' \"\u0301,\u0301","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"wide@dest.example","reason":"＝1+1;=2","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"JÖRG@dest.example","since":"2021-01-02T03:04:05Z"}"#,
        #"{"address":"jorg@dest.example","since":"2021-01-02T03:04:05Z"}"#,
        #"{"extra":{"a":[1,-2.5e3,null,"x"],"b":{}},"address":"\u006aane\ud83d\ude00@dest.example","since":"2021-01-02T03:04:05Z"}"#,
    ]

    @Test("What is exported gives the same suppressions when it is imported", arguments: ["csv", "jsonl", "postfix"])
    func roundTrip(format: String) throws {
        let list = Self.hostile.joined(separator: "\n")
        #expect(try run("import", "--format", "jsonl", input: list).text == "\(Self.hostile.count) suppressed\n")
        let exported = try run("export", "--format", format)
        #expect(exported.status == 0)
        let copy = folder.path("copy.sqlite")
        let file = try folder.write("list", exported.text)
        let imported = try run("import", file, "--format", format, ledger: copy)
        // An access map has a second line where a domain can be written in Unicode.
        let more = format == "postfix" ? ", 1 already known" : ""
        #expect(imported.text == "\(Self.hostile.count) suppressed\(more)\n", "\(imported.errors)")
        #expect(try view(copy) == view(ledger))
        #expect(try view(copy).count == Self.hostile.count)
        // Once more, harmlessly.
        let again = try run("import", file, "--format", format, ledger: copy)
        #expect(again.text.hasPrefix("0 suppressed, "))
        #expect(try view(copy) == view(ledger))
    }

    @Test("Text gives the same addresses; a list without times may be imported again and again")
    func text() throws {
        let list = Self.hostile.joined(separator: "\n") + "\n" + ##"{"address":"#tag@dest.example"}"##
        #expect(try run("import", "--format", "jsonl", input: list).status == 0)
        let exported = try run("export").text
        let copy = folder.path("copy.sqlite")
        #expect(try run("import", input: exported, ledger: copy).text == "\(Self.hostile.count + 1) suppressed\n")
        #expect(try run("export", ledger: copy).text == exported)
        let before = try view(copy)
        sleep(1)
        #expect(
            try run("import", input: exported, ledger: copy).text
                == "0 suppressed, \(Self.hostile.count + 1) already known\n")
        #expect(try view(copy) == before)
        #expect(try run("import", input: exported + exported, ledger: copy).status == 0)
        let bob = try #require(
            try run("address", "bob@dest.example", "--format", "jsonl", ledger: copy).objects().first)
        #expect((bob["actions"] as? [Any])?.count == 1)
    }

    @Test("The list of suppressed addresses can be imported as it is printed", arguments: ["text", "csv", "jsonl"])
    func suppressedList(format: String) throws {
        #expect(try run("import", "--format", "jsonl", input: Self.hostile.joined(separator: "\n")).status == 0)
        let copy = folder.path("copy.sqlite")
        let list = try run("suppressed", "--format", format).text
        #expect(try run("import", "--format", format, input: list, ledger: copy).status == 0)
        #expect(try view(copy).map { $0["address"] } == view(ledger).map { $0["address"] })
    }

    @Test(
        "An access map answers for each address when postmap has indexed it",
        .enabled(if: Tool.isThere("command -v postmap"), Tool.skip("postfix")))
    func postmap() throws {
        #expect(try run("import", "--format", "jsonl", input: Self.hostile.joined(separator: "\n")).status == 0)
        let map = try folder.write("access", try run("export", "--format", "postfix").text)
        try folder.write("etc/main.cf", "")
        func postmap(_ arguments: String...) throws -> Run {
            try Program.command(
                ["/usr/bin/env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "postmap", "-c", folder.path("etc")] + arguments)
        }
        let type = "\(try Tool.postfixMapType()):\(map)"
        let made = try postmap(type)
        #expect(made.status == 0, "\(made.errors)")
        // As Postfix asks: local parts in quotes where RFC 5322 wants them, in any case.
        for key in [
            "bob@dest.example", "BOB@Dest.Example", "=cmd|x@dest.example", "'=cmd|x@dest.example", "-bob@dest.example",
            #""bob smith"@dest.example"#, #""a\"b\\c, d"@dest.example"#, #""a..b."@docomo.example"#,
            "o'hara@dest.example", "jörg@xn--bcher-kva.example", "jörg@bücher.example", "bob+a=b@[ipv6:2001:db8::1]",
            "jane😀@dest.example",
        ] {
            let answer = try postmap("-q", key, type)
            #expect(answer.status == 0, "\(key)")
            #expect(
                answer.text.hasPrefix("REJECT 5.7.1 suppressed [maildir-bounce] since 2021-01-02T03:04:05Z"), "\(key)")
        }
        for key in ["jane@dest.example", "smith", "smith\"@dest.example", "dest.example"] {
            #expect(try postmap("-q", key, type).status == 1, "\(key)")
        }
    }

    @Test("What an access map cannot hold is told, and becomes no other key")
    func accessMapComment() throws {
        #expect(try run("import", input: "\"#tag\"@dest.example\nbob@dest.example").status == 0)
        let map = try run("export", "--format", "postfix")
        #expect(map.status == 0)
        #expect(map.errors.contains("cannot begin with #: 1"))
        #expect(map.lines.filter { !$0.hasPrefix("#") }.count == 1)
    }

    @Test(
        "SQL is loaded by sqlite3, again and again, and holds the same",
        .enabled(if: Tool.isThere("sqlite3 -version"), Tool.skip("sqlite3")))
    func sql() throws {
        let list = Self.hostile.joined(separator: "\n")
        #expect(try run("import", "--format", "jsonl", input: list).status == 0)
        let statements = try folder.write("list.sql", try run("export", "--format", "sql").text)
        let script = """
            sqlite3 -bail "$1" < "$2" && sqlite3 -bail "$1" < "$2" && sqlite3 -json "$1" 'SELECT address, reason, since, \
            until FROM maildir_bounce_suppressed ORDER BY address'
            """
        let loaded = try Program.shell(script, folder.path("application.db"), statements)
        #expect(loaded.status == 0, "\(loaded.errors)")
        let rows = try #require(try JSONSerialization.jsonObject(with: loaded.output) as? [[String: Any]])
        #expect(rows.map { row in row.compactMapValues { $0 as? String } } == (try view(ledger)))
    }

    @Test("A table for spreadsheets holds no formula")
    func formula() throws {
        #expect(try run("import", "--format", "jsonl", input: Self.hostile.joined(separator: "\n")).status == 0)
        for line in try run("export", "--format", "csv").lines {
            for field in line.split(separator: ",") { #expect(!"=+-@＝＋－＠".contains(field.first ?? "x"), "\(line)") }
        }
    }

    private static let broken = """
        address,reason,since
        ann@dest.example,left,2021-01-01
        nonsense,left,2021-01-01
        bob@dest.example,left,yesterday
        "cid@dest.example,left,2021-01-01
        ,left,2021-01-01
        dan@dest.example

        """

    @Test("Broken lines are named, and nothing is taken, not even a ledger is made")
    func stop() throws {
        let run = try run("import", "--format", "csv", input: Self.broken)
        #expect(run.status == 65)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 6)
        for words in [
            "line 3: nonsense: this is no mail address", "line 4: yesterday is no time such as",
            "line 5: a quotation mark is out of place", "line 6: the address is missing",
            "nothing was changed: 4 lines are broken; correct the list, or give --on-error skip",
        ] { #expect(run.errors.contains(words), "\(run.errors)") }
        #expect(folder.names(".") == [])
    }

    @Test("Broken lines are named, and the rest is taken")
    func skip() throws {
        let run = try run("import", "--format", "csv", "--on-error", "skip", input: Self.broken)
        #expect(run.status == 0)
        #expect(run.text == "2 suppressed, 4 broken and left out\n")
        #expect(run.errorLines.count == 5)
        #expect(try view(ledger).map { $0["address"] } == ["ann@dest.example", "dan@dest.example"])
        #expect(try view(ledger).first?["since"] == "2021-01-01T00:00:00Z")
        #expect(try view(ledger).map { $0["reason"] } == ["left", "import"])
    }

    @Test("A line that is broken far behind takes everything back")
    func farBehind() throws {
        #expect(try run("import", input: "first@dest.example").status == 0)
        let before = try Program.command(["/usr/bin/sha256sum", ledger]).text
        let many = (0..<25_000).map { "u\($0)@dest.example\n" }.joined() + "nonsense\n" + "v@dest.example\n"
        let stopped = try run("import", input: many)
        #expect(stopped.status == 65)
        #expect(stopped.errors.contains("line 25001: nonsense"))
        #expect(try Program.command(["/usr/bin/sha256sum", ledger]).text == before)
        // The writer keeps its empty WAL, so that readers without rights in the folder can read.
        #expect(Set(folder.names(".")).isSubset(of: ["ledger.sqlite", "ledger.sqlite-shm", "ledger.sqlite-wal"]))
        #expect(try run("check", "u1@dest.example").status == 0)
        let skipped = try run("import", "--on-error", "skip", input: many)
        #expect(skipped.text == "25001 suppressed, 1 broken and left out\n")
        #expect(try run("check", "v@dest.example").status == 1)
    }

    @Test("Of many broken lines some are named and all are counted")
    func manyBroken() throws {
        let run = try run("import", input: String(repeating: "nonsense\n", count: 500))
        #expect(run.status == 65)
        #expect(run.errorLines.count == 22)
        #expect(run.errors.contains("line 20: ") && !run.errors.contains("line 21: "))
        #expect(run.errors.contains("and 480 more"))
        #expect(run.errors.contains("500 lines are broken"))
    }

    @Test(
        "Lines that are broken in each format",
        arguments: [
            ("text", "Bob <bob@dest.example>"), ("text", "bob@dest.example, ann@dest.example"),
            ("csv", "bob@dest.example\"x"), ("csv", "\"bob@dest.example\"x"),
            ("jsonl", "bob@dest.example"), ("jsonl", "{}"), ("jsonl", "{\"address\":1}"),
            ("jsonl", "{\"address\":\"bob@dest.example\"} x"), ("jsonl", "{\"address\":\"bob@dest.example\""),
            ("jsonl", "{\"address\":\"bob@dest.example\",}"), ("jsonl", "{\"address\":\"bob@dest.example\\x\"}"),
            ("jsonl", "{\"address\":\"bob\\ud800@dest.example\"}"), ("jsonl", "[\"bob@dest.example\"]"),
            ("jsonl", "{\"address\":\"bob@dest.example\",\"suppressed\":false}"),
            ("jsonl", "{\"address\":\"bob@dest.example\",\"until\":1577836800}"),
            ("jsonl", "{\"address\":\"bob@dest.example\",\"since\":[\"2020-01-01\"]}"),
            ("jsonl", "{\"address\":\"bob@dest.example\",\"since\":\"2021-02-30\"}"),
            ("jsonl", "{\"a\":\(String(repeating: "[", count: 5_000)),\"address\":\"bob@dest.example\"}"),
            ("postfix", "bob@dest.example"), ("postfix", "bob@dest.example OK"),
            ("postfix", " bob@dest.example REJECT"),
            ("postfix", "192.0.2.1 REJECT"), ("postfix", "\"bob smith@dest.example REJECT"),
            ("text", "bob@dest.example" + String(repeating: " ", count: 70_000)), ("text", "bo\u{0}b@dest.example"),
        ])
    func brokenLine(format: String, line: String) throws {
        let run = try run("import", "--format", format, input: "\(line)\n")
        #expect(run.status == 65)
        #expect(run.errors.contains("line 1: "), "\(run.errors)")
        #expect(run.errorLines.filter { !$0.contains("the first line names no column") }.count == 2)
        #expect(folder.names(".") == [])
    }

    @Test("Times of other programs, ends that have come, and clocks that are ahead")
    func times() throws {
        let table = """
            \u{FEFF}E-Mail,Since,Until,Comment\r
            ann@dest.example,2021-01-02 03:04:05.678+01:00,,"rang, twice"\r
            bob@dest.example,2021-01-02,2021-02-03,\r
            cid@dest.example,2099-01-02,,\r

            """
        let run = try run("import", "--format", "csv", input: table)
        #expect(run.text == "2 suppressed, 1 ended by now and left out\n", "\(run.errors)")
        let rows = try view(ledger)
        #expect(rows.map { $0["address"] } == ["ann@dest.example", "cid@dest.example"])
        #expect(rows.first?["since"] == "2021-01-02T02:04:05Z")
        #expect(rows.last?["since"]?.hasPrefix("2099") == false)
        #expect(try self.run("address", "ann@dest.example").text.contains("- rang, twice"))
    }

    @Test("No list, no ledger, and an empty list")
    func absent() throws {
        let list = folder.path("absent")
        let none = try run("import", list)
        #expect(none.status == 66)
        #expect(none.errors.contains("\(list): No such file or directory"))
        #expect(try run("export").status == 66)
        #expect(try run("import", folder.root).status == 74)
        #expect(try run("import", input: "# nobody\n\n").text == "0 suppressed\n")
        #expect(folder.names(".") == [])
    }

    @Test("export leaves the ledger's files as they are")
    func readOnly() throws {
        #expect(try run("import", input: "bob@dest.example").status == 0)
        let before = try folder.everything()
        for format in ["text", "csv", "jsonl", "postfix", "sql"] {
            #expect(try run("export", "--format", format).status == 0)
        }
        #expect(try folder.everything() == before)
    }
}
