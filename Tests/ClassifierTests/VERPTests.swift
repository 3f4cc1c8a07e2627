import ReturnPath
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
            // Sympa: a list's name behind the address, then ==w, ==r or an id.
            ("bounce+bob==a==dest.example==letters@news.example", "bob@dest.example"),
            ("bounce+bob==a==dest.example==my.letters==w@news.example", "bob@dest.example"),
            ("bounce+bob==a==dest.example==letters==1207@news.example", "bob@dest.example"),
            ("bounce+o=brien==a==dest.example==letters@news.example", "o=brien@dest.example"),
            ("bounce+bob==a==bücher.example==letters@news.example", "bob@bücher.example"),
            // BATV in front of it.
            ("prvs=0891a9abd5=bounce+bob=dest.example@news.example", "bob@dest.example"),
            ("prvs=bounce+bob=dest.example=0891a9abd5@news.example", "bob@dest.example"),
            ("prvs=bounce+bob=dest.example/0891a9abd5@news.example", "bob@dest.example"),
            ("btv1==068a4973b3a==bounce+bob=dest.example@news.example", "bob@dest.example"),
            ("msprvs1=20676xgzi92p-=bounce+bob=dest.example@news.example", "bob@dest.example"),
            ("bounce+bob=dest.example+prvs=0891a9abd5@news.example", "bob@dest.example"),
            // Tokens and numbers of sending applications.
            ("bounces+12345678-ab12-bob=dest.example@em.news.example", "bob@dest.example"),
            ("bounces+9f31c0de77=bob=dest.example@news.example", "bob@dest.example"),
            ("bounces+qz8kwmtexpqr-=bob=dest.example@news.example", "bob@dest.example"),
            ("bounces+qz8kwmtexpqr===bob=dest.example@news.example", "bob@dest.example"),
            ("bounce+7c19af.204411-bob=dest.example@news.example", "bob@dest.example"),
            ("bounce-12345-678-bob=dest.example@news.example", "bob@dest.example"),
            ("list-return-17-bob+tag=dest.example@lists.example", "bob+tag@dest.example"),
            ("bounce+bob=dest.example+c0ffee@news.example", "bob@dest.example"),
            ("bounce+bob=dest.example=c0ffee@news.example", "bob@dest.example"),
            ("bounces-12345678-ab12-bob=dest.example@em.news.example", "bob@dest.example"),
            ("bounces+7=bob=dest.example@news.example", "bob@dest.example"),
            ("bounces+abcdefgh=bob=dest.example@news.example", "bob@dest.example"),
            ("bounces+9f31c0de77aa-bob=dest.example@news.example", "bob@dest.example"),
            ("bounces+550e8400-e29b-41d4-a716-446655440000-bob=dest.example@news.example", "bob@dest.example"),
            ("list-return-1795424407.abcdefghijklmnopabcd-bob=dest.example@lists.example", "bob@dest.example"),
            // What only looks like one is a part of the local part.
            ("list-return-17-2024-bob=dest.example@lists.example", "2024-bob@dest.example"),
            ("bounce-12-345-6-bob=dest.example@news.example", "6-bob@dest.example"),
            ("bounce+1234-anna=dest.example@news.example", "1234-anna@dest.example"),
            ("bounce+2024-news-bob=dest.example@news.example", "2024-news-bob@dest.example"),
            ("bounce+bob=b=c=dest.example@news.example", "bob=b=c@dest.example"),
            ("bounce+abcdefg=bob=dest.example@news.example", "abcdefg=bob@dest.example"),
            ("bounce+ab1cd=bob=dest.example@news.example", "ab1cd=bob@dest.example"),
            ("bounce+9f31c0de7-bob=dest.example@news.example", "9f31c0de7-bob@dest.example"),
            ("bounce+deadbeefcafe-bob=dest.example@news.example", "deadbeefcafe-bob@dest.example"),
            ("bounce+7c19af.20441-bob=dest.example@news.example", "7c19af.20441-bob@dest.example"),
            ("bounce+bob%other=dest.example@news.example", "bob%other@dest.example"),
        ])
    func tags(_ address: String, _ wanted: String) { #expect(recipient(address) == wanted) }

    @Test(
        "are told from other signs of their kind",
        arguments: [
            "srs0=hash=tt=dest.example=bob@relay.example", "prvs=123456789=bob@dest.example", "bounce+bob@news.example",
            "bounce@news.example", "bounce+bob=dest@news.example", "o=dest.example@news.example",
            "srs1=hash=relay.example==hash=tt=dest.example=bob@other.example", "bounces+srs=ab.de=fg@news.example",
            "bounce+bob==a==dest@news.example", "bounce+==a==dest.example==letters@news.example",
            "bounce+=dest.example@news.example", "bounce+bob=.dest.example@news.example", "prvs=@news.example",
            "prvs=0891a9abd5=@news.example", "btv1==@news.example", "btv1====@news.example", "+=@news.example",
            "\"bounce+bob b=dest.example\"@news.example", "bounce+bob=dest_host.example@news.example",
        ])
    func none(_ address: String) { #expect(recipient(address) == nil) }

    @Test("start where an address that the report names starts")
    func known() {
        #expect(recipient("a-b-c-d=dest.example@news.example", known: ["c-d@dest.example"]) == "c-d@dest.example")
    }

    @Test(
        "starts behind a token where the report names the address, whatever the token is",
        arguments: [
            "bounces+abc=bob=dest.example@news.example", "bounces+a=b=c=bob=dest.example@news.example",
            "bounces+x-bob=dest.example@news.example", "news-bounces-xyz-bob=dest.example@news.example",
            "bounces+abc=bob=dest.example=news.local@news.example",
        ])
    func knownBehindToken(_ address: String) {
        #expect(recipient(address, known: ["bob@dest.example"]) == "bob@dest.example")
    }

    @Test("looks at a bounded number of places, however long a local part is")
    func hostile() {
        let many = String(repeating: "=", count: 100_000)
        #expect(recipient("bounce+\(many)bob=dest.example@news.example") == nil)
        #expect(recipient("bounce+bob\(many)@news.example") == nil)
        let signs = "bounce+bob=dest.example" + String(repeating: "=x", count: VERP.signsTried)
        #expect(recipient(signs + "@news.example") == nil)
        #expect(recipient(signs.dropLast(2) + "@news.example") == "bob@dest.example")
        let starts = String(repeating: "+", count: VERP.startsTried)
        let known = ["bob@dest.example"]
        #expect(recipient("x\(starts)bob=dest.example@news.example", known: known) == "bob@dest.example")
        #expect(recipient("x\(starts)+bob=dest.example@news.example", known: known) != "bob@dest.example")
    }

    @Test(
        "of BATV are taken off",
        arguments: [
            ("prvs=0891a9abd5=bob@dest.example", "bob@dest.example"),
            ("PRVS=0891A9ABD5=Bob@dest.example", "bob@dest.example"),
            ("prvs=bob=0891a9abd5@dest.example", "bob@dest.example"),
            ("prvs=bob/0891a9abd5@dest.example", "bob@dest.example"),
            ("prvs=0891a9abd5=0891a9abd6@dest.example", "0891a9abd6@dest.example"),
            ("bob+prvs=0891a9abd5@dest.example", "bob@dest.example"),
            ("btv1==068a4973b3a==bob@dest.example", "bob@dest.example"),
            ("msprvs1=20676xgzi92p-=bob@dest.example", "bob@dest.example"),
            ("bob@dest.example", "bob@dest.example"), ("prvs=bob@dest.example", "prvs=bob@dest.example"),
            ("prvs=@dest.example", "prvs=@dest.example"), ("btv1==bob@dest.example", "btv1==bob@dest.example"),
            ("bob+prvs=short@dest.example", "bob+prvs=short@dest.example"), ("prvs=", "prvs="),
        ])
    func batv(_ address: String, _ wanted: String) { #expect(BATV.withoutTag(address) == wanted) }

    private func note(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        return ForwardingNote.read(bytes.span, after: 0, before: bytes.count)?.mailed
    }

    @Test(
        "yield to notes only where the notes stand directly behind the address",
        arguments: [
            (">: (generated from bob@dest.example)", "bob@dest.example"),
            ("\n    (ultimately generated from bob@dest.example)\n    host mx", "bob@dest.example"),
            ("\n (reason: 550 <x@y.example> (no) (such)\n    (expanded from: <Bob@Dest.Example>)", "bob@dest.example"),
            ("> (expanded from\n    <bob@dest.example>): host mx said", "bob@dest.example"),
            (" (was: \"bob\"@dest.example)", "bob@dest.example"), (" (was bob@dest.example)", "bob@dest.example"),
            (" (originally sent to Bob Brown <bob@dest.example>)", "bob@dest.example"),
            (" (expanded from: bob@bücher.example)", "bob@bücher.example"),
            (" (was refused by <bob@dest.example>)", nil), (" (expanded from: bob)", nil), (" (expanded from", nil),
            (": 550 no (generated from bob@dest.example)", nil), ("\n\n(generated from bob@dest.example)", nil),
            (" (a) (b) (c) (d) (was bob@dest.example)", nil), (" (wasbob@dest.example)", nil), ("(", nil), ("", nil),
            (" (" + String(repeating: "x", count: ForwardingNote.maximumBytes) + ") (was bob@dest.example)", nil),
        ] as [(String, String?)])
    func notes(_ text: String, _ wanted: String?) { #expect(note(text) == wanted) }

    @Test("yield to no note that repeats the address that failed")
    func repeated() {
        let text = """
            This could not be delivered to

            <bob@dest.example>

            bob@dest.example
                (expanded from: bob@dest.example)
                550 5.1.1 User unknown
            """
        let reader = ProseReader(Prose(Array(text.utf8)), excluded: [])
        #expect(reader.recipients.map(\.finalRecipient) == ["bob@dest.example"])
        #expect(reader.recipients.first?.mailedAddress == nil)
    }

    @Test("with a bad signature name nobody in a report that names nobody, and unsigned ones do")
    func unnamedAndForged() throws {
        let mail = """
            Return-Path: <>
            Delivered-To: bounce+k1f00c0ffee123+bob=dest.example@news.example
            From: MAILER-DAEMON@mx.dest.example
            Subject: Undelivered mail

            Your message could not be delivered: 550 5.1.1 User unknown

            """
        let signing = Classifier(settings: Settings(verpKeys: [try SigningKey("k1:abcdefghijklmnopqrstuvwxyz234567")]))
        #expect(signing.classify(Array(mail.utf8)).recipients.isEmpty)
        let plain = classify(mail)
        #expect(plain.recipients.map(\.address) == ["bob@dest.example"])
        #expect(plain.recipients.first?.kind == .hard)
        #expect(plain.trust == .unsigned)
    }

    /// A report of hard failures that returns the header of the mail.
    private func returning(_ to: String, about finals: [String], end: String = "\n--b--\n") -> [Outcome] {
        let groups = finals.map {
            "\nFinal-Recipient: rfc822; \($0)\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
        }
        return classify(
            """
            Return-Path: <>
            Delivered-To: bounces+c9=campaign.example@news.example
            From: MAILER-DAEMON@mx.dest.example
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.dest.example
            \(groups.joined())
            --b
            Content-Type: text/rfc822-headers

            From: letters@news.example
            To: \(to)
            \(end)
            """
        ).recipients
    }

    @Test("are tokens where the report and the returned message agree on somebody else")
    func token() {
        let one = returning("bob@dest.example", about: ["bob@dest.example"])
        #expect(one.map(\.address) == ["bob@dest.example"])
        #expect(one.first?.kind == .hard && one.first?.isVERP == false)
        let two = returning("bob@dest.example", about: ["bob@dest.example", "carol@final.example"])
        #expect(two.map(\.address) == ["bob@dest.example", "carol@final.example"])
        let list = returning("list@news.example", about: ["carol@final.example"])
        #expect(list.map(\.address) == ["c9@campaign.example"])
        #expect(list.first?.kind == .hard)
    }

    @Test("that nothing confirms declare nobody dead where the report is cut off")
    func cutToken() {
        let cut = returning("list@news.example", about: ["carol@final.example"], end: "")
        #expect(cut.map(\.kind) == [.soft])
        #expect(returning("c9@campaign.example", about: ["carol@final.example"], end: "").map(\.kind) == [.hard])
    }

    private func unnamed(_ to: String, returnPath: String = "<>") -> [Outcome] {
        classify(
            """
            Return-Path: \(returnPath)
            Delivered-To: bounce+bob=dest.example@news.example
            From: MAILER-DAEMON@mx.dest.example
            Subject: Undelivered mail

            Your message could not be delivered: 550 5.1.1 User unknown

            --- Below this line is a copy of the message.

            Return-Path: <bounce+bob=dest.example@news.example>
            Message-ID: <1@news.example>
            From: letters@news.example
            To: \(to)

            """
        ).recipients
    }

    @Test(
        "name whom a report without a name is about, and declare him dead only if the mail went to nobody else",
        arguments: [
            ("bob@dest.example", ["bob@dest.example"], [.hard]),
            ("list@news.example", ["bob@dest.example"], [.hard]),
            ("undisclosed-recipients:;", ["bob@dest.example"], [.hard]),
            ("carol@final.example, dave@other.example", ["bob@dest.example"], [.soft]),
            // The tag may be a token.
            ("carol@final.example", ["carol@final.example"], [.hard]),
        ] as [(String, [String], [OutcomeKind])])
    func unnamed(_ to: String, _ addresses: [String], _ kinds: [OutcomeKind]) {
        #expect(unnamed(to).map(\.address) == addresses)
        #expect(unnamed(to).map(\.kind) == kinds)
    }

    @Test("keep a list's own address from being blamed for a report without the null sender")
    func unnamedList() { #expect(unnamed("list@news.example", returnPath: "<x@other.example>").isEmpty) }

    @Test("of BATV leave an address alive that nothing else names")
    func assumed() {
        let outcomes = report("Final-Recipient: rfc822; prvs=0891a9abd5=carol@dest.example")
        #expect(outcomes.map(\.address) == ["bob@dest.example"])
        let found = classify(
            """
            Return-Path: <>
            From: MAILER-DAEMON@mx.dest.example
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; prvs=0891a9abd5=carol@dest.example
            Action: failed
            Status: 5.1.1

            --b--

            """
        ).recipients
        #expect(found.map(\.address) == ["carol@dest.example"])
        #expect(found.map(\.kind) == [.soft])
    }

    @Test(
        "name nobody for notes, tickets and notices that speak of failures",
        arguments: [
            (
                "Bob Brown <bob@dest.example>", "Re: letter",
                "My mailbox is full of mail that could not be delivered at once."
            ),
            ("info@dest.example", "letter", "Nobody reads this mailbox, your message was not delivered to anybody."),
            (
                "desk@dest.example", "Ticket 4711",
                "It could not be delivered at once. Status 5.1.1 of your ticket: open."
            ),
            ("check@dest.example", "Figures of Monday", "Of 550 messages 4.2.1 failed to be delivered."),
            ("Bob Brown <bob@dest.example>", "letter", "550 5.1.1 messages could not be delivered"),
        ])
    func notices(_ from: String, _ subject: String, _ text: String) {
        func recipients(_ from: String, _ text: String) -> [Outcome] {
            classify(
                """
                Return-Path: <>
                Delivered-To: bounce+bob=dest.example@news.example
                From: \(from)
                Subject: \(subject)

                \(text)

                """
            ).recipients
        }
        #expect(recipients(from, text).isEmpty)
        #expect(recipients("gateway@mx.dest.example", "550 5.1.1 User unknown").map(\.kind) == [.hard])
        #expect(recipients("MAILER-DAEMON@mx.dest.example", text).map(\.address) == ["bob@dest.example"])
    }

    @Test("need the null sender to name whom a report without a name is about")
    func unnamedWithSender() {
        let mail = """
            Return-Path: <carol@other.example>
            Delivered-To: bounce+bob=dest.example@news.example
            From: MAILER-DAEMON@other.example
            Subject: Undelivered mail

            Your message could not be delivered.

            """
        #expect(classify(mail).recipients.isEmpty)
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
