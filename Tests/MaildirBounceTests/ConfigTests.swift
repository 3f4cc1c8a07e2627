import Foundation
import Testing

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

    @Test("gives way to options")
    func overridden() throws {
        try station.deliverFour()
        let config = try station.folder.write(
            "config.toml", "maildir = \"/nowhere\"\nledger = \"/nowhere/ledger.sqlite\"\n")
        #expect(try station.scan("--config", config).status == 0)
        #expect(station.cur.count == 4)
    }

    @Test(
        "is refused with the line and the key that are wrong",
        arguments: [
            ("maildir = \"/m\"\nlegder = \"/l\"\n", ":2: legder "),
            ("[classifier]\nlocal_host = [\"a\"]\n", ":2: classifier.local_host "),
            ("[policy.soft]\n\ndays = \"five\"\n", ":3: policy.soft.days "),
            ("[policy.soft]\ndays = 40\n", ":2: policy.soft.days "),
            ("[policy.hard]\ndays = -1\n", ":2: policy.hard.days "),
            ("policy = 1\n", ":1: policy "),
            ("[polcy]\nx = 1\n", ":1: polcy "),
            ("maildir = 1\n", ":1: maildir "),
            ("[classifier]\nverp_delimiters = \"é\"\n", ":2: classifier.verp_delimiters "),
            ("[classifier]\nlocal_hosts = [1]\n", ":2: classifier.local_hosts "),
            ("[verp]\npatterns = [\"b-{id}@n.example\", \"b@n.example\"]\n", ":2: verp.patterns names \"b@n.example\""),
            ("[verp]\npatterns = [\"b-{list}@n.example\"]\n", ":2: verp.patterns "),
            (
                "[verp]\npatterns = [\((0...100).map { "\"b\($0)-{id}@n.example\"" }.joined(separator: ","))]\n",
                ":2: verp.patterns names more than 100"
            ),
            ("maildir = \n", ":1: "),
            ("a = 1\na = 2\n", ":2: "),
            // The TOML parser would run out of stack.
            ("\n" + String(repeating: "a.", count: 500_000) + "a = 1\n", ":2: this key has more than 64 parts"),
            ("[" + String(repeating: "\"a\".", count: 200_000) + "a]\n", ":1: this key has more than 64 parts"),
            ("a = " + String(repeating: "[", count: 500_000) + "\n", ":1: "),
            ("a = " + String(repeating: "{a=", count: 300_000) + "\n", ":1: "),
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
