import Foundation
import Testing

@Suite("suppress --domain, release --domain, and the lists of domains")
struct DomainCommandTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
        #expect(try station.scan().status == 0)
    }

    private func run(_ arguments: String..., input: String = "") throws -> Run {
        try Program.run(arguments + ["--ledger", station.ledger], input: Data(input.utf8))
    }

    @Test("Every address of the domain is suppressed for check, which names the domain")
    func check() throws {
        let done = try run(
            "suppress", "--domain", "Evil.Example", ".evil.example", "--domain", "bücher.example", "--reason", "traps")
        #expect(done.status == 0)
        #expect(done.text == "3 suppressed\n")
        #expect(
            try run("suppress", "--domain", "evil.example", "--reason", "traps").text
                == "0 suppressed, 1 already known\n")
        let one = try run("check", "Ann@EVIL.example")
        #expect(one.status == 1)
        #expect(one.text.hasSuffix(": the domain evil.example is suppressed by hand (traps)\n"))
        let below = try run("check", "x@a.b.evil.example", "--format", "jsonl")
        #expect(below.status == 1)
        let object = try #require(try below.objects().first)
        #expect(object["domain"] as? String == ".evil.example")
        #expect(object["cause"] as? String == "manual")
        #expect(object["reason"] as? String == "traps")
        #expect(object["why"] as? String == "every domain below evil.example is suppressed by hand (traps)")
        #expect(try run("check", "x@xn--bcher-kva.example").status == 1)
        #expect(try run("check", "x@notevil.example").status == 0)
        let list = "a@evil.example\nbob@dest.example\nc@x.evil.example\nd@ok.example\n"
        #expect(try run("check", "--batch", input: list).text == "d@ok.example\n")
        let others = try run("check", "--batch", "--suppressed", "--format", "jsonl", input: list).objects()
        #expect(others.map { $0["domain"] as? String } == ["evil.example", nil, ".evil.example"])
    }

    @Test("An address says what its domain does, and what it has itself comes first")
    func address() throws {
        #expect(try run("suppress", "--domain", "dest.example", "--until", "2099-01-01").status == 0)
        let bob = try run("address", "bob@dest.example").lines
        #expect(bob[1].hasSuffix(": hard bounce (userunknown)"))
        #expect(bob[2].hasPrefix("    and suppressed since "))
        #expect(bob[2].hasSuffix(" until 2099-01-01T00:00:00Z: the domain dest.example is suppressed by hand (manual)"))
        let object = try #require(try run("address", "bob@dest.example", "--format", "jsonl").objects().first)
        #expect((object["suppression"] as? [String: Any])?["cause"] as? String == "hard")
        #expect((object["domain_suppression"] as? [String: Any])?["domain"] as? String == "dest.example")
        let carol = try run("address", "carol@dest.example").lines
        #expect(carol[1].hasSuffix(": the domain dest.example is suppressed by hand (manual)"))
        #expect(!carol[2].contains("suppressed"))
        let stranger = try run("address", "new@dest.example")
        #expect(stranger.text.hasPrefix("new@dest.example: no report has named it; suppressed since "))
        let explained = try run("policy", "explain", "new@dest.example").lines
        #expect(explained.last?.hasSuffix(": the domain dest.example is suppressed by hand (manual)") == true)
    }

    @Test("A release says what was released; of an address, that its domain still holds")
    func release() throws {
        #expect(try run("suppress", "--domain", "dest.example", ".evil.example", "--reason", "traps").status == 0)
        let address = try run("release", "bob@dest.example")
        #expect(address.status == 75)
        #expect(address.lines[0].hasPrefix("bob@dest.example: still suppressed since "))
        #expect(address.lines[0].hasSuffix(": the domain dest.example is suppressed by hand (traps)"))
        #expect(address.errors.contains("maildir-bounce release --domain dest.example ends that"))
        let some = try run("release", "--domain", "dest.example", "other.example", "a.evil.example", "--note", "clean")
        #expect(some.status == 75)
        #expect(some.lines[0].hasPrefix("dest.example: was suppressed since "))
        #expect(some.lines[0].hasSuffix(" (traps); may be mailed"))
        #expect(some.lines[1] == "other.example: was not suppressed; may be mailed")
        #expect(some.lines[2].hasPrefix("a.evil.example: was not suppressed; still suppressed since "))
        #expect(some.lines[3] == "1 released, 2 not suppressed before")
        #expect(try run("check", "bob@dest.example").status == 0)
        let last = try run("release", "--domain", ".evil.example")
        #expect(last.status == 0)
        #expect(last.lines.last == "1 released")
        #expect(try run("suppressed", "--domains").output.isEmpty)
    }

    @Test(
        "Where one is no domain nothing is done, and each is named by its number", arguments: ["suppress", "release"])
    func allOrNothing(command: String) throws {
        let before = try station.folder.everything()
        let wrong = ["bob@dest.example", "*.dest.example", "192.0.2.1", "a\u{1B}[31m"]
        let stopped = try Program.run(
            [command, "--domain", "ok.example"] + wrong + ["--ledger", station.ledger])
        #expect(stopped.status == 65)
        #expect(stopped.output.isEmpty)
        #expect(stopped.errorLines.count == 5)
        #expect(
            stopped.errors.contains(
                "domain 2: bob@dest.example: this is no domain; with --domain give what comes after"))
        #expect(stopped.errors.contains("domain 3: *.dest.example: this is no domain; for every domain below"))
        #expect(stopped.errors.contains("domain 5: a\\x1B[31m: this is no domain"))
        #expect(stopped.errors.contains("4 domains are broken"))
        #expect(try station.folder.everything() == before)
        let skipped = try Program.run(
            [command, "--domain", "--skip-invalid", "ok.example"] + wrong + ["--ledger", station.ledger])
        #expect(skipped.status == 0)
        #expect(skipped.lines.last?.hasSuffix("4 broken and left out") == true)
    }

    @Test("Without --domain a reason is needed; with it an end must come, and the ledger must be there")
    func usage() throws {
        let before = try station.folder.everything()
        #expect(try run("suppress", "bob@dest.example").status == 64)
        #expect(try run("suppress", "--domain").status == 64)
        #expect(try run("suppress", "--domain", "evil.example", "--until", "2001-01-01").status == 64)
        #expect(try run("suppress", "--domain", "evil.example", "--reason", "").status == 64)
        #expect(try run("export", "--domains", "--format", "sql").status == 64)
        for command in ["suppress", "release"] {
            let run = try Program.run(
                [command, "--domain", "evil.example", "--ledger", station.folder.path("absent.sqlite")])
            #expect(run.status == 66)
        }
        #expect(try station.folder.everything() == before)
    }

    @Test("A domain in which an address of our own is, or above it, is refused by hand and in lists")
    func own() throws {
        let config = try station.folder.write(
            "c.toml",
            """
            [verp]
            return_path = "bounce@news.example"
            [own]
            addresses = ["ceo@mail.firm.example", "@office.example"]
            """)
        // Postfix takes a domain in a map for all below it, too.
        for domain in [
            "news.example", ".firm.example", "firm.example", "mail.firm.example", "office.example", ".example",
            "example",
        ] {
            let run = try run("suppress", "--domain", domain, "--config", config)
            #expect(run.status == 65, "\(domain)")
            #expect(run.errors.contains("\(domain): addresses of our own are in "))
            let list = try self.run(
                "import", "--format", "jsonl", "--config", config, input: "{\"domain\": \"\(domain)\"}\n")
            #expect(list.status == 65, "\(domain)")
        }
        #expect(try run("suppress", "--domain", "other.example", ".news.example", "--config", config).status == 0)
        // An older configuration did not know of it.
        #expect(try run("suppress", "--domain", "office.example").status == 0)
        let held = try run("check", "ann@office.example", "--config", config)
        #expect(held.status == 0)
        #expect(held.errors.contains("maildir-bounce release --domain office.example ends that"))
        for arguments in [["suppressed", "--domains"], ["export", "--format", "postfix"], ["export", "--domains"]] {
            let list = try Program.run(arguments + ["--config", config, "--ledger", station.ledger])
            #expect(list.status == 0)
            #expect(!list.text.contains("office.example"), "\(arguments)")
            #expect(list.text.contains("other.example"), "\(arguments)")
            #expect(list.errors.contains("left out: addresses of our own are under office.example"))
        }
    }

    @Test("suppressed --domains lists them with author and note; lists of addresses say that they lack them")
    func lists() throws {
        #expect(try run("suppressed").errors.isEmpty)
        #expect(
            try run(
                "suppress", "--domain", "evil.example", ".evil.example", "--reason", "=1+1", "--note", "by\u{1B}phone",
                "--author", "eve", "--until", "2099-01-01"
            ).status == 0)
        let text = try run("suppressed", "--domains")
        #expect(text.errors.isEmpty)
        let columns = text.lines.map { $0.split(separator: "\t").map(String.init) }
        #expect(columns.map { $0[0] } == [".evil.example", "evil.example"])
        #expect(columns[1][2] == "2099-01-01T00:00:00Z")
        #expect(columns[1][3] == "the domain evil.example is suppressed by hand (=1+1)  by eve  - by\\x1Bphone")
        let csv = try run("suppressed", "--domains", "--format", "csv").lines
        #expect(csv[0] == "domain,cause,reason,since,until,why,author,note")
        #expect(csv[2].hasPrefix("evil.example,manual,'=1+1,"))
        #expect(csv[2].hasSuffix(",eve,by\\x1Bphone"))
        let object = try #require(try run("suppressed", "--domains", "--format", "jsonl").objects().last)
        #expect(object["domain"] as? String == "evil.example")
        #expect(object["note"] as? String == "by\u{1B}phone")
        for arguments in [["suppressed"], ["export"], ["export", "--format", "csv"], ["export", "--format", "jsonl"]] {
            let list = try Program.run(arguments + ["--ledger", station.ledger])
            #expect(list.text.contains("bob@dest.example"))
            #expect(!list.text.contains("evil"))
            #expect(
                list.errors
                    == "maildir-bounce: 2 domains are suppressed as a whole and not in this list; maildir-bounce "
                    + "\(arguments[0]) --domains lists them\n")
        }
        #expect(
            try run("status").lines.contains {
                $0.hasPrefix("domains ") && $0.contains("2 suppressed as a whole")
            })
        #expect(try run("status", "--format", "json").objects().first?["suppressed_domains"] as? Int == 2)
    }

    @Test("What export writes of domains gives the same domains again")
    func roundTrip() throws {
        #expect(
            try run("suppress", "--domain", "evil.example", ".bücher.example", "--reason", "traps", "--note", "secret")
                .status == 0)
        #expect(try run("suppress", "--domain", "soon.example", "--reason", "x", "--until", "2099-01-01").status == 0)
        let domains = try run("export", "--domains")
        #expect(domains.text == ".xn--bcher-kva.example\nevil.example\nsoon.example\n")
        let rows = try run("export", "--domains", "--format", "jsonl").text
        #expect(!rows.contains("secret"))
        #expect(
            try run("export", "--domains", "--format", "csv").lines.first == "domain,cause,reason,since,until,why")
        for format in ["jsonl", "postfix"] {
            let list =
                format == "jsonl" ? rows : try run("export", "--format", format).text
            let other = station.folder.path("\(format).sqlite")
            for known in ["3 suppressed", "0 suppressed, 3 already known"] {
                let done = try Program.run(
                    ["import", "--format", format, "--ledger", other], input: Data(list.utf8))
                #expect(done.status == 0, "\(done.errors)")
                if format == "jsonl" { #expect(done.text == known + "\n") }
            }
            let again = try Program.run(["export", "--domains", "--format", "jsonl", "--ledger", other])
            #expect(again.text == rows)
        }
        let other = station.folder.path("text.sqlite")
        #expect(try Program.run("import", "--ledger", other, input: Data("bob@dest.example\n".utf8)).status == 0)
        let listed = try Program.run(
            ["suppress", "--domain", "-", "--reason", "x", "--ledger", other], input: domains.output)
        #expect(listed.text == "3 suppressed\n")
        #expect(try Program.run("export", "--domains", "--ledger", other).text == domains.text)
    }

    @Test("import takes a domain only where a list says that it is one")
    func imports() throws {
        for (format, line) in [
            ("text", "@evil.example"), ("csv", "email\n@evil.example"), ("jsonl", #"{"address": "@evil.example"}"#),
            ("text", "evil.example"), ("postfix", "192.0.2.1 REJECT"), ("jsonl", #"{"domain": "bob@evil.example"}"#),
            ("jsonl", #"{"domain": 5}"#), ("postfix", "bob@ REJECT"),
        ] {
            let run = try run("import", "--format", format, input: line + "\n")
            #expect(run.status == 65, "\(line)")
            if line.contains("@evil") {
                let hint = line.contains("domain") ? "with --domain give" : "maildir-bounce suppress --domain"
                #expect(run.errors.contains(hint), "\(run.errors)")
            }
        }
        #expect(try self.run("suppressed", "--domains").output.isEmpty)
        // A released one stays so, whatever a list says of an earlier time.
        let line = #"{"domain": "evil.example", "since": "2021-01-01", "reason": "old"}"# + "\n"
        #expect(try self.run("import", "--format", "jsonl", input: line).text == "1 suppressed\n")
        #expect(try self.run("release", "--domain", "evil.example").status == 0)
        #expect(
            try self.run("import", "--format", "jsonl", input: line).text
                == "0 suppressed, 1 released since and not suppressed\n")
        #expect(try self.run("check", "bob@evil.example").status == 0)
        #expect(
            try self.run(
                "import", "--format", "jsonl", input: #"{"domain": "evil.example", "until": "2021-01-01"}"# + "\n"
            ).text == "0 suppressed, 1 ended by now and left out\n")
        // What check says of an address is about that address.
        #expect(try self.run("suppress", "--domain", "evil.example").status == 0)
        let answer = try self.run("check", "bob@evil.example", "--format", "jsonl").text
        let other = station.folder.path("other.sqlite")
        #expect(
            try Program.run(["import", "--format", "jsonl", "--ledger", other], input: Data(answer.utf8)).text
                == "1 suppressed\n")
        #expect(try Program.run("check", "bob@evil.example", "--ledger", other).status == 1)
        #expect(try Program.run("check", "ann@evil.example", "--ledger", other).status == 0)
    }

    @Test("A Postfix map has a line for each domain and says how Postfix reads them")
    func accessMap() throws {
        #expect(try !run("export", "--format", "postfix").text.contains("domain"))
        #expect(try run("suppress", "--domain", "evil.example", "bücher.example", "--reason", "a\u{1B}b").status == 0)
        let map = try run("export", "--format", "postfix")
        #expect(map.errors.isEmpty)
        let keys = map.lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ")[0] }
        #expect(keys == ["bob@dest.example", "evil.example", "xn--bcher-kva.example", "bücher.example"])
        #expect(map.lines.contains { $0.hasPrefix("evil.example REJECT 5.7.1 suppressed [maildir-bounce] since ") })
        #expect(map.text.contains(": a\\x1Bb\n"))
        #expect(map.text.contains("parent_domain_matches_subdomains"))
        #expect(try run("suppress", "--domain", ".evil.example", "--reason", "x").status == 0)
        let below = try run("export", "--format", "postfix")
        #expect(below.lines.contains { $0.hasPrefix(".evil.example REJECT ") })
        #expect(below.errors.contains("domains that begin with a dot: 1; Postfix refuses what is below them only if"))
    }

    @Test("A command line with a thousand domains takes each of them")
    func many() throws {
        let domains = (0..<1_000).map { "d\($0).example" }
        let run = try Program.run(
            ["suppress", "--ledger", station.ledger, "--reason", "x", "--domain"] + domains)
        #expect(run.text == "1000 suppressed\n")
        let released = try Program.run(["release", "--ledger", station.ledger, "--domain"] + domains)
        #expect(released.status == 0)
        #expect(released.lines.count == 1_001)
        #expect(released.lines.last == "1000 released")
    }
}
