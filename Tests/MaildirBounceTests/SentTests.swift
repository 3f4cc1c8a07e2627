import Foundation
import Ledger
import Testing

@testable import MaildirBounce

@Suite("sent")
struct SentTests {
    let station: Station
    /// A weekly list of one reader, whose mailbox is full: nobody else's reports make its days known.
    let days: [Int64]

    init() throws {
        station = try Station()
        let today = LedgerSamples.today
        days = [today - 14, today - 7, today]
        try LedgerSamples.make(
            station.ledger, days.enumerated().map { LedgerSamples.failure($0.offset, on: $0.element) })
    }

    private func sent(_ more: String..., input: String = "") throws -> Run {
        try Program.run(["sent", "--ledger", station.ledger] + more, input: Data(input.utf8))
    }

    private func isSuppressed(_ address: String = "bob@dest.example") throws -> Bool {
        try Program.run("check", address, "--ledger", station.ledger).status == 1
    }

    private func mailings() throws -> [Mailing] {
        try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy()).mailings()
    }

    @Test("An address that failed on three mailings in a row is suppressed as soon as their days are told")
    func told() throws {
        #expect(try !isSuppressed())
        let first = try sent(
            "--stream", "The Firm's News <NEWS.Firm.example>", "--at", LedgerSamples.text(ofDay: days[0]), "--count",
            "4200")
        #expect(first.status == 0)
        #expect(first.errors.isEmpty)
        #expect(first.lines == ["noted 1 mailing, 1 of which the ledger did not know"])
        #expect(try sent("--stream", "news.firm.example", "--at", "7d").status == 0)
        #expect(try !isSuppressed())
        #expect(try sent("--stream", "<news.firm.example>").status == 0)
        #expect(try isSuppressed())
        #expect(
            try mailings()
                == [(days[0], 4_200), (days[1], nil), (days[2], nil)].map {
                    Mailing(stream: "news.firm.example", day: $0.0, count: $0.1)
                })
        // Told again, without a number: nothing is new, and the number stays.
        let again = try sent("--stream", "news.firm.example", "--at", "14d")
        #expect(again.lines == ["noted 1 mailing, 0 of which the ledger did not know"])
        #expect(try mailings().first?.count == 4_200)
        // A mailing between them without a failure.
        #expect(try sent("--stream", "news.firm.example", "--at", "3d").status == 0)
        #expect(try !isSuppressed())
        let explained = try Program.run("policy", "explain", "bob@dest.example", "--ledger", station.ledger)
        let last = try #require(explained.lines.dropLast().last)
        #expect(last.contains("mailing of \(LedgerSamples.text(ofDay: days[2])) of news.firm.example: failure 1 of 3"))
        #expect(last.contains("the mailing of \(LedgerSamples.text(ofDay: days[2] - 3)) did not fail"))
    }

    @Test("Without --stream it is the configured return path")
    func returnPath() throws {
        let config = try station.folder.write("c.toml", "[verp]\nreturn_path = \"Bounce@News.example\"\n")
        #expect(try sent("--config", config, "--count", "0").status == 0)
        #expect(try mailings() == [Mailing(stream: "bounce@news.example", day: days[2], count: 0)])
    }

    @Test("A scan names the streams in the same way, and learns days from reports about two addresses")
    func streams() throws {
        func mail(_ address: String, _ id: String, _ header: String) -> String {
            Mail.softBounce(address, id: id).replacing("Subject: November", with: header + "\nSubject: November")
        }
        try station.deliver("1.V1.host", mail("ann@dest.example", "A1", "List-Id: The News <News.Lists.example.com>"))
        try station.deliver("2.V2.host", mail("cat@dest.example", "A2", "List-Id: The News <news.lists.example.com>"))
        try station.deliver("3.V3.host", mail("ann@dest.example", "A3", "Precedence: bulk"))
        try station.deliver(
            "4.V4.host", mail("cat@dest.example", "A4", "List-Unsubscribe: <https://lists.example.com>"))
        // One address alone, and two single mails.
        try station.deliver("5.V5.host", mail("dan@dest.example", "A5", "List-Id: <small.lists.example.com>"))
        let single = Mail.softBounce("eve@dest.example", id: "A6").replacing("bounces@", with: "receipts@")
        try station.deliver("6.V6.host", single)
        try station.deliver("7.V7.host", single.replacing("eve@", with: "fay@").replacing("A6", with: "A7"))
        // BATV before the name, and a recipient after it.
        for (name, id) in [("ann", "A8"), ("cat", "A9")] {
            try station.deliver(
                "\(id).V1.host",
                mail("\(name)@dest.example", id, "Precedence: list").replacing(
                    "bounces@", with: "btv1==0123abcdef==weekly-\(name)=dest.example@"))
        }
        #expect(try station.scan().status == 0)
        let known = try sent("--list", "--format", "csv").lines
        #expect(
            known == [
                "stream,day,count,known_by", "bounces@lists.example.com,2026-11-24,,reports",
                "news.lists.example.com,2026-11-24,,reports", "weekly@lists.example.com,2026-11-24,,reports",
            ])
        // Told what is known from reports: nothing is new, and now it is told.
        let told = try sent("--stream", "Bounces@lists.example.com", "--at", "2026-11-24")
        #expect(told.lines == ["noted 1 mailing, 0 of which the ledger did not know"])
        #expect(try sent("--list", "--stream", "bounces@lists.example.com").text.contains("told"))
    }

    @Test("An id in the return path is no part of the stream")
    func ids() throws {
        let config = try station.folder.write("c.toml", "[verp]\npatterns = [\"B.{id}.x@lists.example.com\"]\n")
        for (name, id) in [("ann", "A1"), ("cat", "A2")] {
            let mail = Mail.softBounce("\(name)@dest.example", id: id)
                .replacing("Subject: November", with: "Precedence: bulk\nSubject: November")
            try station.deliver("\(id).V1.host", mail.replacing("bounces@", with: "b.\(id)7-1=2.x@"))
        }
        #expect(try station.scan("--config", config).status == 0)
        #expect(try sent("--list", "--format", "csv").lines.last == "b.{id}.x@lists.example.com,2026-11-24,,reports")
        let told = try sent("--stream", "B.{id}.x@lists.example.com", "--at", "2026-11-24")
        #expect(told.lines == ["noted 1 mailing, 0 of which the ledger did not know"])
    }

    // MARK: --from

    @Test("--from reads a table with and without names, with and without numbers, from a file and standard input")
    func table() throws {
        let (first, second, third) = (
            LedgerSamples.text(ofDay: days[0]), LedgerSamples.text(ofDay: days[1]), LedgerSamples.text(ofDay: days[2])
        )
        let file = try station.folder.write(
            "m.csv", "\u{FEFF}Stream,day,count\r\n\"The News <NEWS.firm.example>\",\(first),10\r\n\r\n")
        #expect(try sent("--from", file).lines == ["noted 1 mailing, 1 of which the ledger did not know"])
        let text = "news.firm.example,\(second)\nnews.firm.example,\(third),\nnews.firm.example,\(first),11"
        let piped = try sent("--from", "-", input: text)
        #expect(piped.errors.isEmpty)
        #expect(piped.lines == ["noted 3 mailings, 2 of which the ledger did not know"])
        #expect(try mailings().map(\.day) == days)
        #expect(try mailings().map(\.count) == [11, nil, nil])
        #expect(try isSuppressed())
    }

    @Test(
        "A broken line is named, and nothing is changed",
        arguments: [
            ("news.firm.example\n", "line 2: a row has the columns stream, day and, if known, count"),
            (",2026-11-17\n", "line 2: a row has"), ("a,2026-11-17,1,2\n", "line 2: a row has"),
            ("<>,2026-11-17\n", "line 2: a row has"),
            ("a,2026-02-30\n", "line 2: '2026-02-30' is no day"), ("a,yesterday\n", "line 2: 'yesterday' is no day"),
            ("a,2026-11-17T10:00:00Z\n", "line 2: '2026-11-17T10:00:00Z' is no day"),
            ("a,9999-12-31\n", "line 2: 9999-12-31 lies in the future"),
            ("a,2026-11-17,many\n", "line 2: 'many' is no number"), ("a,2026-11-17,-1\n", "line 2: '-1' is no number"),
            ("\n\"a,2026-11-17\n", "line 3: this is no row"), ("stream,day\n", "line 2: 'day' is no day"),
            ("a,\u{1B}[31m\n", "line 2: '"),
        ])
    func broken(line: String, complaint: String) throws {
        let before = try station.folder.everything()
        let run = try sent("--from", "-", input: "news.firm.example,2026-11-10\n" + line)
        #expect(run.status == 65)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("standard input: " + complaint), "\(run.errors)")
        #expect(run.errors.contains("nothing was changed"))
        #expect(!run.errors.contains("\u{1B}"))
        #expect(try station.folder.everything() == before)
    }

    @Test("Nothing is no table, names alone are one; too many mailings are an error, as many as are allowed are taken")
    func limits() throws {
        #expect(try sent("--from", "-").status == 65)
        let none = try sent("--from", "-", input: "stream,day,count\n\n")
        #expect(none.status == 0)
        #expect(none.lines == ["noted 0 mailings, 0 of which the ledger did not know"])
        let rows = String(repeating: "a,2026-11-17\n", count: MailingTable.lineLimit)
        let run = try sent("--from", "-", input: rows + "a,2026-11-17\n")
        #expect(run.status == 65)
        #expect(run.errors.contains("line \(MailingTable.lineLimit + 1): more than \(MailingTable.lineLimit) mailings"))
        #expect(try mailings().isEmpty)
        #expect(
            try sent("--from", "-", input: rows).lines == [
                "noted \(MailingTable.lineLimit) mailings, 1 of which the ledger did not know"
            ])
    }

    // MARK: --list

    @Test("--list prints what is known, by stream and day, as text, CSV and JSON lines, and changes nothing")
    func list() throws {
        #expect(try sent("--list").output.isEmpty)
        try LedgerSamples.make(station.ledger, LedgerSamples.mailings([days[0] - 7]))
        #expect(try sent("--from", "-", input: "b.example,2026-11-24,7\na.example,2026-11-10\n").status == 0)
        let before = try station.folder.everything()
        let day = LedgerSamples.text(ofDay: days[0] - 7)
        let text = try sent("--list")
        #expect(text.status == 0)
        #expect(
            text.lines.map { $0.split(separator: " ").map(String.init) } == [
                ["a.example", "2026-11-10", "told"], ["b.example", "2026-11-24", "7", "told"],
                ["news.firm.example", day, "reports"],
            ])
        #expect(
            try sent("--list", "--format", "csv").lines == [
                "stream,day,count,known_by", "a.example,2026-11-10,,told", "b.example,2026-11-24,7,told",
                "news.firm.example,\(day),,reports",
            ])
        let objects = try sent("--list", "--format", "jsonl").objects()
        #expect(objects.map { $0["stream"] as? String } == ["a.example", "b.example", "news.firm.example"])
        #expect(objects.map { $0["day"] as? String } == ["2026-11-10", "2026-11-24", day])
        #expect(objects.map { $0["count"] as? Int } == [nil, 7, nil])
        #expect(objects.map { $0["known_by"] as? String } == ["told", "told", "reports"])
        #expect(try sent("--list", "--stream", "<B.example>").lines.count == 1)
        #expect(try sent("--list", "--stream", "c.example").output.isEmpty)
        #expect(try station.folder.everything() == before)
    }

    // MARK: Usage

    @Test(
        "Options that do not belong together, and values that mean nothing, are status 64",
        arguments: [
            [], ["--from", "m.csv", "--stream", "a"], ["--from", "m.csv", "--at", "1d"],
            ["--from", "m.csv", "--count", "1"], ["--from", "m.csv", "--list"], ["--list", "--at", "1d"],
            ["--list", "--count", "1"], ["--stream", "a", "--count=-1"], ["--stream", "a", "--count", "many"],
            ["--stream", "a", "--at", "9999-12-31"], ["--stream", "a", "--at", "someday"], ["--stream", ""],
            ["--stream", "<>"], ["--list", "--format", "html"], ["--stream", "a", "--format", "csv"],
        ])
    func wrong(arguments: [String]) throws {
        let config = ["--config", try station.folder.write("empty.toml", "")]
        let before = try station.folder.everything()
        let run = try Program.run(["sent", "--ledger", station.ledger] + config + arguments)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
        #expect(try station.folder.everything() == before)
    }

    @Test("Neither a ledger nor a table is made where there is none")
    func missing() throws {
        for arguments in [["--stream", "a"], ["--list"], ["--from", "-"]] {
            let run = try Program.run(
                ["sent", "--ledger", station.folder.path("none.sqlite")] + arguments, input: Data("a,2026-11-17\n".utf8)
            )
            #expect(run.status == 66)
            #expect(run.output.isEmpty)
        }
        #expect(!station.folder.names("").contains("none.sqlite"))
        #expect(try sent("--from", station.folder.path("none.csv")).status == 66)
    }

    @Test("--remove takes back what was told, and the states follow")
    func remove() throws {
        try LedgerSamples.make(station.ledger, [])
        func sent(_ more: String...) throws -> Run {
            try Program.run(["sent", "--stream", "news.example", "--ledger", station.ledger] + more)
        }
        #expect(try sent("--at", "2026-11-06").status == 0)
        #expect(try sent("--remove", "--at", "2026-11-07").status == 65)
        let run = try sent("--remove", "--at", "2026-11-06")
        #expect(run.status == 0 && run.text.contains("took back the mailing of news.example on 2026-11-06"))
        #expect(try sent("--list").lines.filter { !$0.isEmpty }.isEmpty)
        #expect(try sent("--remove", "--count", "3").status == 64)
        let tagged = try Program.run(
            "sent", "--stream", "bounce+bob=dest.example@news.example", "--ledger", station.ledger)
        #expect(tagged.status == 64)
    }
}
