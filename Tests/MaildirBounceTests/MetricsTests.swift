import Foundation
import Testing

@testable import MaildirBounce

@Suite("scan --metrics")
struct MetricsTests {
    let station: Station
    let file: String

    init() throws {
        station = try Station()
        file = station.folder.path("bounces.prom")
    }

    /// The samples of the file, by name and labels; the label that all have is left out.
    private func samples() throws -> [String: Double] {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let space = try #require(line.lastIndex(of: " "))
            let series = line[..<space].replacingOccurrences(of: "maildir=\"\(station.maildir)\"", with: "")
            let name = series.replacingOccurrences(of: "{}", with: "").replacingOccurrences(of: "{,", with: "{")
            #expect(samples.updateValue(try #require(Double(line[line.index(after: space)...])), forKey: name) == nil)
        }
        return samples
    }

    @Test("tells what the run did, what is in the ledger, and how the run ended")
    func figures() throws {
        try station.deliverFour()
        try station.deliver("1795514405.V5.host", Mail.bounce("bob@dest.example", id: "S1"))
        let before = Date().timeIntervalSince1970.rounded(.down)
        #expect(try station.scan("--metrics", file).status == 0)
        let first = try samples()
        #expect(first["maildir_bounce_last_run_messages{class=\"hard-bounce\"}"] == 2)
        #expect(first["maildir_bounce_last_run_messages{class=\"soft-bounce\"}"] == 1)
        #expect(first["maildir_bounce_last_run_messages{class=\"complaint\"}"] == 0)
        #expect(first["maildir_bounce_last_run_counted"] == 4)
        #expect(first["maildir_bounce_last_run_duplicates"] == 1)
        #expect(first["maildir_bounce_last_run_left"] == 0)
        #expect(first["maildir_bounce_last_run_exit_status"] == 0)
        #expect(try #require(first["maildir_bounce_last_run_timestamp_seconds"]) >= before)
        #expect(try #require(first["maildir_bounce_last_run_duration_seconds"]) > 0)
        #expect(first["maildir_bounce_waiting_messages"] == 0)
        #expect(first["maildir_bounce_oldest_waiting_seconds"] == 0)
        #expect(first["maildir_bounce_reports_total{class=\"hard-bounce\"}"] == 1)
        #expect(first["maildir_bounce_duplicates_total"] == 1)
        #expect(first["maildir_bounce_suppressed_addresses{cause=\"hard\"}"] == 1)
        #expect(first["maildir_bounce_suppressed_addresses{cause=\"complaint\"}"] == 0)
        #expect(first["maildir_bounce_held_addresses"] == 0)

        // A run that finds nothing tells of itself, and of the same ledger.
        #expect(try station.scan("--metrics", file).status == 0)
        let second = try samples()
        #expect(second["maildir_bounce_last_run_messages{class=\"hard-bounce\"}"] == 0)
        #expect(second["maildir_bounce_last_run_counted"] == 0)
        #expect(second["maildir_bounce_reports_total{class=\"hard-bounce\"}"] == 1)
        #expect(second.keys.sorted() == first.keys.sorted())
    }

    @Test("tells the age of what waits: by the name, or else by the file's own date")
    func waiting() throws {
        let now = Int(Date().timeIntervalSince1970)
        try station.deliver("\(now - 7_200).V1.host", Mail.letter(id: "S1"))
        try station.deliver("a-name-without-a-time", Mail.letter(id: "S2"))
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: Double(now - 90_000))]
        let path = station.folder.path("Maildir/new/a-name-without-a-time")
        try FileManager.default.setAttributes(old, ofItemAtPath: path)
        #expect(try station.scan("--metrics", file, "--limit", "0").status == 0)
        #expect(try samples()["maildir_bounce_waiting_messages"] == 2)
        #expect((90_000...90_600).contains(try #require(try samples()["maildir_bounce_oldest_waiting_seconds"])))
        #expect(try station.scan("--metrics", file, "--limit", "1").status == 0)
        #expect((90_000...90_600).contains(try #require(try samples()["maildir_bounce_oldest_waiting_seconds"])))
        try FileManager.default.removeItem(atPath: path)
        try station.deliver("\(now - 7_200).V3.host", Mail.letter(id: "S3"))
        #expect(try station.scan("--metrics", file, "--limit", "0").status == 0)
        #expect((7_200...7_800).contains(try #require(try samples()["maildir_bounce_oldest_waiting_seconds"])))
    }

    @Test("is written by rename, readable for all whatever the umask, and nothing is left beside it")
    func rename() throws {
        try "old".write(toFile: file, atomically: false, encoding: .utf8)
        let script = """
            umask 077; exec 3<"$3"; inode=$(stat -c %i "$3")
            "$PROGRAM" scan --maildir "$1" --ledger "$2" --metrics "$3" || exit
            cat <&3; stat -c ' %a' "$3"; [ "$inode" != "$(stat -c %i "$3")" ] && echo another
            """
        let run = try Program.shell(script, station.maildir, station.ledger, file)
        #expect(run.status == 0)
        #expect(run.lines == ["old 644", "another"])
        let names = station.folder.names(".").filter { !$0.hasPrefix("ledger.sqlite") }
        #expect(names == ["Maildir", "bounces.prom"])
    }

    @Test("tells of a run that failed, and leaves out what is not known")
    func failed() throws {
        try station.deliverFour()
        try "no ledger at all, but long enough to be looked at as one".write(
            toFile: station.ledger, atomically: true, encoding: .utf8)
        #expect(try station.scan("--metrics", file).status == 74)
        let samples = try samples()
        #expect(samples["maildir_bounce_last_run_exit_status"] == 74)
        #expect(samples["maildir_bounce_waiting_messages"] == 4)
        #expect(samples["maildir_bounce_addresses"] == nil)
    }

    @Test("where the file cannot be written the scan is done all the same, and it says so with status 73")
    func unwritable() throws {
        try station.deliverFour()
        let run = try station.scan("--metrics", "/nowhere/bounces.prom")
        #expect(run.status == 73)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("the scan is done"))
        #expect(station.new.isEmpty)
        #expect(try station.classes()["hard-bounce"] == 1)
    }

    @Test("a run that finds another one at work leaves the file to it")
    func locked() throws {
        try "the other's".write(toFile: file, atomically: true, encoding: .utf8)
        let script = "flock \"$1\" \"$PROGRAM\" scan --maildir \"$1\" --ledger \"$2\" --metrics \"$3\""
        let run = try Program.shell(script, station.maildir, station.ledger, file)
        #expect(run.status == 0)
        #expect(run.errors.contains("another run is at work"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "the other's")
    }

    @Test("may stand in the configuration; a dry run writes no file")
    func configuration() throws {
        let config = try station.folder.write("c.toml", "[metrics]\nfile = \"\(file)\"\n")
        #expect(try station.scan("--config", config, "--dry-run").status == 0)
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try station.scan("--metrics", file, "--dry-run").status == 64)
        #expect(try station.scan("--config", config).status == 0)
        #expect(try samples()["maildir_bounce_last_run_exit_status"] == 0)
        let wrong = try station.folder.write("w.toml", "[metrics]\nfiel = \"x\"\n")
        #expect(try station.scan("--config", wrong).status == 78)
    }

    @Test(
        "the value of a label may hold anything",
        arguments: [
            ("plain", "plain"), ("a\"b", #"a\"b"#), ("a\\b", #"a\\b"#), ("a\nb", #"a\nb"#), ("\\n", #"\\n"#),
            ("日本", "日本"), ("a\u{202E}b", "a\\\\u{202E}b"), ("\u{AD}", "\\\\xAD"), ("a\rb{},=", "a\\\\x0Db{},="),
            ("", ""),
        ])
    func escaping(value: String, written: String) {
        #expect(PrometheusText.escaped(value) == written)
    }

    @Test("milliseconds are written as seconds", arguments: [(0, "0.000"), (7, "0.007"), (61_042, "61.042")])
    func duration(milliseconds: Int64, written: String) {
        var text = PrometheusText(label: ("l", "v"))
        text.add("n_seconds", .gauge, "h", milliseconds: milliseconds)
        #expect(text.text == "# HELP n_seconds h\n# TYPE n_seconds gauge\nn_seconds{l=\"v\"} \(written)\n")
    }

    @Test(
        "Prometheus's own checker finds nothing to say, also of a Maildir with a hostile name",
        .enabled(if: promtoolIsThere, "skipped: promtool is not installed; the package prometheus has it"))
    func promtool() throws {
        let hostile = try station.folder.makeMaildir("a\"b\\c\nd{}")
        try station.folder.write("a\"b\\c\nd{}/new/1795514401.V1.host", Mail.bounce("bob@dest.example", id: "S1"))
        let scan = try Program.run("scan", "--maildir", hostile, "--ledger", station.ledger, "--metrics", file)
        #expect(scan.status == 0)
        let check = try Program.shell("promtool check metrics < \"$1\"", file)
        #expect(check.status == 0, "\(check.errors)")
        #expect(check.text + check.errors == "")
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains(#"a\"b\\c\nd{}""#))
    }

    private static let promtoolIsThere = (try? Program.shell("command -v promtool"))?.status == 0
}
