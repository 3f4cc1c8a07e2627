import Classifier
import Foundation
import Ledger
import LedgerPostgreSQL
import Testing

@testable import MaildirBounce

@Suite("addresses of our own")
struct OwnAddressTests {
    private let station: Station

    init() throws { station = try Station() }

    private func config(_ more: String = "") throws -> String {
        try station.folder.write("config.toml", "[verp]\nreturn_path = \"bounce@lists.example.com\"\n\(more)")
    }

    private func own(_ text: String, delimiters: String = "+") throws -> OwnAddresses {
        try Configuration(ConfigTable(text: Array(text.utf8), file: "c", isWorldReadable: false)).own
    }

    /// A report that blames each address.
    private func forged(_ addresses: [String], id: String = "F1") -> String {
        let one = Mail.bounce("bob@dest.example", id: id)
        let group = "Final-Recipient: rfc822; bob@dest.example\nOriginal-Recipient: rfc822;bob@dest.example\n"
        guard let start = one.range(of: group)?.lowerBound,
            let end = one.range(of: "\n\n--", range: start..<one.endIndex)
        else { return "" }
        let fields = String(one[start..<end.lowerBound])
        let groups = addresses.map { fields.replacing("bob@dest.example", with: $0) }
        return one.replacingCharacters(in: start..<end.lowerBound, with: groups.joined(separator: "\n\n"))
    }

    private func suppressed(_ config: String? = nil) throws -> [String] {
        try Program.run(
            ["suppressed", "--format", "jsonl", "--ledger", station.ledger] + (config.map { ["--config", $0] } ?? [])
        ).lines.map { line in
            (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["address"] as? String ?? ""
        }
    }

    @Test("are return paths of the forms that the configuration names, and the mail system's of their domains")
    func patterns() throws {
        let own = try own("[verp]\npatterns = [\"b-{id}@news.example\"]")
        for address in ["b-12@news.example", "B-12@News.Example", "postmaster@news.example"] {
            #expect(own.contains(address), "\(address)")
        }
        for address in ["b@news.example", "b-@news.example", "bob@news.example", "b-12@dest.example"] {
            #expect(!own.contains(address), "\(address)")
        }
        #expect(own.places(in: ["b-12@news.example", "bob@dest.example"], deliveredTo: ["x@dest.example"]) == [0])
    }

    @Test("are the return path, its extensions, the mail system's of our domains, and what is named")
    func configured() throws {
        let own = try own(
            """
            [classifier]
            local_hosts = ["mail.host.example"]
            [verp]
            return_path = "Bounce@News.Example"
            [own]
            addresses = ["ceo@news.example", "@office.example", "jörg@bücher.example"]
            domains = ["Firm.example."]
            """)
        for address in [
            "bounce@news.example", "BOUNCE@NEWS.EXAMPLE", "bounce+x@news.example", "bounce+a=b.example+c@news.example",
            "bounce-a=b.example@news.example", "\"bounce\"@news.example", "<bounce@news.example.>",
            "postmaster@news.example", "Abuse@news.example", "MAILER-DAEMON@news.example",
            "mailer-daemon@mail.host.example", "postmaster@firm.example", "postmaster+x@firm.example",
            "ceo@news.example", "ceo+x@news.example", "anybody@office.example", "jörg@xn--bcher-kva.example",
        ] {
            #expect(own.contains(address), "\(address)")
        }
        for address in [
            "bob@news.example", "bouncer@news.example", "bounce@other.example", "bounce-anna@news.example", "bounce",
            "postmaster@dest.example", "anybody@firm.example", "x@sub.office.example", "x+bounce@news.example", "",
        ] {
            #expect(!own.contains(address), "\(address)")
        }
    }

    @Test("The recipient delimiters are the configured ones")
    func delimiters() throws {
        let minus = try own("[verp]\nreturn_path = \"bounce@news.example\"\ndelimiter = \"-\"\n")
        #expect(minus.contains("bounce-x@news.example"))
        #expect(!minus.contains("bounce+x@news.example"))
        let both = try own(
            "[classifier]\nverp_delimiters = \"+-\"\n[verp]\nreturn_path = \"bounce@news.example\"\n")
        #expect(both.contains("bounce-x@news.example"))
        #expect(both.contains("bounce+x@news.example"))
    }

    @Test(
        "What was delivered to is ours, without any configuration",
        arguments: [
            ("bounce@news.example", [0, 1, 2, 3]), ("bounce+bob=dest.example@news.example", [0, 1, 2, 3]),
            ("bounce-bob=dest.example@news.example", [0, 1, 2, 3]), ("other@news.example", [3]), ("nonsense", []),
        ] as [(String, [Int])])
    func delivered(to address: String, expected: [Int]) {
        let named = [
            "bounce@news.example", "Bounce+x@NEWS.example", "bounce+a=b.example@news.example",
            "postmaster@news.example", "bob@dest.example", "no address", "john@news.example",
        ]
        #expect(OwnAddresses().places(in: named, deliveredTo: [address]) == expected)
        #expect(OwnAddresses().places(in: ["john@a.example"], deliveredTo: ["john-smith@a.example"]) == [])
    }

    @Test(
        "A wrong [own] is an error that names its line and column",
        arguments: [
            ("addresses = [\"ceo\"]", 13), ("addresses = [\"@\"]", 13), ("domains = [\"a b\"]", 11),
            ("adresses = []", 1),
        ])
    func wrong(text: String, column: Int) throws {
        let file = try station.folder.write("wrong.toml", "[own]\n\(text)\n")
        let run = try Program.run("status", "--config", file, "--ledger", station.ledger)
        #expect(run.status == 78)
        #expect(run.errors.contains("wrong.toml:2:\(column): own."))
    }

    @Test("A forged report suppresses none of them, with options alone or a configuration; the others count")
    func forgedReport() throws {
        let mail = forged([
            "bounces@lists.example.com", "Bounces+x@LISTS.example.com", "postmaster@lists.example.com",
            "MAILER-DAEMON@lists.example.com", "ceo@lists.example.com", "bob@dest.example",
        ])
        try station.deliver("1795514401.V1.host", mail)
        let preview = try station.scan("--dry-run", "--format", "jsonl")
        let object = try #require(
            JSONSerialization.jsonObject(with: Data((preview.lines.first ?? "").utf8)) as? [String: Any])
        #expect(object["withheld"] as? String == "own-address")
        let recipients = try #require(object["recipients"] as? [[String: Any]])
        #expect(recipients.map { $0["own"] as? Bool ?? false } == [true, true, true, true, false, false])
        #expect(try station.scan("--dry-run", "--verbose").text.contains("never counted"))
        let run = try station.scan("--verbose")
        #expect(run.text.contains("1 own-address"))
        #expect(try suppressed() == ["bob@dest.example", "ceo@lists.example.com"])
        #expect(try station.summary().rules.contains { $0.rule == "own-address" && $0.hits == 1 })
        let ledger = try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy())
        #expect(try ledger.address("bounces@lists.example.com") == nil)
        let explained = try Program.run(
            "classify", "--explain", station.folder.path("Maildir/cur/1795514401.V1.host:2,S"))
        #expect(explained.text.contains("because: own-address at recipient for bounces@lists.example.com"))
    }

    @Test("What [own] names is protected when the ledger counts, by whatever report")
    func named() throws {
        try station.deliver("1795514401.V1.host", forged(["ceo@lists.example.com"]))
        let complaint = """
            Return-Path: <fbl@provider.example>
            Received: from provider.example (provider.example [192.0.2.66])
            \tby mail.lists.example.com (Postfix) with ESMTP id 9; Tue, 24 Nov 2026 10:00:05 +0000
            To: bounces@lists.example.com
            Message-ID: <c@provider.example>
            Content-Type: multipart/report; report-type=feedback-report; boundary="b"

            --b
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            Original-Rcpt-To: ceo@lists.example.com

            --b--

            """
        try station.deliver("1795514402.V2.host", complaint)
        let config = try config("[own]\naddresses = [\"ceo@lists.example.com\"]\n")
        #expect(try station.scan("--config", config).status == 0)
        #expect(try suppressed() == [])
        #expect(try station.classes() == ["hard-bounce": 1, "complaint": 1])
    }

    @Test("Nobody suppresses one by hand, and a list with one is refused")
    func byHand() throws {
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "S1"))
        #expect(try station.scan().status == 0)
        let options = ["--ledger", station.ledger, "--config", try config()]
        let run = try Program.run(["suppress", "bounce+x@lists.example.com", "--reason", "a"] + options)
        #expect(run.status == 65)
        #expect(run.errors.contains("bounce+x@lists.example.com: this is an address of our own"))
        let list = try station.folder.write("list", "ann@dest.example\npostmaster@lists.example.com\n")
        let whole = try Program.run(["import", list] + options)
        #expect(whole.status == 65)
        #expect(whole.errors.contains("line 2: postmaster@lists.example.com: this is an address of our own"))
        #expect(try suppressed() == ["bob@dest.example"])
        #expect(try Program.run(["import", list, "--on-error", "skip"] + options).status == 0)
        #expect(try suppressed() == ["ann@dest.example", "bob@dest.example"])
    }

    @Test("Of a ledger that has one suppressed no list names it, and check says that it may be mailed")
    func oldLedger() throws {
        let ledger = try LedgerStore(path: station.ledger, mode: .readWrite, policy: Policy())
        try ledger.suppress(
            ["bounce@lists.example.com", "bounce+x@lists.example.com", "bob@dest.example"], reason: "old",
            at: 1_795_514_405)
        let options = ["--ledger", station.ledger, "--config", try config()]
        for format in ["text", "csv", "jsonl", "postfix", "sql"] {
            let run = try Program.run(["export", "--format", format] + options)
            #expect(run.status == 0)
            #expect(run.text.contains("bob@dest.example"))
            #expect(!run.text.contains("bounce@") && !run.text.contains("bounce+x@"))
            #expect(run.errors.contains("left out: bounce@lists.example.com is an address of our own"))
        }
        let listed = try Program.run(["suppressed"] + options)
        #expect(listed.lines.count == 1 && listed.text.hasPrefix("bob@dest.example"))
        let check = try Program.run(["check", "bounce@lists.example.com"] + options)
        #expect(check.status == 0)
        #expect(check.errors.contains("maildir-bounce release ends that"))
        #expect(try Program.run(["address", "bounce@lists.example.com"] + options).text.contains("may be mailed"))
        let batch = try Program.run(
            ["check", "--batch"] + options, input: Data("bounce@lists.example.com\nbob@dest.example\n".utf8))
        #expect(batch.text == "bounce@lists.example.com\n")
        // It can be put right.
        #expect(try Program.run(["release", "bounce@lists.example.com"] + options).status == 0)
        #expect(try suppressed() == ["bob@dest.example", "bounce+x@lists.example.com"])
    }

    @Test("What our own map says comes back as our own refusal, whatever stands in the text", arguments: [false, true])
    func ownMap(hasEnd: Bool) throws {
        let end: Int64? = hasEnd ? 4_000_000_000 : nil
        try LedgerStore(path: station.ledger, mode: .readWrite, policy: Policy()).record([
            ManualAction(
                address: "bob@dest.example", kind: .suppress, reason: "user unknown; mailbox full", at: 1_795_514_405,
                until: end)
        ])
        let map = try Program.run("export", "--format", "postfix", "--ledger", station.ledger)
        let line = try #require(map.lines.last)
        #expect(line.contains(" REJECT 5.7.1 suppressed [maildir-bounce] since 2026-11-24T10:00:05Z"))
        guard case .entry(let entry) = AccessMap.parse(line) else {
            Issue.record("\(line) is not read")
            return
        }
        #expect(entry.since == 1_795_514_405 && entry.until == end)
        #expect(entry.reason == "user unknown; mailbox full")
        // As version 0.1.0 wrote it.
        let old = line.replacing(" [maildir-bounce]", with: "")
        #expect(AccessMap.parse(old) == .entry(entry))
        for text in [line, old] {
            let said = text.split(separator: " ", maxSplits: 2)[2]
            let mail = Mail.bounce("bob@dest.example", id: "O1", text: "5.7.1 <bob@dest.example>: \(said)")
            let verdict = Classifier().classify(Array(mail.utf8))
            #expect(verdict.messageClass == .ownRefusal)
        }
    }

    @Test("Our own refusal goes to a folder of its own and suppresses nobody, a relay's list does")
    func counted() throws {
        let refused = "5.7.1 <bob@dest.example>: Recipient address rejected: suppressed [maildir-bounce] since now"
        try station.deliver(
            "1795514401.V1.host", Mail.bounce("bob@dest.example", id: "S1", status: "5.1.1", text: refused))
        try station.deliver(
            "1795514402.V2.host",
            Mail.bounce("ann@dest.example", id: "S2", text: "5.7.1 Not delivering to previously bounced address")
                .replacing("mx.dest.example", with: "smtp.mailgun.org"))
        let archive = station.folder.path("archive")
        let run = try station.scan("--verbose", "--archive", archive)
        #expect(run.lines.last == "2 messages: 1 hard-bounce, 1 own-refusal; 2 counted")
        #expect(station.folder.names("archive/own-refusal/cur").count == 1)
        #expect(try suppressed() == ["ann@dest.example"])
        let check = try Program.run("check", "ann@dest.example", "--ledger", station.ledger)
        #expect(check.status == 1)
        #expect(check.text.contains("on Mailgun's suppression list"))
        let listed = try Program.run("suppressed", "--ledger", station.ledger, "--format", "jsonl")
        #expect(listed.text.contains(#""cause":"relay","reason":"userunknown""#))
        #expect(listed.text.contains(#""relay":"mailgun""#))
        let known = try Program.run("address", "bob@dest.example", "--ledger", station.ledger)
        #expect(known.text.contains("reports: 1 other"))
        #expect(try Program.run("release", "ann@dest.example", "--ledger", station.ledger).status == 0)
        #expect(try Program.run("check", "ann@dest.example", "--ledger", station.ledger).status == 0)
    }

    @Test("Every relay that the classifier knows has a name for people")
    func names() {
        #expect(Set(Relay.allCases.map(\.name)).count == Relay.allCases.count)
        for relay in Relay.allCases { #expect(!relay.name.isEmpty, "\(relay)") }
    }
}
