import Foundation
import Ledger
import LedgerPostgreSQL
import Testing
import Verdict

@testable import MaildirBounce

@Suite("what a forger may do")
struct ForgeryTests {
    private let station: Station

    init() throws { station = try Station() }

    /// A report of a server on the network about these addresses.
    private func report(
        _ addresses: [String], id: String, from: String = "evil (x.evil.example [198.51.100.7])", top: String = "",
        to: String = "bounces@lists.example.com", action: String = "failed", status: String = "5.1.1",
        day: Int = 24, original: String = "x@other.example"
    ) -> String {
        let groups = addresses.map { "Final-Recipient: rfc822; \($0)\nAction: \(action)\nStatus: \(status)\n\n" }
        return """
            Return-Path: <>
            Delivered-To: \(to)
            \(top)Received: from \(from)
            \tby mail.lists.example.com (Postfix) with ESMTP id \(id); Tue, \(day) Nov 2026 10:00:05 +0000 (UTC)
            From: MAILER-DAEMON@mx.relay.example
            Subject: Undelivered Mail Returned to Sender
            To: \(to)
            Message-ID: <\(id)@mx.relay.example>
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b

            Could not be delivered.

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.relay.example

            \(groups.joined())
            --b
            Content-Type: text/rfc822-headers

            Message-ID: <\(original)>

            --b--

            """
    }

    private let many = (0..<60).map { "u\($0)@d\($0).example" }

    private func suppressed() throws -> Int {
        try Program.run("suppressed", "--ledger", station.ledger).lines.filter { !$0.isEmpty }.count
    }

    private func config(_ trust: String, _ more: String = "") throws -> String {
        try station.folder.write("config.toml", "[trust]\n\(trust)\n\(more)\n")
    }

    @Test("a large report from outside is held, listed everywhere, and confirmed or released by its id")
    func held() throws {
        try station.deliver("1795514401.V1.host", report(many, id: "L1"))
        let preview = try station.scan("--dry-run")
        #expect(preview.text.contains("(1 too-many-addresses)"))
        let run = try station.scan("--verbose", "--format", "jsonl")
        #expect(
            try #require(try JSONSerialization.jsonObject(with: Data((run.lines.first ?? "").utf8)) as? [String: Any])[
                "withheld"] as? String == "too-many-addresses")
        #expect(try suppressed() == 0)
        let list = try Program.run("brake", "list", "--format", "jsonl", "--ledger", station.ledger).objects()
        let held = try #require(list.first)
        #expect(held["addresses"] as? Int == 60)
        #expect(held["class"] as? String == "hard-bounce")
        #expect(held["message_id"] as? String == "L1@mx.relay.example")
        #expect((held["file"] as? String)?.hasSuffix("/cur/1795514401.V1.host:2,S") == true)
        #expect((held["domains"] as? [String])?.count == 60)
        #expect(held["status"] as? String == "held")
        let id = try #require(held["report"] as? String)
        let text = try Program.run("brake", "list", "--ledger", station.ledger).text
        #expect(text.contains(id.prefix(16)) && !text.contains(id))
        #expect(text.contains("d0.example, d1.example, d10.example, …"))
        #expect(
            try Program.run("brake", "list", "--reports", "--format", "csv", "--ledger", station.ledger).lines.first
                == "report,arrival,class,addresses,domains,message_id,file,status")
        #expect(try Program.run("status", "--ledger", station.ledger).text.contains("held reports  1 from outside"))
        let status = try Program.run("status", "--format", "json", "--ledger", station.ledger).objects()
        #expect(status.first?["held_reports"] as? Int == 1)
        #expect(
            try Program.run("status", "--nagios", "--ledger", station.ledger).text.contains(
                "1 reports from outside are held")
        )
        let page = try Program.run("report", "--format", "html", "--ledger", station.ledger).text
        #expect(page.contains("t-held-reports") && page.contains("d0.example, d1.example, d10.example"))
        #expect(LedgerCheck.judge(brakes: [], heldReports: 1).level == .warning)
        #expect(LedgerCheck.judge(brakes: [], heldReports: 0).level == .ok)

        func brake(_ words: String...) throws -> Run {
            try Program.run(["brake"] + words + ["--ledger", station.ledger])
        }
        #expect(try brake("confirm", "--report", String(id.prefix(7))).status == 65)
        #expect(try brake("confirm", "--report", "0000000000000000").status == 65)
        #expect(try brake("confirm", "--report", String(id.prefix(16)), "--reason", "userunknown").status == 64)
        #expect(try brake("confirm", "d1.example", "--report", id).status == 64)
        #expect(try brake("confirm").status == 64)
        #expect(try brake("confirm", "--report", String(id.prefix(16)).uppercased(), "--note", "checked").status == 0)
        #expect(try suppressed() == 60)
        #expect(try brake("confirm", "--report", id).status == 65)
        #expect(try brake("list").text == "nothing is held back\n")
        #expect(try brake("release", "--report", id).status == 0)
        #expect(try suppressed() == 0)
        #expect(try brake("list", "--all", "--format", "jsonl").objects().first?["status"] as? String == "released")
        // A copy falls under the decision.
        try station.deliver("1795514409.V9.host", report(many, id: "L1"))
        #expect(try station.scan().status == 0)
        #expect(try suppressed() == 0)
    }

    @Test("who is believed may blame as many as he likes: our own server, a relay by address, name or signature")
    func believed() throws {
        let claim = "Authentication-Results: mx.lists.example; dkim=pass header.d=relay.example\n"
        let relay = "mx.relay.example (mx.relay.example [192.0.2.9])"
        let domain = "relays = [\"relay.example\"]\nauthserv_id = \"mx.lists.example\""
        let cases: [(trust: String, from: String, top: String, count: Int)] = [
            ("", relay, "", 0), ("relays = [\"192.0.2.0/24\"]", relay, "", 60),
            ("relays = [\"192.0.2.0/29\"]", relay, "", 0), ("relays = [\"mx.relay.example\"]", relay, "", 60),
            ("relays = [\".relay.example\"]", relay, "", 60),
            ("relays = [\"mx.relay.example\"]", "mx.relay.example (unknown [198.51.100.7])", "", 0),
            (domain, relay, claim, 60), (domain, relay, "", 0),
            (domain, relay, claim.replacingOccurrences(of: "pass", with: "fail"), 0),
            ("relays = [\"relay.example\"]", relay, claim, 0),
            ("max_addresses = 60", relay, "", 60), ("max_addresses = 59", relay, "", 0),
            ("feedback_loops = [\"192.0.2.9\"]", relay, "", 0),
        ]
        for (trust, from, top, count) in cases {
            let station = try Station()
            try station.deliver("1795514401.V1.host", report(many, id: "L1", from: from, top: top))
            let run = try station.scan("--config", try station.folder.write("c.toml", "[trust]\n\(trust)\n"))
            #expect(run.status == 0, "\(run.errors)")
            let lines = try Program.run("suppressed", "--ledger", station.ledger).lines.filter { !$0.isEmpty }
            #expect(lines.count == count, "\(trust) \(from) \(top)")
        }
        // What came with the mail is below our server's field.
        let forged = report(many, id: "L2", from: relay).replacingOccurrences(
            of: "From: MAILER", with: claim + "From: MAILER")
        try station.deliver("1795514401.V1.host", forged)
        #expect(try station.scan("--config", try config(domain)).status == 0)
        #expect(try suppressed() == 0)
    }

    @Test("a feedback loop that is named may complain about many; a bounce from there may not blame more than others")
    func feedbackLoop() throws {
        let recipients = many.map { "Original-Rcpt-To: \($0)\n" }.joined()
        let mail = """
            Return-Path: <fbl@fbl.example>
            Received: from fbl.example (fbl.example [192.0.2.66])
            \tby mail.lists.example.com (Postfix) with ESMTP id 9; Tue, 24 Nov 2026 10:00:05 +0000
            To: fbl@lists.example.com
            Message-ID: <c@fbl.example>
            Content-Type: multipart/report; report-type=feedback-report; boundary="b"

            --b
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            \(recipients)
            --b--

            """
        for (trust, count) in [("", 0), ("feedback_loops = [\"fbl.example\"]", 60)] {
            let station = try Station()
            try station.deliver("1795514401.V1.host", mail)
            #expect(try station.scan("--config", try station.folder.write("c.toml", "[trust]\n\(trust)\n")).status == 0)
            let lines = try Program.run("suppressed", "--ledger", station.ledger).lines.filter { !$0.isEmpty }
            #expect(lines.count == count)
        }
    }

    @Test("a signed tag vouches for the recipient in it, and for nobody else")
    func ownTag() throws {
        let file = try station.folder.write("key", "k1:abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let config = try config("", "[verp]\nkeys = [\"file:\(file)\"]\nreturn_path = \"bounce@lists.example.com\"")
        let path = try Program.run(
            "verp", "make", "bob@dest.example", "--config", config
        ).text.trimmingCharacters(in: .whitespacesAndNewlines)
        try station.deliver("1795514401.V1.host", report(many + ["bob@dest.example"], id: "T1", to: path))
        #expect(try station.scan("--config", config).status == 0)
        #expect(try suppressed() <= 1)
    }

    @Test(
        "a receipt lifts only what it proves to know: by our server, a tag for that recipient, or a Message-ID of ours")
    func receipts() throws {
        let tagged = "bounce+bob=dest.example@lists.example.com"
        let cases: [(trust: String, to: String, original: String, lifts: Bool)] = [
            ("", "bounces@lists.example.com", "x@other.example", false),
            ("", tagged, "x@other.example", true),
            ("", "bounce+ann=dest.example@lists.example.com", "x@other.example", false),
            ("message_id_domains = [\"lists.example.com\"]", "bounces@lists.example.com", "n@lists.example.com", true),
            ("message_id_domains = [\"lists.example.com\"]", "bounces@lists.example.com", "n@other.example", false),
            ("relays = [\"198.51.100.7\"]", "bounces@lists.example.com", "x@other.example", true),
        ]
        for (trust, to, original, lifts) in cases {
            let station = try Station()
            let config = try station.folder.write("c.toml", "[trust]\n\(trust)\n[policy.soft]\ndays = 2\n")
            for day in [18, 20] {
                try station.deliver(
                    "17955144\(day).V1.host", report(["bob@dest.example"], id: "S\(day)", status: "4.2.2", day: day))
            }
            #expect(try station.scan("--config", config).status == 0)
            let check = ["check", "bob@dest.example", "--ledger", station.ledger, "--config", config]
            #expect(try Program.run(check).status == 1)
            try station.deliver(
                "1795514490.V1.host",
                report(
                    ["bob@dest.example"], id: "R", to: to, action: "delivered", status: "2.0.0", original: original))
            #expect(try station.scan("--config", config).status == 0)
            #expect(try Program.run(check).status == (lifts ? 0 : 1), "\(trust) \(to) \(original)")
            let known = try Program.run(
                "address", "bob@dest.example", "--format", "jsonl", "--ledger", station.ledger, "--config", config)
            let reports = try known.objects().first?["reports"] as? [String: Any]
            // With another's tag it is about him.
            #expect(reports?["delivered"] as? Int == (to.contains("ann=") ? 0 : 1))
        }
    }

    @Test(
        "a table that makes no sense is refused with its line and column",
        arguments: [
            ("max_addresses = 0", ":2:17: trust.max_addresses "), ("relays = [\"a b\"]", ":2:10: trust.relays "),
            ("relays = [\"192.0.2.0/33\"]", ":2:10: trust.relays "),
            ("relays = [\"192.0.2.0/0\"]", ":2:10: trust.relays "),
            ("feedback_loops = [\"x@y.example\"]", ":2:18: trust.feedback_loops "),
            ("relays = [\"example\"]", ":2:10: trust.relays "),
            ("authserv_id = \"a;b\"", ":2:15: trust.authserv_id "),
        ])
    func wrong(trust: String, place: String) throws {
        try station.deliverFour()
        let run = try station.scan("--config", try config(trust))
        #expect(run.status == 78)
        #expect(run.errors.contains("config.toml" + place), "\(run.errors)")
    }

    @Test(
        "hosts and networks are compared as addresses, names as domains",
        arguments: [
            ("192.0.2.0/24", "192.0.2.200", true), ("192.0.2.0/24", "192.0.3.1", false),
            ("192.0.2.128/25", "192.0.2.127", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/33", "2001:db8:ffff::1", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("::/1", "192.0.2.1", false),
        ])
    func networks(host: String, address: String, matches: Bool) throws {
        let host = try #require(TrustedHost(host))
        #expect(host.vouches(for: Provenance(peerAddress: address)) == matches)
    }
}
