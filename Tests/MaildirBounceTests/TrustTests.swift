import Foundation
import Ledger
import LedgerPostgreSQL
import Testing

@Suite("trust")
struct TrustTests {
    private let station: Station
    private static let secret = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"

    init() throws { station = try Station() }

    private func config(_ trust: String, key: String = "k1:\(secret)") throws -> String {
        let file = try station.folder.write("key", key + "\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        return try station.folder.write(
            "config.toml",
            """
            [verp]
            keys = ["file:\(file)"]
            return_path = "bounce@lists.example.com"
            expiry_days = 60

            [trust]
            \(trust)

            """)
    }

    /// A report about `address` that was delivered to `returnPath`.
    private func bounce(_ address: String, to returnPath: String, id: String) -> String {
        Mail.bounce(address, id: id).replacingOccurrences(of: "bounces@lists.example.com", with: returnPath)
    }

    /// Return paths in Python's hand (see SignedTagTests), made on 2026-11-24, when the reports arrive.
    private static let bob = "bounce+k1512d76e4fe0d233e+bob=dest.example@lists.example.com"
    private static let forgedBob = "bounce+k1512d76e4fe0d233f+bob=dest.example@lists.example.com"
    private static let oldBob = "bounce+k12a1d50853908dafc+bob=dest.example@lists.example.com"
    private static let plainBob = "bounce+bob=dest.example@lists.example.com"

    private func state(_ address: String) throws -> AddressRecord? {
        try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy()).address(address)
    }

    @Test("signed: a report that we can prove counts")
    func signedCounts() throws {
        try station.deliver("1795514401.V1.host", bounce("bob@dest.example", to: Self.bob, id: "S1"))
        let run = try station.scan("--verbose", "--format", "jsonl", "--config", try config("require = \"signed\""))
        #expect(run.status == 0)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data((run.lines.first ?? "").utf8)) as? [String: Any])
        #expect(object["trust"] as? String == "valid")
        #expect(object["withheld"] == nil)
        #expect(run.lines.last == "1 message: 1 hard-bounce; 1 counted")
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 1)
    }

    @Test(
        "signed: a forged report that names nobody changes no counter",
        arguments: [(plainBob, "unsigned"), (forgedBob, nil), (oldBob, nil)] as [(String, String?)])
    func forgedUnnamed(returnPath: String, withheld: String?) throws {
        try station.deliver(
            "1795514401.V1.host",
            """
            Return-Path: <>
            Delivered-To: \(returnPath)
            Received: from mx.dest.example by mail.lists.example.com; Tue, 24 Nov 2026 10:00:05 +0000
            From: MAILER-DAEMON@mx.dest.example
            Subject: Undelivered mail
            Message-ID: <1@mx.dest.example>

            Your message could not be delivered: 550 5.1.1 User unknown

            """)
        let run = try station.scan("--format", "jsonl", "--config", try config("require = \"signed\""))
        #expect(run.status == 0)
        let object = try #require(try run.objects().first)
        #expect(object["withheld"] as? String == withheld)
        #expect(try state("bob@dest.example") == nil)
    }

    @Test(
        "signed: a forged report is recorded with its class, listed as such, and changes no counter",
        arguments: [
            ("bounces@lists.example.com", nil, "absent"), (plainBob, "unsigned", "unsigned"),
            (forgedBob, "invalid", "invalid"), (oldBob, "expired", "expired"),
        ] as [(String, String?, String)])
    func forged(returnPath: String, trust: String?, withheld: String) throws {
        let config = try config("require = \"signed\"")
        try station.deliver("1795514401.V1.host", bounce("bob@dest.example", to: returnPath, id: "S1"))
        let preview = try station.scan("--dry-run", "--config", config)
        #expect(preview.text.contains("       1  are not trusted and would have no effect (1 \(withheld))\n"))
        let told = try station.scan("--dry-run", "--verbose", "--config", config)
        #expect(told.text.contains("not trusted, without effect: "))
        let run = try station.scan("--verbose", "--format", "jsonl", "--config", config)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data((run.lines.first ?? "").utf8)) as? [String: Any])
        #expect(object["class"] as? String == "hard-bounce")
        #expect(object["trust"] as? String == trust)
        #expect(object["withheld"] as? String == withheld)
        #expect(
            run.lines.last
                == "1 message: 1 hard-bounce; 1 counted, 1 not trusted and without effect (1 \(withheld))")
        #expect(try station.classes() == ["hard-bounce": 1])
        #expect(try station.summary().rules.contains { $0.rule == "trust/\(withheld)" && $0.hits == 1 })
        #expect(try state("bob@dest.example") == nil)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 0)
        #expect(station.new.isEmpty && station.cur.count == 1)
        // Nor does it later, when nothing has to be proved any more: a report counts once.
        try FileManager.default.moveItem(
            atPath: station.folder.path("Maildir/cur/1795514401.V1.host:2,S"),
            toPath: station.folder.path("Maildir/new/1795514401.V1.host"))
        #expect(try station.scan().status == 0)
        #expect(try state("bob@dest.example") == nil)
    }

    @Test("signed: whoever has a tag of his own can blame nobody else with it")
    func ownTag() throws {
        let forged = bounce("victim@dest.example", to: Self.bob, id: "S1")
            .replacingOccurrences(of: "Final-Recipient: rfc822; victim@", with: "Final-Recipient: rfc822; other@")
        try station.deliver("1795514401.V1.host", forged)
        let complaint = """
            Return-Path: <fbl@evil.example>
            Received: from evil.example (evil.example [192.0.2.66])
            \tby mail.lists.example.com (Postfix) with ESMTP id 9; Tue, 24 Nov 2026 10:00:05 +0000
            To: \(Self.bob)
            Message-ID: <c@evil.example>
            Content-Type: multipart/report; report-type=feedback-report; boundary="b"

            --b
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            Original-Rcpt-To: victim@dest.example
            Original-Rcpt-To: bob@dest.example

            --b--

            """
        try station.deliver("1795514402.V2.host", complaint)
        let run = try station.scan("--verbose", "--config", try config("require = \"signed\""))
        #expect(run.text.contains("1 not trusted and without effect (1 other-recipient)"))
        #expect(try state("victim@dest.example") == nil)
        #expect(try state("bob@dest.example")?.state.counters.hard == 1)
        #expect(try state("bob@dest.example")?.state.counters.complaint == 1)
    }

    @Test("signed: a key that is wrong leaves Maildir and ledger as they were, with one clear line")
    func wrongKey() throws {
        try station.deliver("1795514401.V1.host", bounce("bob@dest.example", to: Self.bob, id: "S1"))
        let good = try config("require = \"signed\"")
        #expect(try station.scan("--config", good).status == 0)
        try station.deliver("1795514402.V2.host", bounce("bob@dest.example", to: Self.bob, id: "S2"))
        for (key, words) in [("k1:short", "key:1: "), ("", "holds no key"), ("nonsense", "key:1: ")] {
            let config = try config("require = \"signed\"", key: key)
            let before = (try Program.tree(station.maildir), try Data(contentsOf: URL(fileURLWithPath: station.ledger)))
            let run = try station.scan("--config", config)
            #expect(run.status == 78)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains(words), "\(run.errors)")
            #expect(try Program.tree(station.maildir) == before.0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: station.ledger)) == before.1)
        }
    }

    @Test("signed: another key of the same name proves nothing")
    func otherSecret() throws {
        try station.deliver("1795514401.V1.host", bounce("bob@dest.example", to: Self.bob, id: "S1"))
        let run = try station.scan(
            "--verbose", "--config", try config("require = \"signed\"", key: "k1:\(Self.secret)x"))
        #expect(run.text.contains("(1 invalid)"))
        #expect(try state("bob@dest.example") == nil)
    }

    @Test(
        "message-id: a report counts that knows the Message-ID of a mail of ours",
        arguments: [
            ("[\"lists.example.com\"]", nil), ("[\"Lists.Example.com\"]", nil),
            ("[\"x.example\", \".example.com\"]", nil),
            ("[\"example.com\"]", "foreign-message-id"), ("[\".lists.example.com\"]", "foreign-message-id"),
            ("[\"ists.example.com\"]", "foreign-message-id"),
        ] as [(String, String?)])
    func messageID(domains: String, withheld: String?) throws {
        try station.deliverFour()
        let config = try config("require = \"message-id\"\nmessage_id_domains = \(domains)")
        let run = try station.scan("--verbose", "--config", config)
        #expect(run.status == 0)
        if let withheld {
            #expect(run.text.contains("2 not trusted and without effect (2 \(withheld))"))
            #expect(try state("bob@dest.example") == nil)
        } else {
            #expect(!run.text.contains("not trusted"))
            #expect(try state("bob@dest.example")?.state.counters.hard == 1)
        }
    }

    @Test("message-id: a report that returns nothing of the mail does not count")
    func noMessageID() throws {
        let mail = Mail.bounce("bob@dest.example", id: "S1")
        try station.deliver(
            "1795514401.V1.host", mail.replacingOccurrences(of: "Message-ID: <news-", with: "X-Other: <news-"))
        let config = try config("require = \"message-id\"\nmessage_id_domains = [\"lists.example.com\"]")
        #expect(try station.scan("--verbose", "--config", config).text.contains("(1 no-message-id)"))
        #expect(try state("bob@dest.example") == nil)
    }

    @Test("none, which is the default: every report counts")
    func none() throws {
        try station.deliver("1795514401.V1.host", bounce("bob@dest.example", to: Self.forgedBob, id: "S1"))
        let run = try station.scan("--verbose", "--config", try config("require = \"none\""))
        #expect(!run.text.contains("not trusted"))
        #expect(try state("bob@dest.example")?.state.counters.hard == 1)
    }

    @Test(
        "a table that makes no sense is refused with its line and column",
        arguments: [
            ("[trust]\nrequire = \"signed\"\n", ":2:11: trust.require "),
            ("[trust]\nrequire = \"message-id\"\n", ":2:11: trust.require "),
            ("[trust]\nrequire = \"maybe\"\n", ":2:11: trust.require "),
            ("[trust]\nmessage_id_domains = [\"a@b\"]\n", ":2:22: trust.message_id_domains "),
            ("[trust]\nmessage_id_domains = [\".\"]\n", ":2:22: trust.message_id_domains "),
            ("[trust]\nrequired = \"none\"\n", ":2:1: trust.required "),
        ])
    func wrong(config: String, place: String) throws {
        try station.deliverFour()
        let run = try station.scan("--config", try station.folder.write("config.toml", config))
        #expect(run.status == 78)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("config.toml" + place), "\(run.errors)")
        #expect(station.new.count == 4)
    }

    /// A report about so many recipients, with something after them.
    private func long(_ count: Int, note: String = "", after: String) -> String {
        let groups = (0..<count).map {
            "Final-Recipient: rfc822; u\($0)@dest.example\nAction: failed\nStatus: 5.1.1\n\n"
        }
        let start = """
            Return-Path: <>
            Received: by mail.lists.example.com (Postfix)
            \tid L1; Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
            From: MAILER-DAEMON@lists.example.com (Mail Delivery System)
            Subject: Undelivered Mail Returned to Sender
            To: bounces@lists.example.com
            Content-Type: multipart/report; report-type=delivery-status; boundary=b
            Message-Id: <long@mail.lists.example.com>

            --b

            Could not be delivered.

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mail.lists.example.com


            """
        return start + groups.joined() + note + "\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\n" + after
            + "\n--b--\n"
    }

    @Test("a report whose list of recipients a limit cut leaves nobody out, and is flagged for a person")
    func cutLists() throws {
        let padding = String(repeating: "X-Note: of no use to anybody, and long\n", count: 5 << 20 / 39)
        for (number, mail) in [long(10_001, after: ""), long(2, note: padding, after: "")].enumerated() {
            let station = try Station()
            try station.deliver("1795514401.V\(number).host", mail)
            let preview = try station.scan("--dry-run")
            #expect(preview.status == 0)
            let run = try station.scan("--verbose")
            #expect(run.status == 0)
            #expect(run.lines.last?.contains("1 not trusted and without effect (1 list-cut)") == true, "\(run.text)")
            #expect(try Program.run("check", "u1@dest.example", "--ledger", station.ledger).status == 0)
            #expect(try Program.run("suppressed", "--ledger", station.ledger).lines.filter { !$0.isEmpty }.isEmpty)
            #expect(station.cur.first?.hasSuffix(":2,FS") == true)
        }
    }

    @Test("a long report with its whole list counts, though its end is not read")
    func longReport() throws {
        try station.deliver(
            "1795514401.V1.host", long(2, after: String(repeating: "and so on, as it was\n", count: 5 << 20 / 21)))
        let run = try station.scan("--verbose")
        #expect(run.status == 0)
        #expect(station.cur.first?.hasSuffix(":2,FS") == true)
        #expect(try Program.run("check", "u1@dest.example", "--ledger", station.ledger).status == 1)
    }
}
