import Bytes
import Classifier
import Foundation
import Glibc
import MIME
import Testing
import Verdict

@testable import Ledger
@testable import MaildirBounce

@Suite("[capture]: what is kept of the mails that come back")
struct CaptureTests {
    let station: Station

    init() throws { station = try Station() }

    /// A table that keeps the texts of the tests' mails for as long as can be said.
    private static let long = "[capture]\nheaders = [\"X-Campaign\", \"X-Job\"]\ndays = 3650\n"

    private func run(_ command: String..., config: String = Self.long) throws -> Run {
        let path = try station.folder.write("config.toml", config)
        return try Program.run(command + ["--config", path])
    }

    private func scan(config: String = Self.long) throws -> Run {
        try run("scan", "--maildir", station.maildir, "--ledger", station.ledger, config: config)
    }

    private func deliver(_ number: Int, _ address: String, _ header: String, arrival: Int64? = nil) throws {
        var mail = Mail.bounce(address, id: "S\(number)")
            .replacingOccurrences(of: "Subject: November news\n", with: "Subject: November news\n\(header)\n")
        if let arrival {
            let date = DateFormatter()
            date.locale = Locale(identifier: "en_US_POSIX")
            date.timeZone = TimeZone(identifier: "UTC")
            date.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
            mail = mail.replacingOccurrences(
                of: "Tue, 24 Nov 2026 10:00:05 +0000 (UTC)",
                with: date.string(from: Date(timeIntervalSince1970: TimeInterval(arrival))))
        }
        try station.deliver("1795514\(400 + number).V\(number).host", mail)
    }

    private func table(_ text: String) throws -> CaptureTable {
        try Configuration(
            ConfigTable(text: Array("[capture]\n\(text)\n".utf8), file: "c", isWorldReadable: false)
        ).capture
    }

    private func captured(_ address: String) throws -> [[String: String]?] {
        let record = try run("address", address, "--format", "jsonl", "--ledger", station.ledger).objects()
        return (record.first?["history"] as? [[String: Any]] ?? []).map { $0["captured"] as? [String: String] }
    }

    private func rows() throws -> Int {
        let store = try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy())
        let rows = try store.read { try $0.integer("SELECT count(*) FROM captured") }
        return Int(rows ?? -1)
    }

    @Test("the table names header fields, days, and whether to store")
    func configuration() throws {
        let defaults = try table("")
        #expect(defaults.headers == [] && defaults.days == CaptureTable.defaultDays)
        #expect(try table("headers = [\"X-Campaign\"]").headers.map(\.spelling) == ["X-Campaign"])
        #expect(try table("store = false\ndays = 9").days == 0)
        #expect(try table("store = true\ndays = 9").days == 9)
        #expect(try table("days = \(CaptureTable.maximumDays)").days == CaptureTable.maximumDays)
        let sixteen = (1...16).map { "\"X-\($0)\"" }.joined(separator: ", ")
        #expect(try table("headers = [\(sixteen)]").headers.count == 16)
        for (text, problem) in [
            (
                "headers = [\(sixteen), \"X-17\"]",
                "c:2:11: capture.headers names more than 16 header fields; leave some out"
            ),
            ("headers = [\"X-A\", \"x-a\"]", "names \"x-a\" twice"),
            ("headers = [\"X A\"]", "names \"X A\", which is not a header field's name"),
            ("headers = [\"X-A:\"]", "which is not a header field's name"),
            ("headers = [\"SUBJECT\"]", "names \"SUBJECT\", which is captured without being named"),
            ("headers = \"X-A\"", "must be a list of texts"), ("header = [\"X-A\"]", "is not a known key"),
            ("days = -1", "must be a whole number from 0 to 3650"), ("days = 3651", "from 0 to 3650"),
            ("store = 1", "must be true or false"),
        ] {
            let failure = try #require(throws: Failure.self) { try table(text) }
            #expect(failure.message.contains(problem), "\(failure.message)")
        }
    }

    @Test("texts are kept for whole days, and for none where the ledger stores none")
    func horizon() throws {
        let verdict = Verdict(messageClass: .hardBounce, original: OriginalMessage(subject: "News"))
        let (day, now): (Int64, Int64) = (86_400, 1_795_514_405)
        let midnight = now / day * day
        let table = CaptureTable()
        #expect(table.horizon(at: now) == midnight - 90 * day)
        #expect(table.fields(of: verdict, arrival: midnight - 90 * day, at: now) == [CapturedField("subject", "News")])
        #expect(table.fields(of: verdict, arrival: midnight - 90 * day - 1, at: now) == [])
        #expect(table.fields(of: verdict, arrival: 0, at: nil) == [])
        var none = CaptureTable()
        none.days = 0
        #expect(none.horizon(at: now) == .max)
        #expect(none.fields(of: verdict, arrival: now, at: now) == [])
        #expect(none.fields(of: verdict, arrival: now, at: nil) == [])
        var letter = verdict
        letter.messageClass = .notABounce
        #expect(table.fields(of: letter, arrival: now, at: now) == [])
    }

    @Test("every class of report has its texts, the id of the return path among them")
    func fields() {
        var original = OriginalMessage(
            messageID: "1@news.example", subject: "News", listID: "news.example", feedbackID: "1:2")
        original.headers = [OriginalMessage.Header(name: "X-Campaign", value: "42")]
        var verdict = Verdict(messageClass: .complaint, original: original)
        verdict.tagID = "q7"
        let fields = CaptureTable().fields(of: verdict, arrival: 9, at: 9)
        #expect(
            fields.map { "\($0.name)=\($0.value)" } == [
                "list-id=news.example", "feedback-id=1:2", "message-id=1@news.example", "subject=News", "verp-id=q7",
                "x-campaign=42",
            ])
        #expect(LedgerLimits.capturedFields == CapturedField.Name.allCases.count + Limits.capturedHeaders)
        #expect(LedgerLimits.capturedBytes == Limits.capturedBytes)
    }

    @Test("classify and scan print the named fields, in keys as the configuration writes them")
    func json() throws {
        try deliver(1, "bob@dest.example", "X-campaign: =?utf-8?q?N=C3=A9ws=1B?=\nX-Other: 1")
        try station.deliver("1795514499.V9.host", Mail.letter(id: "S9"))
        let quoted = #"[capture]\#nheaders = ["X-Campaign", 'x"\{}']\#n"#
        for command in [
            ["classify", station.maildir],
            ["scan", "--dry-run", "--maildir", station.maildir, "--ledger", station.ledger],
        ] {
            let path = try station.folder.write("config.toml", quoted)
            let objects = try Program.run(command + ["--format", "jsonl", "--config", path]).objects()
            let original = try #require(objects.first?["original"] as? [String: Any])
            #expect(original["headers"] as? [String: String] == ["X-Campaign": "Néws"])
        }
        let explained = try run("classify", "--explain", station.maildir)
        #expect(explained.text.contains("    original X-Campaign: Néws\n"))
        // Nothing is named, nothing is printed.
        #expect(try !run("classify", "--format", "jsonl", station.maildir, config: "").text.contains("headers"))
    }

    @Test("a scan stores them, and address shows them")
    func stored() throws {
        try deliver(1, "bob@dest.example", "X-Campaign: \u{1B}[31m42\nList-Id: News <news.example>")
        #expect(try scan().status == 0)
        #expect(
            try captured("bob@dest.example") == [
                [
                    "list-id": "news.example", "message-id": "news-S1@lists.example.com", "subject": "November news",
                    "x-campaign": "[31m42",
                ]
            ])
        let text = try run("address", "bob@dest.example", "--ledger", station.ledger)
        #expect(
            text.lines.contains(
                "            stream: news.example  subject: November news  x-campaign: [31m42  "
                    + "message-id: news-S1@lists.example.com"), "\(text.text)")
        #expect(try !run("address", "bob@dest.example", "--ledger", station.ledger).output.contains(0x1B))
    }

    @Test("nothing is stored where the configuration says so", arguments: ["store = false", "days = 0"])
    func notStored(setting: String) throws {
        try deliver(1, "bob@dest.example", "X-Campaign: 1")
        #expect(try scan(config: Self.long.replacingOccurrences(of: "days = 3650", with: setting)).status == 0)
        #expect(try captured("bob@dest.example") == [nil])
        #expect(try rows() == 0)
    }

    @Test("a scan drops old texts when it counts mail; an empty one writes nothing; prune drops them at once")
    func retention() throws {
        let now = Int64(time(nil))
        try deliver(1, "bob@dest.example", "X-Campaign: 1", arrival: now - 40 * 86_400)
        try deliver(2, "ann@dest.example", "X-Campaign: 1", arrival: now - 100 * 86_400)
        #expect(try scan(config: "").status == 0)
        // Of reports older than the default 90 days nothing is stored.
        #expect(try captured("bob@dest.example").compactMap(\.self).count == 1)
        #expect(try captured("ann@dest.example") == [nil])
        let month = "[capture]\ndays = 30\n"
        let path = try station.folder.write("month.toml", month)
        func stored() throws -> [Data] {
            try ["", "-wal"].map { try Data(contentsOf: URL(fileURLWithPath: station.ledger + $0)) }
        }
        let before = try stored()
        #expect(try station.scan("--config", path).status == 0)
        #expect(try stored() == before)
        try deliver(3, "cid@dest.example", "X-Campaign: 1", arrival: now)
        #expect(try scan(config: month).status == 0)
        #expect(try captured("bob@dest.example") == [nil])
        #expect(try captured("cid@dest.example").compactMap(\.self).count == 1)
        let pruned = try run(
            "prune", "--older-than", "400d", "--ledger", station.ledger, config: "[capture]\nstore = false\n")
        #expect(pruned.status == 0)
        #expect(pruned.text.contains("dropped: texts of mails that came back 2"), "\(pruned.text)")
        #expect(try rows() == 0)
    }

    @Test("reprocess stores them as a scan does")
    func reprocessed() throws {
        try deliver(1, "bob@dest.example", "X-Campaign: 42")
        #expect(try run("reprocess", station.maildir, "--ledger", station.ledger).status == 0)
        #expect(try captured("bob@dest.example").first??["x-campaign"] == "42")
        #expect(
            try run("reprocess", "--reclassify", "--yes", station.maildir, "--ledger", station.ledger, config: "")
                .status == 0)
        #expect(try captured("bob@dest.example").first??["x-campaign"] == nil)
    }

    @Test("report counts by stream and campaign, in every format")
    func report() throws {
        let hostile = "=HYPERLINK(1)<script>\u{1B}[2J"
        try deliver(1, "bob@dest.example", "X-Campaign: 42\nX-Job: 1\nList-Id: <news.example>")
        try deliver(2, "ann@dest.example", "X-Campaign: 42\nX-Job: 2")
        try deliver(3, "cid@dest.example", "X-Campaign: \(hostile)")
        try deliver(4, "dan@dest.example", "X-None: 1")
        #expect(try scan().status == 0)
        func counts(_ more: String...) throws -> [String: Int] {
            let path = try station.folder.write("config.toml", Self.long)
            let objects = try Program.run(
                ["report", "--format", "jsonl", "--ledger", station.ledger, "--config", path] + more
            ).objects()
            return Dictionary(
                uniqueKeysWithValues: objects.map { ($0["value"] as? String ?? "", $0["bounces"] as? Int ?? 0) })
        }
        #expect(try counts("--by", "stream") == ["news.example": 1, "bounces@lists.example.com": 3])
        let shown = "=HYPERLINK(1)<script> [2J"
        #expect(try counts("--by", "campaign") == ["42": 2, shown: 1, "": 1])
        #expect(try counts("--by", "campaign", "--header", "x-JOB") == ["1": 1, "2": 1, "": 2])
        #expect(try counts("--by", "campaign", "--header", "subject") == ["November news": 4])
        #expect(try counts("--by", "campaign", "--header", "X-Never") == ["": 4])
        let csv = try run("report", "--by", "campaign", "--format", "csv", "--ledger", station.ledger)
        #expect(csv.lines.contains("'\(shown),1,1,0,0,0,0,0,0"), "\(csv.text)")
        let text = try run("report", "--ledger", station.ledger).text
        #expect(text.contains("By stream, recipients\n") && text.contains("By campaign, recipients\n"))
        #expect(text.contains("news.example") && text.contains(shown))
        let page = try run("report", "--format", "html", "--ledger", station.ledger).text
        #expect(page.contains("id=\"t-streams\"") && page.contains("id=\"t-campaigns\"") && page.contains("X-Campaign"))
        #expect(!page.contains("<script") && !page.contains("\u{1B}"))
        // Without a configured field there are no campaigns.
        let plain = try run("report", "--format", "html", "--ledger", station.ledger, config: "").text
        #expect(plain.contains("id=\"t-streams\"") && !plain.contains("ampaign"))
    }

    @Test(
        "report refuses what makes no sense, in one line",
        arguments: [
            ["--by", "campaign"], ["--by", "stream", "--header", "X-A"], ["--by", "campaign", "--header", "X A"],
        ])
    func usage(arguments: [String]) throws {
        try deliver(1, "bob@dest.example", "X-Campaign: 42")
        #expect(try scan().status == 0)
        let path = try station.folder.write("config.toml", "")
        let run = try Program.run(["report", "--ledger", station.ledger, "--config", path] + arguments)
        #expect(run.status == 64)
        #expect(run.errorLines.count == 1)
    }
}
