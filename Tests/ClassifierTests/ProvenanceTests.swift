import Foundation
import Testing
import Verdict

@testable import Classifier

@Suite("Who handed a message to our servers, as these wrote it")
struct ProvenanceTests {
    private func peer(_ text: String) -> Peer? { Peer(Array(text.utf8).span) }

    @Test(
        "The address and the name that our server has looked up are read, what the host calls itself is not",
        arguments: [
            (
                "from evil (mx.relay.example [192.0.2.9]) by mx.news.example (Postfix) with ESMTP", "192.0.2.9",
                "mx.relay.example"
            ),
            ("from mx.relay.example (unknown [192.0.2.9]) by mx.news.example (Postfix)", "192.0.2.9", nil),
            (
                "from evil (mx.relay.example [192.0.2.9] (may be forged)) by mx.news.example (8.18.1/8.18.1)",
                "192.0.2.9", nil
            ),
            (
                "from mx.relay.example ([192.0.2.9] helo=[198.51.100.1]) by mx.news.example with esmtp (Exim 4.97)",
                "192.0.2.9", nil
            ),
            ("from mx.relay.example (192.0.2.9) by mx.news.example with Microsoft SMTP Server", "192.0.2.9", nil),
            ("from unknown (HELO mx.relay.example) (192.0.2.9) by mx.news.example with SMTP", "192.0.2.9", nil),
            (
                "from x (mx.relay.example [IPv6:2001:db8::9]) by mx.news.example (Postfix)", "2001:db8::9",
                "mx.relay.example"
            ),
        ] as [(String, String, String?)])
    func peers(text: String, address: String, name: String?) {
        #expect(peer(text)?.address == address)
        #expect(peer(text)?.name == name)
    }

    @Test(
        "What has another form names nobody",
        arguments: [
            "by mx.news.example (Postfix) id 1", "from (mx.relay.example [192.0.2.9]) by x",
            "from a(b [192.0.2.9]) by x",
            "from a (b [192.0.2.9) by x", "from a (b [not an address]) by x", "from a b (c [192.0.2.9]) by x", "from",
            "",
            "from a (mx relay@[192.0.2.9]) by x", "from a (((((((((((",
        ])
    func strange(text: String) { #expect(peer(text) == nil) }

    private func results(_ text: String) -> AuthenticationResults? { AuthenticationResults(Array(text.utf8).span) }

    @Test(
        "Domains that pass are read (RFC 8601), in every form of the field",
        arguments: [
            ("mx.news.example; dkim=pass header.d=Relay.Example.", ["relay.example"]),
            (
                "mx.news.example 1; dkim=pass (good (1024 bit); x) header.i=@a.example header.d=relay.example",
                ["relay.example"]
            ),
            (
                "mx.news.example; spf=pass smtp.mailfrom=bounce@relay.example; dkim=fail header.d=bad.example",
                ["relay.example"]
            ),
            ("mx.news.example; spf = pass smtp.mailfrom = \"a b\"@relay.example", ["relay.example"]),
            ("mx.news.example; spf=pass smtp.helo=mx.relay.example", ["mx.relay.example"]),
            ("mx.news.example; dkim/1=pass header.d=relay.example", ["relay.example"]),
            ("mx.news.example; none", []),
            ("mx.news.example; dkim=pass header.d=a.example header.d=b.example", []),
            ("mx.news.example; x=pass header.d=a.example; dkim=neutral header.d=b.example", []),
            (
                "mx.news.example; spf=pass smtp.mailfrom=\"x; dkim=pass header.d=fbl.example\"@evil.example",
                ["evil.example"]
            ),
        ])
    func passes(text: String, domains: [String]) {
        #expect(results(text)?.server == "mx.news.example")
        #expect(results(text)?.domains == domains)
    }

    @Test("A field that is too long, or whose comment or quotation does not end, says nothing")
    func hostile() {
        #expect(results("mx; dkim=pass (header.d=relay.example") == nil)
        #expect(results("mx; dkim=pass header.d=\"relay.example") == nil)
        #expect(results("mx; dkim=pass ) header.d=relay.example") == nil)
        let fill = String(repeating: "(", count: Limits.authenticationBytes / 2)
        #expect(results("mx; \(fill)" + fill.replacing("(", with: ")") + "dkim=pass header.d=relay.example") == nil)
        let long = String(repeating: "x", count: Limits.authenticationBytes)
        #expect(results("mx; dkim=pass header.d=relay.example; a=\(long)") == nil)
        #expect(results("") == nil)
        #expect(results(";dkim=pass header.d=relay.example") == nil)
    }

    private func provenance(_ header: String, hosts: [String] = []) -> Provenance? {
        var settings = Settings(localHosts: hosts)
        settings.authservID = "mx.news.example"
        settings.readsProvenance = true
        return Classifier(settings: settings).classify(Array((header + "Subject: x\n\nx\n").utf8)).provenance
    }

    private static let border = """
        Received: from a (mx.relay.example [192.0.2.9])
        \tby mx.news.example (Postfix) with ESMTP id 1; Tue, 24 Nov 2026 10:00:05 +0000

        """
    private static let claim = "Authentication-Results: mx.news.example; dkim=pass\n header.d=relay.example\n"

    @Test("Only what stands above the Received field of our border is ours; below it is what came with the message")
    func borders() {
        let above = provenance(Self.claim + Self.border)
        #expect(
            above
                == Provenance(
                    peerAddress: "192.0.2.9", peerName: "mx.relay.example", authenticated: ["relay.example"]))
        #expect(provenance(Self.border + Self.claim)?.authenticated == [])
        #expect(provenance(Self.claim)?.authenticated == [])
        #expect(
            provenance("Authentication-Results: other.example; dkim=pass header.d=relay.example\n" + Self.border)?
                .authenticated == [])
        // The topmost of ours decides.
        let first = "Authentication-Results: MX.news.example; dkim=fail header.d=relay.example\n"
        #expect(provenance(first + Self.claim + Self.border)?.authenticated == [])
    }

    @Test("A content filter of ours is passed over; a field below another host's is not believed")
    func filters() {
        let filter = """
            Received: from localhost (localhost [127.0.0.1])
            \tby mx.news.example (Postfix) with ESMTP id 2; Tue, 24 Nov 2026 10:00:06 +0000

            """
        #expect(provenance(filter + Self.claim + Self.border)?.authenticated == ["relay.example"])
        let inner = Self.border.replacingOccurrences(of: "mx.news.example", with: "in.news.example")
        #expect(provenance(filter + inner)?.peerAddress == nil)
        #expect(provenance(filter + inner, hosts: ["in.news.example"])?.peerAddress == "192.0.2.9")
        let direct = "Received: from a (x.evil.example [198.51.100.7]) by mx.news.example (Postfix) id 3; x\n"
        let forged = provenance(direct + Self.claim + Self.border)
        #expect(forged?.peerAddress == "198.51.100.7")
        #expect(forged?.authenticated == [])
    }
}
