import Foundation
import Testing

@testable import MaildirBounce

@Suite("configuration")
struct ConfigTests {
    let station: Station

    init() throws { station = try Station() }

    private func scan(_ config: String) throws -> Run {
        try Program.run("scan", "--verbose", "--config", try station.folder.write("config.toml", config))
    }

    @Test("names the Maildir, the ledger, the archive and the policy")
    func complete() throws {
        try station.deliverFour()
        let run = try scan(
            """
            maildir = "\(station.maildir)"
            ledger = "\(station.ledger)"
            archive = "\(station.folder.path("archive"))"

            [classifier]
            local_hosts = ["Mail.Lists.example.com"]
            verp_delimiters = "+"

            [policy]
            delivery_lifts_soft = false

            [policy.hard]
            days = 3
            within_days = 20
            quiet_days = 10
            expiry_days = 100
            """)
        #expect(run.errors.isEmpty)
        #expect(run.status == 0)
        #expect(station.folder.names("archive/hard-bounce/cur").count == 1)
        // One hard bounce is not enough under this policy.
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 0)
    }

    @Test("names the addresses at which unsubscribe requests arrive, which are our own")
    func unsubscribe() throws {
        func configuration(_ value: String) throws -> Configuration {
            try Configuration(
                ConfigTable(text: Array("[unsubscribe]\naddress = \(value)\n".utf8), file: "c", isWorldReadable: false))
        }
        for value in ["\"Bye@news.example\"", "[\"bye@news.example\", \"bye@NEWS.example\"]"] {
            let found = try configuration(value)
            #expect(Set(found.classifier.unsubscribeAddresses) == ["bye@news.example"])
            #expect(found.own.contains("bye+1@news.example") && !found.own.contains("eva@news.example"))
        }
        #expect(try configuration("[]").classifier.unsubscribeAddresses.isEmpty)
        for value in ["\"bye\"", "[\"bye\"]", "1", "[1]", "\"\""] {
            let failure = try #require(throws: Failure.self) { try configuration(value) }
            #expect(failure.message.contains("c:2:11: unsubscribe.address must be a mail address"))
        }
    }

    @Test("leaves a request to unsubscribe to a person, and counts nothing for its address")
    func unsubscribeScan() throws {
        try station.deliver(
            "1795514401.V1.host",
            Mail.letter(id: "U1").replacing("Subject: ", with: "X-Apple-Unsubscribe: 1\nSubject: "))
        let run = try scan(
            """
            maildir = "\(station.maildir)"
            ledger = "\(station.ledger)"
            archive = "\(station.folder.path("archive"))"
            """)
        #expect(run.lines.last == "1 message: 1 unsubscribe; 1 counted")
        #expect(station.cur.count == 1)
        #expect(try station.classes() == ["unsubscribe": 1])
        #expect(try station.counters().hasSuffix("-\n-\n-\n"))
    }

    @Test("gives way to options")
    func overridden() throws {
        try station.deliverFour()
        let config = try station.folder.write(
            "config.toml", "maildir = \"/nowhere\"\nledger = \"/nowhere/ledger.sqlite\"\n")
        #expect(try station.scan("--config", config).status == 0)
        #expect(station.cur.count == 4)
    }

    @Test(
        "is refused with the line, the column and the key that are wrong",
        arguments: [
            ("maildir = \"/m\"\nlegder = \"/l\"\n", ":2:1: legder "),
            ("[classifier]\nlocal_host = [\"a\"]\n", ":2:1: classifier.local_host "),
            ("[policy.soft]\n\ndays = \"five\"\n", ":3:8: policy.soft.days "),
            ("[policy.soft]\ndays = 40\n", ":2:8: policy.soft.days "),
            ("[policy.hard]\ndays = -1\n", ":2:8: policy.hard.days "),
            ("policy = 1\n", ":1:10: policy "),
            ("[polcy]\nx = 1\n", ":1:2: polcy "),
            ("maildir = 1\n", ":1:11: maildir "),
            ("[classifier]\nverp_delimiters = \"é\"\n", ":2:19: classifier.verp_delimiters "),
            ("[classifier]\nlocal_hosts = [1]\n", ":2:16: classifier.local_hosts "),
            (
                "[verp]\npatterns = [\"b-{id}@n.example\", \"b@n.example\"]\n",
                ":2:12: verp.patterns names \"b@n.example\""
            ),
            ("[verp]\npatterns = [\"b-{list}@n.example\"]\n", ":2:12: verp.patterns "),
            (
                "[verp]\npatterns = [\((0...100).map { "\"b\($0)-{id}@n.example\"" }.joined(separator: ","))]\n",
                ":2:12: verp.patterns names more than 100"
            ),
            ("maildir = \n", ":1:11: "),
            ("a = 1\na = 2\n", ":2:1: a is given here a second time; the first is on line 1"),
            // Where a key is written with dots or in braces, its place is known, too.
            ("policy.soft.days = 40\n", ":1:20: policy.soft.days "),
            ("classifier = { verp_delimiters = \"+\", local_host = [] }\n", ":1:39: classifier.local_host "),
            ("policy = { soft = { days = true } }\n", ":1:28: policy.soft.days "),
            ("[own]\naddresses = [\n  \"a@dest.example\",\n  2,\n]\n", ":4:3: own.addresses "),
            (
                "[[policy.override]]\ncause = \"soft\"\n\n[[policy.override]]\ndays = 1\n",
                ":4:1: policy.override.cause "
            ),
            // A file of Windows.
            ("maildir = \"/m\"\r\n\r\nlegder = \"/l\"\r\n", ":3:1: legder "),
            ("maildir = \"/m\nledger = \"/l\"\n", ":1:11: a quotation mark that is opened here is not closed"),
            // More than the stack has room for.
            (
                "\n" + String(repeating: "a.", count: 500_000) + "a = 1\n",
                ":2:129: this stands within more than 64 names and brackets"
            ),
            (
                "[" + String(repeating: "\"a\".", count: 200_000) + "a]\n",
                ":1:258: this stands within more than 64 names and brackets"
            ),
            ("a = " + String(repeating: "[", count: 500_000) + "\n", ":1:68: this stands within"),
            ("a = " + String(repeating: "{a=", count: 300_000) + "\n", ":1:99: this stands within"),
        ])
    func wrong(config: String, place: String) throws {
        try station.deliverFour()
        let run = try scan(config)
        #expect(run.status == 78)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("config.toml" + place), "\(run.errors)")
        #expect(station.new.count == 4)
    }

    @Test("is refused where everybody may write it, where it is no file, too long, no UTF-8 or not there")
    func refused() throws {
        let config = try station.folder.write("config.toml", "")
        let long = try station.folder.write("long.toml", String(repeating: "# comment\n", count: 200_000))
        let latin = station.folder.path("latin.toml")
        try Data([0x23, 0xE9, 0x0A]).write(to: URL(fileURLWithPath: latin))
        try FileManager.default.setAttributes([.posixPermissions: 0o646], ofItemAtPath: config)
        for (path, words) in [
            (config, "chmod o-w"), (station.folder.root, "must be a file"), (long, "longer than"),
            (latin, "not UTF-8"), (station.folder.path("absent.toml"), "cannot be read"),
        ] {
            let run = try station.scan("--config", path)
            #expect(run.status == 78)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains(words), "\(run.errors)")
        }
        #expect(station.folder.names(".").contains("ledger.sqlite") == false)
    }

    @Test("is refused where it belongs to another user than root and the one who runs", .enabled(if: Program.isRoot))
    func owner() throws {
        try station.deliverFour()
        let config = try station.folder.write("config.toml", "")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: station.folder.root)
        for (owner, asNobody, status) in [
            (0, false, 0), (12_345, false, 78), (12_345, true, 78), (0, true, 73), (65_534, true, 73),
        ] as [(Int, Bool, Int32)] {
            try FileManager.default.setAttributes([.ownerAccountID: owner], ofItemAtPath: config)
            let run = try station.scan("--config", config, asNobody: asNobody)
            // 73: nobody may read this configuration, but not write into this Maildir.
            #expect(run.status == status, "owner \(owner), as nobody \(asNobody): \(run.errors)")
            #expect(run.errorLines.count == (status == 0 ? 0 : 1))
            #expect(run.errors.contains("uid 12345") == (status == 78), "\(run.errors)")
        }
    }
}
