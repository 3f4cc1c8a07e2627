import Testing

@testable import Classifier

@Suite("VERP")
struct VERPTests {
    private func recipient(_ address: String, known: [String] = []) -> String? {
        VERP.tag(in: [address], settings: Settings(), known: known, arrival: nil)?.recipient
    }

    @Test(
        "tags name the recipient",
        arguments: [
            ("bounce+bob=dest.example@news.example", "bob@dest.example"),
            ("bounce+o=brien=dest.example@news.example", "o=brien@dest.example"),
            ("news-bounces+bob=dest.example@lists.example", "bob@dest.example"),
            ("list-return-17-bob=dest.example@lists.example", "bob@dest.example"),
            ("list-return-17-anna-maria=dest.example@lists.example", "anna-maria@dest.example"),
            ("bounce-bob=dest.example@news.example", "bob@dest.example"),
            ("bounce+bob+tag=dest.example@news.example", "bob+tag@dest.example"),
        ])
    func tags(_ address: String, _ wanted: String) { #expect(recipient(address) == wanted) }

    @Test(
        "are told from other signs of their kind",
        arguments: [
            "srs0=hash=tt=dest.example=bob@relay.example", "prvs=123456789=bob@dest.example", "bounce+bob@news.example",
            "bounce@news.example", "bounce+bob=dest@news.example", "o=dest.example@news.example",
        ])
    func none(_ address: String) { #expect(recipient(address) == nil) }

    @Test("start where an address that the report names starts")
    func known() {
        #expect(recipient("a-b-c-d=dest.example@news.example", known: ["c-d@dest.example"]) == "c-d@dest.example")
    }

    private func report(_ fields: String) -> [Outcome] {
        classify(
            """
            X-Original-To: bounce+bob=dest.example@news.example
            From: MAILER-DAEMON@mx.dest.example
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            \(fields)
            Action: failed
            Status: 5.1.1

            --b--

            """
        ).recipients
    }

    @Test("win over the address that the mail was forwarded to")
    func forwarded() {
        let outcomes = report("Final-Recipient: rfc822; carol@final.example")
        #expect(outcomes.map(\.address) == ["bob@dest.example"])
        #expect(outcomes.first?.isVERP == true)
        #expect(outcomes.first?.finalAddress == "carol@final.example")
    }

    @Test("yield to the original recipient that the sender gave itself")
    func orcpt() {
        let outcomes = report(
            "Original-Recipient: rfc822; b.smith@dest.example\nFinal-Recipient: rfc822; bob@dest.example")
        #expect(outcomes.map(\.address) == ["b.smith@dest.example"])
    }
}
