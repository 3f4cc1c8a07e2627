import Foundation
import Ledger
import Testing

@Suite("requests to unsubscribe, and people's answers")
struct UnsubscribeTests {
    private let station: Station
    private let bob = "bob@dest.example"

    init() throws { station = try Station() }

    private func mail(
        to: String, from: String = "bob@dest.example", subject: String = "", id: String, more: String = "",
        text: String = ""
    ) -> String {
        """
        Return-Path: <\(from)>
        Delivered-To: \(to)
        Received: from mx.dest.example (mx.dest.example [198.51.100.7])
        \tby mail.lists.example.com (Postfix) with ESMTP id \(id); Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
        From: \(from)
        To: \(to)
        Subject: \(subject)
        Message-ID: <\(id)@dest.example>
        \(more)
        \(text)

        """.replacingOccurrences(of: "\n\n\n", with: "\n\n")
    }

    /// A configuration with a key, and what is added to it.
    private func config(_ more: String) throws -> String {
        let key = try station.folder.write("key", "k1:" + String(repeating: "s3cret", count: 8) + "\n")
        chmod(key, 0o600)
        return try station.folder.write(
            "config.toml",
            "[verp]\nkeys = [\"file:\(key)\"]\nreturn_path = \"bounce@news.example\"\n[unsubscribe]\n"
                + "address = \"unsubscribe@news.example\"\n\(more)\n")
    }

    private func status(_ stream: String?, _ address: String = "bob@dest.example") throws -> Int32 {
        try Program.run(
            ["check", address, "--ledger", station.ledger] + (stream.map { ["--stream", $0] } ?? [])
        ).status
    }

    @Test("a signed address proves who asks: no more mail of that stream, and all other mail")
    func signed() throws {
        let config = try config("streams = { \"unsubscribe@news.example\" = \"News.Firm.Example\" }")
        let made = try Program.run("verp", "make", "--purpose", "unsubscribe", bob, "--config", config)
        #expect(made.status == 0)
        let address = try #require(made.lines.first)
        #expect(address.hasPrefix("unsubscribe+k1") && address.hasSuffix("+bob=dest.example@news.example"))
        // Whoever writes there has proved who he is, whatever From says.
        try station.deliver("1795514401.V1.host", mail(to: address, from: "robert@other.example", id: "U1"))
        #expect(try station.scan("--config", config).status == 0)
        #expect(try status(nil) == 0)
        #expect(try status("<news.firm.example>") == 1)
        #expect(try status("other.example") == 0)
        #expect(try status("news.firm.example", "robert@other.example") == 0)
        let answer = try Program.run(
            "check", bob, "--stream", "news.firm.example", "--format", "jsonl", "--ledger", station.ledger)
        let object = try #require(try answer.objects().first)
        #expect(object["cause"] as? String == "unsubscribed")
        #expect(object["stream"] as? String == "news.firm.example")
        let list = try Program.run("suppressed", "--stream", "news.firm.example", "--ledger", station.ledger)
        #expect(list.lines.filter { !$0.isEmpty }.count == 1)
        #expect(try Program.run("suppressed", "--ledger", station.ledger).lines.filter { !$0.isEmpty }.isEmpty)

        let release = try Program.run("release", bob, "--stream", "news.firm.example", "--ledger", station.ledger)
        #expect(release.status == 0)
        #expect(try status("news.firm.example") == 0)
        let again = try Program.run(
            "suppress", bob, "--stream", "news.firm.example", "--reason", "rang", "--ledger", station.ledger)
        #expect(again.status == 0)
        #expect(try status("news.firm.example") == 1)
    }

    @Test(
        "without a proof a request is only listed, unless From is believed; own words are read by a person either way")
    func unproven() throws {
        let request = mail(to: "unsubscribe@news.example", id: "U2")
        try station.deliver("1795514401.V1.host", request)
        // A tag that is not ours.
        try station.deliver(
            "1795514402.V1.host", mail(to: "unsubscribe+k1f00c0ffee123+ann=dest.example@news.example", id: "U3"))
        #expect(try station.scan("--config", try config("")).status == 0)
        #expect(try station.classes()["unsubscribe"] == 2)
        for address in [bob, "ann@dest.example"] { #expect(try status("unsubscribe@news.example", address) == 0) }

        let other = try Station()
        try other.deliver("1795514401.V1.host", request)
        try other.deliver(
            "1795514403.V1.host",
            mail(
                to: "unsubscribe@news.example", from: "eve@dest.example", subject: "Hello", id: "U4",
                text: "Could you please take me off this list? It was nice, but I have no time for it.\n"))
        #expect(try other.scan("--config", try config("trust_from = true")).status == 0)
        func left(_ address: String) throws -> Bool {
            try Program.run("check", address, "--stream", "unsubscribe@news.example", "--ledger", other.ledger).status
                == 1
        }
        #expect(try left(bob))
        #expect(try !left("eve@dest.example"))
    }

    @Test("wrong tables are errors that name the place")
    func errors() throws {
        for (text, words) in [
            ("streams = { \"nobody\" = \"x\" }", "unsubscribe.streams must name a stream"),
            ("trust_from = 1", "unsubscribe.trust_from"),
        ] {
            let run = try Program.run("policy", "show", "--config", try config(text))
            #expect(run.status == 78)
            #expect(run.errors.contains(words))
        }
        let bare = try station.folder.write("bare.toml", "[verp]\nreturn_path = \"bounce@news.example\"\n")
        #expect(try Program.run("verp", "make", "--purpose", "unsubscribe", bob, "--config", bare).status == 64)
    }

    @Test("a person's answer to a mail of ours is a sign of life; a program's, a stranger's and a list's are none")
    func answers() throws {
        let config = try station.folder.write(
            "c.toml", "[trust]\nmessage_id_domains = [\"news.example\"]\n[policy]\nlife_lifts_hard = true\n")
        let names = ["bob", "ann", "cid", "dan"]
        for (number, name) in names.enumerated() {
            try station.deliver("179551440\(number).V1.host", Mail.bounce("\(name)@dest.example", id: "B\(number)"))
        }
        #expect(try station.scan("--config", config).status == 0)
        for name in names { #expect(try status(nil, "\(name)@dest.example") == 1) }
        let heads = [
            "In-Reply-To: <4711@news.example>\n", "In-Reply-To: <4711@other.example>\n",
            "In-Reply-To: <4711@news.example>\nAuto-Submitted: auto-replied\n",
            "In-Reply-To: <4711@news.example>\nList-Id: <l.dest.example>\nPrecedence: list\n",
        ]
        for (number, (name, head)) in zip(names, heads).enumerated() {
            try station.deliver(
                "179551450\(number).V1.host",
                mail(
                    to: "bounce@news.example", from: "\(name)@dest.example", subject: "Re: News", id: "A\(number)",
                    more: head, text: "Thank you, that was good to read.\n"
                ).replacingOccurrences(of: "24 Nov 2026 10:00:05", with: "24 Nov 2026 23:00:05"))
        }
        #expect(try station.scan("--config", config).status == 0)
        #expect(try names.map { try status(nil, "\($0)@dest.example") } == [0, 1, 1, 1])
    }
}
