import Bytes
import Foundation
import Ledger
import Testing
import Verdict

@testable import MaildirBounce

@Suite("what the sender has to repair")
struct SendersFaultTests {
    let station: Station
    let day: String

    init() throws {
        station = try Station()
        let now = LedgerSamples.now
        day = String((timestamp(now) ?? "").prefix(10))
        let refused = (0..<12).map { number -> DeliveryEvent in
            LedgerSamples.report(number, "a\(number)@big.example", kind: .soft, reason: .authFailure, at: now)
        }
        let others = (0..<6).map { number -> DeliveryEvent in
            LedgerSamples.report(100 + number, "a@d\(number).example", kind: .soft, reason: .blocked, at: now)
        }
        var hostile = LedgerSamples.report(200, "b@big.example", kind: .soft, reason: .authFailure, at: now)
        hostile.outcomes[0].diagnostic = "550 <b>\u{1B}[2J & no|more</b>"
        hostile.arrival += 1
        let remote = LedgerSamples.report(300, origin: .remote, at: now)
        try LedgerSamples.make(station.ledger, refused + others + [hostile, remote])
    }

    private func run(_ arguments: String...) throws -> Run {
        try Program.run(arguments + ["--ledger", station.ledger])
    }

    private var line: String {
        "big.example refuses 13 addresses since \(day): authfailure (DMARC, SPF or DKIM). To repair: let SPF name"
    }

    /// Waits until the hostile reply, which is a second younger, has arrived.
    private func waitForAll() { Thread.sleep(forTimeInterval: 1.1) }

    @Test("status begins with the five worst, says how many more there are, and gives JSON all")
    func status() throws {
        waitForAll()
        let lines = try run("status").lines
        #expect(lines.first?.hasPrefix(line) == true)
        #expect(lines.first?.hasSuffix("; see docs/reasons.md#authfailure") == true)
        #expect(lines[1].hasPrefix("d0.example refuses 1 address since \(day): blocked ("))
        #expect(lines[4].hasPrefix("d3.example "))
        #expect(lines[5] == "and 2 more")
        #expect(lines[6].hasPrefix("ledger"))
        let run = try run("status", "--format", "json")
        #expect(run.text.contains("\\u001b[2J"))
        let faults = try #require(try run.objects().first?["senders_faults"] as? [[String: Any]])
        #expect(faults.count == 7)
        #expect(faults[0]["domain"] as? String == "big.example")
        #expect(faults[0]["reason"] as? String == "authfailure")
        #expect(faults[0]["addresses"] as? Int == 13)
        #expect(faults[0]["since"] as? String == day)
        #expect((faults[0]["latest"] as? String)?.hasPrefix(day.prefix(7)) == true)
        #expect((faults[0]["example"] as? String)?.hasPrefix("550 <b>") == true)
        #expect(faults[0]["advice"] as? String == Reason.authFailure.repair?.advice)
        #expect(faults[0]["see"] as? String == "docs/reasons.md#authfailure")
    }

    @Test("the report begins with them, unless it ends before today; the page shows the reply as text")
    func report() throws {
        waitForAll()
        let text = try run("report").lines
        #expect(text[2].hasPrefix(line))
        #expect(text.contains("and 2 more"))
        let old = try run("report", "--until", "1d")
        #expect(!old.text.contains("refuses"))
        let objects = try run("report", "--format", "jsonl").objects()
        #expect(objects[1]["by"] as? String == "senders-fault")
        #expect(objects[1]["domain"] as? String == "big.example")
        #expect(objects.count { $0["by"] as? String == "senders-fault" } == 7)
        let page = try run("report", "--format", "html").text
        let repair = try #require(page.range(of: "<section id=\"repair\""))
        #expect(repair.lowerBound < (page.range(of: "<section id=\"summary\"")?.lowerBound ?? page.startIndex))
        #expect(page.contains("550 &lt;b&gt;\\x1B[2J &amp; no|more&lt;/b&gt;"))
        #expect(page.contains("docs/reasons.md#authfailure"))
        #expect(page.contains("<caption id=\"t-parties-c\">"))
    }

    @Test("report --by party counts whose fault the failures are, in every format")
    func byParty() throws {
        waitForAll()
        #expect(try run("report", "--by", "party").lines.last?.split(separator: " ").first == "recipient")
        let csv = try run("report", "--by", "party", "--format", "csv").text
        #expect(csv.hasPrefix("party,bounces,hard,soft,"))
        #expect(csv.contains("\r\nsender,19,0,19,"))
        #expect(csv.contains("\r\nrecipient,1,1,0,"))
        let objects = try run("report", "--by", "party", "--format", "jsonl").objects()
        #expect(objects.map { $0["value"] as? String } == ["sender", "recipient"])
    }

    @Test(
        "Nagios is warned from so many addresses of one domain on",
        arguments: [(nil, 1), ("13", 1), ("14", 0), ("1", 1)] as [(String?, Int32)])
    func nagios(limit: String?, status: Int32) throws {
        waitForAll()
        let file = station.folder.path("bounces.prom")
        #expect(try station.scan("--metrics", file).status == 0)
        let more = limit.map { ["--warn-senders-faults", $0] } ?? []
        let run = try Program.run(["status", "--nagios", "--ledger", station.ledger, "--metrics", file] + more)
        #expect(run.status == status)
        #expect(run.lines.count == 1)
        let start = "WARNING - big.example refuses 13 addresses since \(day): authfailure (DMARC, SPF or DKIM)"
        #expect(run.text.hasPrefix(start) == (status == 1))
        #expect(run.text.contains("and 2 more, see maildir-bounce status") == (limit == "1"))
        let threshold = (limit.flatMap { Int($0) } ?? 10) - 1
        #expect(run.text.hasSuffix("senders_faults=7;;;0 refused_by_one=13;\(threshold);;0\n"))
        let metrics = try String(contentsOfFile: file, encoding: .utf8)
        let name = "maildir_bounce_senders_fault_addresses"
        #expect(metrics.contains("\(name){maildir=\"\(station.maildir)\",reason=\"authfailure\"} 13\n"))
        #expect(metrics.contains("reason=\"speeding\"} 0\n"))
        #expect(!metrics.contains("big.example"))
    }

    @Test("a limit that warns always is refused")
    func noLimit() throws {
        #expect(try run("status", "--nagios", "--warn-senders-faults", "0").status == 64)
    }

    @Test("whose fault it is stands in address, check, suppressed, export and policy explain")
    func party() throws {
        let address = try run("address", "a1@big.example")
        #expect(address.text.contains("    whose fault: 1 the sender's\n"))
        #expect(address.text.contains("  soft  authfailure  sender  5.2.2"))
        let object = try #require(try run("address", "a1@big.example", "--format", "jsonl").objects().first)
        #expect(object["parties"] as? [String: Int] == ["recipient": 0, "sender": 1, "system": 0])
        #expect((object["history"] as? [[String: Any]])?.first?["party"] as? String == "sender")
        for command in [
            ["check", "bob@dest.example"], ["suppressed"], ["export"], ["policy", "explain", "bob@dest.example"],
        ] {
            let run = try Program.run(command + ["--format", "jsonl", "--ledger", station.ledger])
            #expect(try run.objects().first?["party"] as? String == "recipient", "\(command)")
        }
        #expect(try run("export", "--format", "csv").text.contains("hard bounce (userunknown),recipient\r\n"))
    }
}
