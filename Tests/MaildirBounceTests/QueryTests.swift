import Foundation
import Testing

@Suite("address, suppressed and check")
struct QueryTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
        #expect(try station.scan().status == 0)
    }

    @Test("check says with its status who may be mailed")
    func check() throws {
        let suppressed = try Program.run("check", "Bob@Dest.EXAMPLE", "--ledger", station.ledger)
        #expect(suppressed.status == 1)
        #expect(suppressed.lines.count == 1)
        #expect(suppressed.text.contains("suppressed since 2026-11-24T10:00:05Z: hard bounce (userunknown)"))
        for address in ["carol@dest.example", "stranger@dest.example"] {
            let run = try Program.run("check", address, "--ledger", station.ledger)
            #expect(run.status == 0)
            #expect(run.lines.count == 1)
            #expect(run.text.contains("may be mailed"))
        }
    }

    @Test("check understands its options in every order and form")
    func checkOptions() throws {
        let config = try station.folder.write("config.toml", "ledger = \"\(station.ledger)\"\n")
        let empty = try station.folder.write("empty.toml", "")
        for arguments in [
            ["bob@dest.example", "--ledger", station.ledger], ["--ledger", station.ledger, "bob@dest.example"],
            ["--config", config, "bob@dest.example"], ["bob@dest.example", "--config=\(config)"],
            ["--ledger=\(station.ledger)", "--", "bob@dest.example"],
            ["--ledger", station.ledger, "--config", empty, "bob@dest.example"],
        ] {
            let run = try Program.run(["check"] + arguments)
            #expect(run.status == 1, "\(arguments)")
            #expect(run.text.contains("bob@dest.example: suppressed since"))
        }
        for arguments in [
            ["bob@dest.example", "--config", empty], ["bob@dest.example", "--ledger"], ["--ledger", station.ledger],
            ["bob@dest.example", "ann@dest.example", "--ledger", station.ledger],
            ["bob@dest.example", "--ledger", station.ledger, "--bogus"],
        ] {
            let run = try Program.run(["check"] + arguments)
            #expect(run.status == 64, "\(arguments)")
            #expect(run.errorLines.count == 1 && run.output.isEmpty)
        }
        let help = try Program.run("check", "--ledger", station.ledger, "bob@dest.example", "--help")
        #expect(help.status == 0)
        #expect(help.text.contains("Example:"))
    }

    @Test("suppressed lists who must be left out, in every format")
    func suppressed() throws {
        let text = try Program.run("suppressed", "--ledger", station.ledger)
        #expect(text.status == 0)
        #expect(text.lines.map { $0.split(separator: "\t").first } == ["bob@dest.example"])
        let csv = try Program.run("suppressed", "--ledger", station.ledger, "--format", "csv")
        #expect(
            csv.text == "address,cause,reason,since,until,why,party\r\n"
                + "bob@dest.example,hard,userunknown,2026-11-24T10:00:05Z,,hard bounce (userunknown),recipient\r\n")
        let objects = try Program.run("suppressed", "--ledger", station.ledger, "--format", "jsonl").objects()
        #expect(objects.map { $0["address"] as? String } == ["bob@dest.example"])
        #expect(objects.map { $0["reason"] as? String } == ["userunknown"])
    }

    @Test("address shows counters and history")
    func address() throws {
        let run = try Program.run("address", "bob@dest.example", "--ledger", station.ledger)
        #expect(run.status == 0)
        #expect(run.text.contains("1 hard"))
        #expect(run.text.contains("5.1.1"))
        let object = try #require(
            try Program.run("address", "bob@dest.example", "--ledger", station.ledger, "--format", "jsonl").objects()
                .first)
        #expect(object["suppressed"] as? Bool == true)
        #expect((object["reports"] as? [String: Int])?["hard"] == 1)
        #expect((object["history"] as? [[String: Any]])?.count == 1)
        let unknown = try Program.run("address", "stranger@dest.example", "--ledger", station.ledger)
        #expect(unknown.status == 0)
        #expect(unknown.text.contains("no report has named it"))
    }

    @Test(
        "the queries leave the ledger's files as they are",
        arguments: [["suppressed"], ["check", "bob@dest.example"], ["address", "bob@dest.example"]])
    func readOnly(command: [String]) throws {
        let before = try station.folder.everything()
        _ = try Program.run(command + ["--ledger", station.ledger])
        #expect(try station.folder.everything() == before)
    }

    @Test("a formula in an address stays text in a table")
    func formula() throws {
        try station.deliver("1795514499.V1.host", Mail.bounce("=cmd|x!a@dest.example", id: "W1"))
        #expect(try station.scan().status == 0)
        let csv = try Program.run("suppressed", "--ledger", station.ledger, "--format", "csv")
        #expect(!csv.text.contains("\n="))
        #expect(csv.text.contains("'=cmd"))
    }
}
