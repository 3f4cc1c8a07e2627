import Foundation
import Testing

@testable import MaildirBounce

@Suite("unclassified")
struct UnclassifiedTests {
    let station: Station

    init() throws { station = try Station() }

    private func odd(_ address: String, _ number: Int) -> String {
        Mail.bounce(
            address, id: "U\(number)", status: "5.0.0", reply: "550",
            text: "Rumpelstiltskin at mx\(number).secret-host.example says \(number * 1_000) frobs for \(address)")
    }

    private func deliver() throws {
        for number in 1...3 {
            try station.deliver(
                "179551441\(number).V\(number).host", odd("bob\(number)@private\(number).example", number))
        }
        try station.deliver("1795514420.V20.host", Mail.bounce("eve@dest.example", id: "U20"))
        try station.deliver("1795514421.V21.host", Mail.letter(id: "U21"))
        try station.deliver(
            "1795514422.V22.host",
            """
            Return-Path: <>
            From: Jane Quimby <jane.quimby@corner-shop.example>
            To: bounces@lists.example.com
            Subject: Something about your message
            Message-ID: <20261124.4711@corner-shop.example>
            Date: Tue, 24 Nov 2026 10:00:05 +0000

            Dear all, Quimby here. Ring jane on +49 30 1234567 or see http://corner-shop.example/jane.

            """)
    }

    @Test("the ledger's bounces without a reason are grouped by likeness")
    func ledger() throws {
        try deliver()
        #expect(try station.scan().status == 0)
        let run = try Program.run("unclassified", "--ledger", station.ledger)
        #expect(run.status == 0)
        #expect(run.lines.first == "3 not recognised, in 1 groups")
        #expect(run.text.contains("3 like this one"))
        #expect(run.text.contains("Rumpelstiltskin"))
        let objects = try Program.run("unclassified", "--ledger", station.ledger, "--format", "jsonl").objects()
        #expect(objects.map { $0["count"] as? Int } == [3])
    }

    @Test("the messages of a Maildir are read again, and letters with signs of a report are among them")
    func maildir() throws {
        try deliver()
        let before = try station.folder.everything()
        let run = try Program.run("unclassified", "--maildir", station.maildir)
        #expect(run.status == 0)
        #expect(run.lines.first == "4 not recognised, in 2 groups")
        #expect(run.text.contains("not taken for a report, though it has the null sender"))
        #expect(run.text.contains("Subject: Something about your message"))
        #expect(!run.text.contains("Where can I buy the blue one?"))
        #expect(try station.folder.everything() == before)
        let one = try Program.run("unclassified", "--maildir", station.maildir, "--limit", "1")
        #expect(one.lines.first == "4 not recognised, in 2 groups; the largest 1")
        #expect(one.text.contains("3 like this one"))
    }

    @Test("anonymised, nobody's name, address, host, number or file is left", arguments: ["--maildir", "--ledger"])
    func anonymous(source: String) throws {
        try deliver()
        if source == "--ledger" { #expect(try station.scan().status == 0) }
        let path = source == "--ledger" ? station.ledger : station.maildir
        let run = try Program.run("unclassified", source, path, "--anonymize")
        #expect(run.status == 0)
        let text = run.text.lowercased()
        for secret in [
            "bob1", "private1", "jane", "quimby", "corner-shop", "secret-host", "lists.example.com", "1234567", "4711",
            "v1.host", "192.0.2.25", station.folder.root,
        ] {
            #expect(!text.contains(secret), "\(secret) in \(text)")
        }
        // What the server says is still there.
        #expect(text.contains("rumpelstiltskin"))
        #expect(text.contains("user1@host"))
    }

    @Test("says that all was recognised, that a Maildir is none, and that two sources are one too many")
    func nothing() throws {
        try station.deliver("1795514420.V20.host", Mail.bounce("eve@dest.example", id: "U20"))
        let run = try Program.run("unclassified", "--maildir", station.maildir)
        #expect(run.status == 0)
        #expect(run.text == "everything was recognised\n")
        #expect(try Program.run("unclassified", "--maildir", station.folder.path("nosuch")).status == 66)
        #expect(try Program.run("unclassified", "--maildir", station.maildir, "--ledger", "x").status == 64)
        #expect(try Program.run("unclassified", "--maildir", station.maildir, "--limit", "0").status == 64)
    }
}

@Suite("Samples fit for a bug report")
struct AnonymizerTests {
    @Test("placeholders are the same for the same thing, in any case, and differ for different things")
    func consistent() {
        var anonymizer = Anonymizer()
        let text = anonymizer.anonymize(
            "<Bob.Smith@Dest.example>: host mx.dest.example[10.1.2.3] said: 550 5.1.1 bob.smith@dest.example unknown, "
                + "no mailbox for SMITH here, try eve@dest.example (queue 4XyZ12AbC)")
        #expect(
            text == "<user1@host1.example>: host host2.example[192.0.2.1] said: 550 5.1.1 user1@host1.example unknown, "
                + "no mailbox for user1 here, try user2@host1.example (queue <id>)")
        #expect(anonymizer.anonymize("EVE@DEST.EXAMPLE") == "user2@host1.example")
    }

    @Test(
        "whatever form an address has, nothing of it is left",
        arguments: [
            "\"john doe\"@dest.example", "bounces+john=dest.example@lists.example", "mailto:john@dest.example",
            "john%40dest.example", "rfc822;john@dest.example", "to=<john@dest.example>", "john@[10.0.0.1]",
            "john@dest.example.", "http://dest.example/u/john?x=john", "john@dest.example john dest DEST.EXAMPLE",
            "xjohnx john@dest.example", "john_1@dest.example: no such user john_1", "(john@dest.example)",
            "J\u{F6}hn@dest.example john", "X-john@dest.example/john@dest.example",
        ])
    func forms(text: String) {
        var anonymizer = Anonymizer()
        anonymizer.learn(address: "john@dest.example")
        let result = anonymizer.anonymize(text).lowercased()
        for secret in ["john", "doe", "dest", "10.0.0.1"] { #expect(!result.contains(secret), "\(result)") }
    }

    @Test("within other words the longest that was learned goes, also of long ones")
    func embedded() {
        var anonymizer = Anonymizer()
        anonymizer.learn(name: "anna annabell")
        #expect(anonymizer.anonymize("xannabelly") == "name3")
        #expect(anonymizer.anonymize("xannay") == "name2")
        let long = String(repeating: "b", count: 10) + String(repeating: "cd", count: 100)
        anonymizer.learn(address: "\(long)@dest.example")
        #expect(!anonymizer.anonymize("x\(long)y").contains("cdcd"))
    }

    /// A comparison of each word with all that were learned would take hours.
    @Test("hundreds of thousands of names cost no more each than a few", .timeLimit(.minutes(5)))
    func manyNames() {
        // A word of letters only for each number.
        func word(_ number: Int) -> String {
            String(decoding: "q\(String(number, radix: 10))".utf8.map { $0 < 0x3A ? $0 + 0x31 : $0 }, as: UTF8.self)
        }
        var anonymizer = Anonymizer()
        for group in 0..<100 {
            let names = (0..<2_500).map { word(100_000 + group * 2_500 + $0) }
            anonymizer.learn(name: names.joined(separator: " "))
            let text = anonymizer.anonymize(
                "to \(names[7]), \(names.map { $0 + "zz" }.prefix(300).joined(separator: " "))")
            #expect(text.hasPrefix("to name"))
            #expect(!text.contains("zz"))
        }
    }

    @Test("what servers say stays")
    func words() {
        var anonymizer = Anonymizer()
        for text in [
            "550 5.1.1 User unknown", "452-4.2.2 The email account that you tried to reach is over quota.",
            "Content-Type: multipart/report; report-type=delivery-status",
            "Diagnostic: smtp; 554 rejected due to content",
            "charset=iso-8859-1, base64, rfc822",
        ] {
            #expect(anonymizer.anonymize(text) == text)
        }
        #expect(
            anonymizer.anonymize("SGVsbG8gV29ybGQsIHRoaXMgaXMgYmFzZTY0IGRhdGE=").hasPrefix("<4"))
        #expect(anonymizer.anonymize("2001:db8:85a3::8a2e:370:7334") == "2001:db8::1")
    }

    @Test("of all the fixtures of the classifier, no address and no host of one is left")
    func fixtures() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("ClassifierTests/Fixtures")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".eml") }
        try #require(names.count > 100)
        var addresses = 0
        for name in names {
            let text = String(
                decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
            var anonymizer = Anonymizer()
            let result = anonymizer.anonymize(text).lowercased()
            let words = Set(result.split { !$0.isLetter && !$0.isNumber && !"._+-".contains($0) }.map(String.init))
            // Found another way than the anonymizer finds them.
            for match in text.lowercased().matches(of: /([a-z0-9._+-]+)@([a-z0-9-]+(?:\.[a-z0-9-]+)+)/) {
                addresses += 1
                #expect(!result.contains(match.1 + "@" + match.2), "\(match.0) in \(name)")
                #expect(!words.contains(String(match.2)) || match.2.hasPrefix("host"), "\(match.2) in \(name)")
            }
        }
        #expect(addresses > 500)
    }

    @Test("texts that differ in addresses, numbers, hosts and case are alike; others are not")
    func likeness() {
        let keys = [
            "550 5.1.1 <bob@dest.example>: unknown at mx1.dest.example (id 4XyZ1)",
            "550 5.1.1   <eve@other.example>: Unknown at mail.other.example (id 77)",
            "550 5.2.1 <eve@other.example>: Unknown at mail.other.example (id 77)",
            "", String(repeating: "a ", count: 100_000),
        ].map(Likeness.key)
        #expect(keys[0] == keys[1])
        #expect(keys[0] == "550 5.1.1 <address> unknown at <host> id <n>")
        #expect(keys[2] != keys[1])
        #expect(keys[3].isEmpty)
        #expect(keys[4].utf8.count <= Likeness.textBytes + 2)
    }

    @Test("no more groups are kept than the limit; the rest is counted")
    func groups() {
        var groups = LikenessGroups<Int>()
        for number in 0..<LikenessGroups<Int>.limit + 10 { groups.add("\(number)") { number } }
        groups.add("7") { 0 }
        #expect(groups.groupCount == LikenessGroups<Int>.limit)
        #expect(groups.others == 10)
        #expect(groups.count == LikenessGroups<Int>.limit + 11)
        #expect(groups.ranked.first?.count == 2 && groups.ranked.first?.sample == 7)
    }
}
