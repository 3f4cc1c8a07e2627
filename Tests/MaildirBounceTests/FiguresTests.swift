import Bytes
import Foundation
import Testing

@testable import MaildirBounce

@Suite("report")
struct FiguresTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
        // No valid address: a bounce of nobody.
        try station.deliver("1795514405.V5.host", Mail.bounce("=cmd|x!\u{1B}@dest.example", id: "S5", status: "5.0.0"))
        try station.deliver("1795514406.V6.host", Mail.softBounce("dan@other.example", id: "S6"))
        #expect(try station.scan().status == 0)
    }

    private func report(_ arguments: String...) throws -> Run {
        try Program.run(["report", "--ledger", station.ledger] + arguments)
    }

    /// Those by which it counts without being told more.
    private static let axes = StatisticsAxis.allCases.filter { $0 != .campaign }

    @Test("counts by everything it can count by, the same in every format", arguments: axes)
    func formats(by: StatisticsAxis) throws {
        let json = try report("--by", by.rawValue, "--format", "jsonl")
        #expect(json.status == 0)
        let objects = try json.objects()
        #expect(!objects.isEmpty)
        #expect(objects.allSatisfy { $0["by"] as? String == by.rawValue })
        let csv = try report("--by", by.rawValue, "--format", "csv")
        #expect(csv.status == 0)
        #expect(csv.lines.count == objects.count + 1)
        let keys = try #require(csv.lines.first).split(separator: ",").map(String.init)
        #expect(keys.first == by.rawValue)
        for (line, object) in zip(csv.lines.dropFirst(), objects) {
            let numbers = line.split(separator: ",", omittingEmptySubsequences: false).suffix(keys.count - 1)
            for (key, number) in zip(keys.dropFirst(), numbers) where key != "last_seen" {
                #expect(object[key] as? Int == Int(number), "\(key) in \(line)")
            }
        }
        let text = try report("--by", by.rawValue)
        #expect(text.status == 0)
        for object in objects {
            guard let value = object["value"] as? String else { continue }
            #expect(text.lines.contains { $0.contains(terminalSafe(value)) }, "\(value)")
        }
    }

    @Test("counts what the scan has counted")
    func numbers() throws {
        let classes = try report("--by", "class", "--format", "jsonl").objects()
        let counts = Dictionary(
            uniqueKeysWithValues: classes.map { ($0["value"] as? String ?? "", $0["reports"] as? Int ?? 0) })
        #expect(counts == ["hard-bounce": 2, "soft-bounce": 2, "auto-reply": 1, "not-a-bounce": 1])
        #expect(counts == (try station.classes()))
        let domains = try report("--by", "domain", "--format", "jsonl").objects()
        #expect(domains.map { $0["value"] as? String } == ["dest.example", "other.example"])
        #expect(domains.map { $0["bounces"] as? Int } == [2, 1])
        let all = try #require(try report("--format", "jsonl").objects().first)
        #expect(all["by"] as? String == "all")
        #expect(all["reports"] as? Int == 6)
        #expect(all["newly_suppressed"] as? Int == 1)
    }

    @Test("takes whole hours between since and until")
    func window() throws {
        func reports(_ arguments: String...) throws -> Int {
            let run = try Program.run(["report", "--ledger", station.ledger, "--format", "jsonl"] + arguments)
            return try #require(try run.objects().first?["reports"] as? Int)
        }
        // All arrived at 2026-11-24T10:00:05Z.
        #expect(try reports("--since", "2026-11-24") == 6)
        #expect(try reports("--since", "2026-11-24T10:59:00Z") == 6)
        #expect(try reports("--since", "2026-11-24T11:00:00Z") == 0)
        #expect(try reports("--until", "2026-11-24") == 0)
        #expect(try reports("--until", "2026-11-25") == 6)
        #expect(try reports("--since", "36500d") == 6)
        let empty = try report("--since", "2030-01-01", "--until", "2031-01-01")
        #expect(empty.status == 0)
        #expect(empty.text.contains("0 reports"))
        let page = try report("--since", "2030-01-01", "--until", "2031-01-01", "--format", "html")
        #expect(page.status == 0)
        #expect(page.text.contains("Nothing in this time."))
    }

    @Test("a formula in a spreadsheet and an escape at a terminal are only text")
    func hostile() throws {
        let page = try report("--format", "html")
        #expect(page.status == 0)
        #expect(!page.output.contains(0x1B))
        let folder = try TemporaryFolder()
        let mail = Mail.bounce("bob@dest.example", id: "F1").replacingOccurrences(
            of: "Reporting-MTA: dns; mail.lists.example.com", with: "Reporting-MTA: dns; =HYPERLINK(1)")
        let maildir = try folder.makeMaildir()
        try folder.write("Maildir/new/1.V1.host", mail)
        let ledger = folder.path("ledger.sqlite")
        #expect(try Program.run("scan", "--maildir", maildir, "--ledger", ledger).status == 0)
        let csv = try Program.run(
            "report", "--by", "reporting-mta", "--format", "csv", "--ledger", ledger)
        #expect(csv.status == 0)
        #expect(csv.lines.dropFirst().allSatisfy { !$0.hasPrefix("=") }, "\(csv.text)")
    }

    @Test("reads the ledger as a user who may only read, and writes nothing", arguments: ["text", "html", "jsonl"])
    func readOnly(format: String) throws {
        guard Program.isRoot else { return }
        _ = try Program.command(["/bin/chmod", "-R", "a+rX", station.folder.root])
        let before = try station.folder.everything()
        let run = try Program.run(["report", "--ledger", station.ledger, "--format", format], asNobody: true)
        #expect(run.status == 0)
        #expect(!run.output.isEmpty)
        #expect(try station.folder.everything() == before)
    }

    @Test("--limit cuts a table and says what is left out")
    func limit() throws {
        let text = try report("--by", "class", "--limit", "1")
        #expect(text.text.contains("3 more"))
        #expect(try report("--by", "class", "--limit", "1", "--format", "jsonl").lines.count == 1)
    }

    @Test(
        "refuses what makes no sense, in one line",
        arguments: [
            ["--format", "csv"], ["--format", "html", "--by", "day"], ["--by", "rule", "--since", "1d"],
            ["--since", "yesterday"], ["--since", "2026-11-25", "--until", "2026-11-24"], ["--limit", "0"],
        ])
    func usage(arguments: [String]) throws {
        let run = try Program.run(["report", "--ledger", station.ledger] + arguments)
        #expect(run.status == 64)
        #expect(run.errorLines.count == 1)
        #expect(run.output.isEmpty)
    }

    @Test("says that there is no ledger")
    func noLedger() throws {
        let run = try Program.run("report", "--ledger", station.folder.path("none.sqlite"), "--format", "html")
        #expect(run.status == 66)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
    }
}

@Suite("Tables that fit the terminal")
struct ReportTextTests {
    private let table = StatisticsTable(
        by: .domain,
        columns: ["bounces", "hard", "soft", "auto-reply", "delivery-receipt", "never"].map {
            StatisticsTable.Column(key: $0, heading: $0)
        },
        rows: (0..<30).map { number in
            StatisticsTable.Row(
                value: number == 3 ? "" : "a-rather-long-name-of-a-domain-\(number).dest.example",
                counts: [1_000 - number, 400, 600 - number, 12, 7, 0])
        })

    @Test("no line is wider than the screen, and the first number is always there", arguments: [30, 40, 60, 80, 200])
    func width(_ width: Int) {
        let lines = StatisticsText(width: width).lines(table, limit: 10)
        #expect(lines.allSatisfy { $0.columnCount <= width })
        #expect(lines.contains { $0.contains("1000") })
        #expect(lines.contains { $0.hasPrefix("20 more") })
        #expect(lines.contains { $0.hasPrefix(StatisticsText.notSaid) })
        #expect(!lines.contains { $0.contains("never") })
    }

    @Test("of days the latest are shown, of all else the largest")
    func latest() {
        let days = StatisticsTable(
            by: .day, columns: [StatisticsTable.Column(key: "reports", heading: "reports")],
            rows: (1...9).map { StatisticsTable.Row(value: "2026-11-0\($0)", counts: [$0]) })
        #expect(days.rows(limit: 2).shown.map(\.value) == ["2026-11-08", "2026-11-09"])
        #expect(StatisticsText(width: nil).lines(days, limit: 2).last == "7 earlier        28")
        #expect(table.rows(limit: 2).shown.map(\.counts[0]) == [1_000, 999])
        #expect(table.rows(limit: nil).rest.isEmpty)
    }

    @Test("columns that do not fit are put together, so that nothing is lost")
    func rest() {
        let lines = StatisticsText(width: 54).lines(table, limit: nil)
        #expect(lines.contains { $0.hasSuffix("rest") })
        #expect(lines.contains { $0.hasSuffix(" 19") })
    }

    @Test("periods are days, then weeks that begin on Monday, then months")
    func periods() {
        // 2026-11-01, a Sunday.
        let first: Int64 = 1_793_491_200 / 86_400
        let days = StatisticsPeriods(first...first + 61)
        #expect(days.unit == "day" && days.periods.count == 62)
        let weeks = StatisticsPeriods(first...first + 62)
        #expect(weeks.unit == "week" && weeks.periods.count == 10)
        #expect(weeks.periods.first?.label == "2026-10-26 to 2026-11-01")
        let months = StatisticsPeriods(first - 600...first)
        #expect(months.unit == "month")
        #expect(months.periods.last?.label == "2026-11" && months.periods.last?.days == first...first)
        for periods in [days, weeks, months] {
            for (left, right) in zip(periods.periods, periods.periods.dropFirst()) {
                #expect(left.days.upperBound + 1 == right.days.lowerBound)
            }
        }
        #expect(StatisticsPeriods(nil).periods.isEmpty)
    }

    @Test("base64 is that of RFC 4648 section 10")
    func base64Vectors() {
        for (text, code) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
        ] {
            #expect(HTMLStyle.base64(Array(text.utf8)) == code)
        }
    }

    @Test("thousands stand apart")
    func thousands() {
        #expect(
            [0, 12, 999, 1_000, 12_345, 1_234_567].map(grouped) == ["0", "12", "999", "1,000", "12,345", "1,234,567"])
    }
}
