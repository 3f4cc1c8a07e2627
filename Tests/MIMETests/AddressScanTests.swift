import Testing

@testable import MIME

@Suite("Addresses")
struct AddressScanTests {
    private func list(_ bytes: [UInt8], limit: Int = 100) -> [String] {
        AddressScan.list(bytes.span, in: 0..<bytes.count, limit: limit).map { string(bytes.span.copy($0)) }
    }

    @Test(
        "are found in fields and in prose",
        arguments: [
            ("bob@dest.example", ["bob@dest.example"]), ("<bob@dest.example>", ["bob@dest.example"]),
            ("Bob <bob@dest.example>, al@dest.example", ["bob@dest.example", "al@dest.example"]),
            ("(bob@dest.example)", ["bob@dest.example"]), ("'bob@dest.example'", ["bob@dest.example"]),
            ("`bob@dest.example'", ["bob@dest.example"]), ("bob@dest.example.", ["bob@dest.example"]),
            ("to bob@dest.example: gone", ["bob@dest.example"]), ("mailto:bob@dest.example?x", ["bob@dest.example"]),
            ("o'hara+x=y!#$%&*-/?^_`{|}~@dest.example", ["o'hara+x=y!#$%&*-/?^_`{|}~@dest.example"]),
            ("<@relay.example:bob@dest.example>", ["bob@dest.example"]), ("bob@localhost", ["bob@localhost"]),
            ("bob@dest_x.example-", ["bob@dest_x.example"]), ("bob..x.@dest.example", ["bob..x.@dest.example"]),
            ("bob@dest.example(Bob) (al@home)", ["bob@dest.example", "al@home"]),
            ("a@b,c@d;e@f", ["a@b", "c@d", "e@f"]),
            ("", []), ("@", []), ("bob@", []), ("@dest", []), ("bob@.dest", []), ("bob@ dest", []), ("bob @dest", []),
            ("bob@-", []),
            ("'@dest", []), ("...@dest", []),
        ])
    func plain(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "have quoted local parts",
        arguments: [
            ("\"bob x\"@dest.example", ["\"bob x\"@dest.example"]),
            ("<\"a@b\"@dest.example>", ["\"a@b\"@dest.example"]),
            ("\"a\\\"b@c\"@dest.example", ["\"a\\\"b@c\"@dest.example"]),
            ("x \"a..b.\"@d.example y", ["\"a..b.\"@d.example"]),
            ("\"@\"@d", ["\"@\"@d"]), ("\"\"@d", []), ("x\"@d", []), ("\"a\nb\"@d", []), ("\"a\"@", []),
            ("\"\(String(repeating: "x", count: 330))\"@d", []),
        ])
    func quoted(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "are not those of display names, unless nothing else is there",
        arguments: [
            ("\"bob@home.example\" <bob@dest.example>", ["bob@dest.example"]),
            ("\"Bob (bob@home)\" <bob@dest>", ["bob@dest"]),
            ("\"bob@dest.example\" <BOB@dest.example>, al@x", ["bob@dest.example", "al@x"]),
            ("bob@dest.example <bob@dest.example>", ["bob@dest.example"]), ("'bob@dest' <bob@dest>", ["bob@dest"]),
            ("bob@dest.example<mailto:bob@dest.example>", ["bob@dest.example"]), ("bob@a <bob@b>", ["bob@a", "bob@b"]),
            ("\"bob@dest.example\" is unknown", ["bob@dest.example"]), ("\"bob@home\" <>", ["bob@home"]),
            ("\"bob@home\" <al>", ["bob@home"]), ("\"Bob\" <bob@a>, \"Al\" <al@b>", ["bob@a", "al@b"]),
            ("\"x@y\", \"z\" <z@z>", ["x@y", "z@z"]), ("5\" of bob@a \" <b@c>", ["bob@a", "b@c"]),
        ])
    func displayNames(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "have literals of IPv4 and IPv6 as domains",
        arguments: [
            ("bob@[192.0.2.1]", ["bob@[192.0.2.1]"]), ("<bob@[IPv6:2001:db8::1]>.", ["bob@[IPv6:2001:db8::1]"]),
            ("\"b b\"@[192.0.2.1]", ["\"b b\"@[192.0.2.1]"]), ("bob@[192.0.2.1", []), ("bob@[]", []), ("bob@[1 2]", []),
            ("bob@[1\n2]", []), ("bob@[[1]]", []), ("bob@[\(String(repeating: "1", count: 100))]", []),
        ])
    func literals(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "are UTF-8 where they are, without the signs of the prose around them",
        arguments: [
            ("用户@例子.example", ["用户@例子.example"]), ("jürgen@bücher.example", ["jürgen@bücher.example"]),
            ("「bob@dest.example」", ["bob@dest.example"]), ("宛先：bob@dest.example。", ["bob@dest.example"]),
            ("“bob@dest.example”", ["bob@dest.example"]), ("«bob@dest.example»", ["bob@dest.example"]),
            ("to\u{A0}bob@dest.example\u{A0}x", ["bob@dest.example"]), ("bob@dest.example…", ["bob@dest.example"]),
            ("\u{FFFD}bob@dest.example\u{FFFD}", []), ("。@x", []), ("x@。", []),
        ])
    func unicode(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "keep the signs at the start of a local part, unless prose puts them on both sides",
        arguments: [
            ("'bob@dest.example: unknown", ["'bob@dest.example"]), ("'bob@dest.example': gone", ["bob@dest.example"]),
            ("'bob@dest.example.'", ["bob@dest.example"]), ("''bob@dest.example'", ["'bob@dest.example"]),
            ("'*x@dest.example'", ["*x@dest.example"]), ("*'x@dest.example'*", ["x@dest.example"]),
            ("**bob@dest.example**", ["bob@dest.example"]), ("*bob@dest.example*", ["bob@dest.example"]),
            ("_bob@dest.example_", ["bob@dest.example"]), ("|bob@dest.example|", ["bob@dest.example"]),
            ("{bob@dest.example}", ["bob@dest.example"]), ("{bob@dest.example", ["{bob@dest.example"]),
            ("``bob@dest.example''", ["bob@dest.example"]), ("/x@dest.example: no", ["/x@dest.example"]),
            // What closes further on leaves it in doubt what the sign is.
            ("'bob@dest.example is unknown'", []), ("'bob@a.example and al@b.example'", ["al@b.example"]),
            ("|bob@dest.example | gone |", []), ("'bob@dest.example isn't known", ["'bob@dest.example"]),
            ("'bob@dest.example is not 'al@dest.example", ["'bob@dest.example", "'al@dest.example"]),
            ("<'bob@dest.example>... unknown", ["'bob@dest.example"]), ("<'bob@dest.example'>", []),
            ("*@dest.example", []), ("<*@dest.example>", ["*@dest.example"]),
        ])
    func signs(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "are whole or none",
        arguments: [
            ("<vic tim@dest.example>", []), ("<vic\ttim@dest.example>: x", []), ("vic\0tim@dest.example", []),
            ("victim\\x{0A}x@dest.example", []), ("a@b@dest.example", []), ("a@b@dest.example c@d", ["c@d"]),
            ("vic\ttim@dest.example", []), ("To:\ttim@dest.example", ["tim@dest.example"]),
            ("bob@dest.example\0", []), ("bob@dest.example+x", []), ("bob@dest\rx.example", []),
            ("bob@dest.example\r\n", ["bob@dest.example"]), ("\"vic\"tim@dest.example", []),
            ("x\"vic tim\"@dest.example", []), ("\"a\".\"b\"@dest.example", []), ("bob@dest..example", []),
            ("https://bob@dest.example/", []), ("<bob@dest.example and more", []),
            ("1 < 2 bob@dest.example", ["bob@dest.example"]),
            ("<<< 550 bob@dest.example", ["bob@dest.example"]), ("<bob@dest.example.>", ["bob@dest.example"]),
            ("<bob@dest.example,>", []), ("<mailto:bob@dest.example>", ["bob@dest.example"]),
            ("<@a.example,@b.example:bob@dest.example>", ["bob@dest.example"]), ("<a.example:bob@dest.example>", []),
            ("<user%host@dest.example>", ["user%host@dest.example"]),
            ("<\"a>b\"@dest.example>", ["\"a>b\"@dest.example"]),
            ("bob\u{200B}@dest.example", []), ("\u{200B}bob@dest.example", []), ("bob@dest.example\u{200B}", []),
            ("bob@dest.example\u{AD}", []), ("bob@dest.example\u{202C}", []), ("bob\u{34F}@dest.example", []),
            ("<bob\u{2800}@dest.example>", []), ("用户bob@dest.example", ["用户bob@dest.example"]),
        ])
    func whole(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "in prose stand directly behind letters of scripts that write no blanks",
        arguments: [
            ("您发往bob@dest.example的邮件被退回", ["bob@dest.example"], false),
            ("宛先bob@dest.exampleにメールを", ["bob@dest.example"], false),
            ("수신자bob@dest.example에게", ["bob@dest.example"], false),
            ("ผู้รับbob@dest.example ไม่พบ", ["bob@dest.example"], false),
            ("𠮷bob@dest.example的", ["bob@dest.example"], false),
            ("宛先：bob@dest.example", ["bob@dest.example"], false),
            ("次の宛先bob@dest.example", ["次の宛先bob@dest.example"], true),
            ("次の 宛先bob@dest.example", ["bob@dest.example"], false),
            ("发往'bob@dest.example'的", ["bob@dest.example"], false), ("发往'bob@dest.example的", [], true),
            ("发往.bob@dest.example的", [], true), ("发往bob@例子.example的", [], true),
            ("地址‘bob@dest.example’不存在", ["bob@dest.example"], false),
            // What looks like a member of a list, or stands in brackets, is whole.
            ("用户bob@dest.example", ["用户bob@dest.example"], true),
            ("用户bob@dest.example: 550 unknown", ["用户bob@dest.example"], true),
            ("失败<用户bob@dest.example>", ["用户bob@dest.example"], false),
            ("an 用户@dest.example 不存在", ["用户@dest.example"], true),
            ("to éric@dest.example", ["éric@dest.example"], true), ("иван@dest.example", ["иван@dest.example"], true),
            ("to vicébob@dest.example now", ["vicébob@dest.example"], false),
            ("vic\u{3164}bob@dest.example is", [], true),
        ])
    func blanklessScripts(text: String, expected: [String], isUnreadable: Bool) {
        let bytes = Array(text.utf8)
        let found = AddressScan.listing(bytes.span, in: 0..<bytes.count, limit: 9)
        #expect(found.addresses.map { string(bytes.span.copy($0)) } == expected)
        #expect(found.hasUnreadable == isUnreadable)
    }

    @Test(
        "do not start within a word that an apostrophe or a dash joins",
        arguments: [
            ("to o’brien@dest.example: no", []), ("o‘brien@dest.example", []), ("o´brien@dest.example", []),
            ("bob–x@dest.example", []), ("bob‐x@dest.example", []), ("é’brien@dest.example", []),
            ("“o’brien@dest.example”", []), ("o.’brien@dest.example", []),
            ("’bob@dest.example’", ["bob@dest.example"]), ("– bob@dest.example", ["bob@dest.example"]),
            ("–bob@dest.example", ["bob@dest.example"]), ("‘bob@dest.example’", ["bob@dest.example"]),
            ("<o’brien@dest.example>", ["o’brien@dest.example"]),
        ])
    func joinedWords(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "are the whole of a field in spite of the signs that servers write around them",
        arguments: [
            ("'bob@dest.example'", "bob@dest.example"), ("`bob@dest.example'", "bob@dest.example"),
            ("`bob@dest.example`", "bob@dest.example"), ("'o'hara@dest.example'", "o'hara@dest.example"),
            ("[SMTP:bob@dest.example]", "bob@dest.example"), ("[smtp:'bob@dest.example]", "'bob@dest.example"),
            ("bob@dest.example:", "bob@dest.example"), ("bob@dest.example,", "bob@dest.example"),
            ("bob@dest.example;", "bob@dest.example"), ("<bob@dest.example>, ", "bob@dest.example"),
            ("'用户bob@dest.example'", "用户bob@dest.example"), ("o’brien@dest.example", "o’brien@dest.example"),
            ("'bob@dest.example", "'bob@dest.example"), ("bob@dest.example'", nil), ("[bob@dest.example", nil),
            ("bob@dest.example, al@dest.example", nil), ("'vic bob@dest.example'", nil),
            ("'bob@dest.example' 'al@dest.example'", nil), ("bob@[192.0.2.1]", "bob@[192.0.2.1]"), ("'", nil),
            (";", nil), ("''", nil), ("[]", nil),
        ])
    func fields(text: String, expected: String?) {
        let bytes = Array(text.utf8)
        let found = AddressScan.whole(bytes.span, in: 0..<bytes.count).map { string(bytes.span.copy($0)) }
        #expect(found == expected)
    }

    @Test(
        "of lists have the same signs around them, and no comma in them",
        arguments: [
            ("'bob@dest.example', [SMTP:al@dest.example];", ["bob@dest.example", "al@dest.example"], true),
            ("bob@dest.example,al@dest.example,", ["bob@dest.example", "al@dest.example"], true),
            ("a,b@dest.example", [], false), ("a, b@dest.example", ["b@dest.example"], false),
        ])
    func members(text: String, expected: [String], isComplete: Bool) {
        let bytes = Array(text.utf8)
        let found = AddressScan.members(bytes.span, in: 0..<bytes.count, limit: 9)
        #expect(found.addresses.map { string(bytes.span.copy($0)) } == expected)
        #expect(found.isComplete == isComplete)
    }

    @Test(
        "stand before replies, between backticks, and behind commas and quotes that are no part of them",
        arguments: [
            ("bob@dest.example#550 5.1.1 RESOLVER##", ["bob@dest.example"]), ("bob@dest.example#550", []),
            ("bob@dest.example#x 550", []), ("bob@dest.example#250 x", []),
            ("to `bob@dest.example` failed", ["bob@dest.example"]), ("`bob@dest.example is `", []),
            ("`bob@dest.example: no", ["`bob@dest.example"]), ("``bob@dest.example``", ["bob@dest.example"]),
            ("a,b@dest.example", []), ("to a,b@dest.example", []), ("x@y,b@dest.example", ["x@y", "b@dest.example"]),
            ("550,b@dest.example", ["b@dest.example"]), ("\"bob@dest.example", []),
            ("\"bob@dest.example\" is", ["bob@dest.example"]),
            ("\"bob@dest.example is unknown\"", ["bob@dest.example"]),
        ])
    func neighbours(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test(
        "have the full stops of IDNA in their domain, unless these end a sentence",
        arguments: [
            ("bob@dest。example", ["bob@dest。example"]), ("<bob@dest．example>", ["bob@dest．example"]),
            ("bob@dest。example。次", ["bob@dest。example"]), ("bob@dest.example。", ["bob@dest.example"]),
            ("bob@dest.example。次の", ["bob@dest.example"]), ("bob@dest.example。Please", []),
            ("bob@例え。テスト", ["bob@例え。テスト"]), ("bob@dest.example不存在", ["bob@dest.example"]),
            ("bob@dest.exampleｃom", []),
        ])
    func fullStops(text: String, expected: [String]) {
        #expect(list(Array(text.utf8)) == expected)
    }

    @Test("in doubt are looked at in bounds: what closes a quotation, and what closes a bracket")
    func bounds() {
        let near = String(repeating: " ", count: AddressScan.maximumQuotation - 2)
        #expect(list(Array("'bob@dest.example\(near)x'".utf8)).isEmpty)
        #expect(list(Array("'bob@dest.example\(near) x'".utf8)) == ["'bob@dest.example"])
        let route = String(repeating: "@a,", count: AddressScan.maximumPath / 3)
        #expect(list(Array("<\(route)@b:bob@dest.example>".utf8)) == ["bob@dest.example"])
        let far = String(repeating: "x", count: AddressScan.maximumPath)
        #expect(list(Array("<\(far) bob@dest.example>".utf8)) == ["bob@dest.example"])
        #expect(list(Array("<\(far.dropFirst(5)) bob@dest.example>".utf8)).isEmpty)
    }

    @Test("are found among bytes that are no UTF-8")
    func rawBytes() {
        #expect(list(hex("E3 80")).isEmpty)
        #expect(list(hex("61 40 62 E3")) == [string(hex("61 40 62 E3"))])
        #expect(list(hex("E3 80 61 40 62 E3 80")).count == 1)
    }

    @Test("are so long and no longer", arguments: ["x", "\""])
    func length(quote: String) {
        let domain = "@dest.example"
        for excess in -1...1 {
            let count = AddressScan.maximumLength - domain.utf8.count + excess
            let local =
                quote == "x"
                ? String(repeating: "x", count: count) : "\"" + String(repeating: "x", count: count - 2) + "\""
            #expect(list(Array((local + domain).utf8)).count == (excess > 0 ? 0 : 1))
        }
        let half = String(repeating: "x", count: AddressScan.maximumLength / 2)
        #expect(list(Array("\(half)@\(half)".utf8)).isEmpty)
        #expect(list(Array("\(half)@\(half.dropLast())".utf8)).count == 1)
        let literal = "@[192.0.2.1]"
        let local = String(repeating: "x", count: AddressScan.maximumLength - literal.utf8.count)
        #expect(list(Array((local + literal).utf8)).count == 1)
        #expect(list(Array(("x" + local + literal).utf8)).isEmpty)
    }

    @Test("are as many as the limit says")
    func limit() {
        #expect(list(Array("a@b c@d e@f".utf8), limit: 2) == ["a@b", "c@d"])
        #expect(list(Array("a@b".utf8), limit: 0).isEmpty)
    }

    @Test(
        "are found between many signs, each once",
        arguments: ["@", "\"@", "@\"", "a@", "a@b@", "\\\"@", "<@", "@[", "\"a@b\" <"])
    func manySigns(unit: String) {
        let bytes = Array(String(repeating: unit, count: 2_000).utf8)
        let found = AddressScan.list(bytes.span, in: 0..<bytes.count, limit: .max)
        for (left, right) in zip(found, found.dropFirst()) { #expect(left.upperBound <= right.lowerBound) }
        #expect(found.allSatisfy { $0.count <= AddressScan.maximumLength })
    }

    @Test("are looked for in a part of the bytes only")
    func range() {
        let bytes = Array("a@bcd@e".utf8)
        #expect(AddressScan.list(bytes.span, in: 1..<4, limit: 9).isEmpty)
        #expect(AddressScan.list(bytes.span, in: 4..<7, limit: 9) == [4..<7])
        #expect(AddressScan.list(bytes.span, in: 0..<4, limit: 9) == [0..<4])
    }

    @Test("of a field are as many as the message's limits say")
    func field() {
        var limits = MIMELimits()
        limits.addresses = 2
        let bytes = Array("To: a@b,\r\n Al <c@d>, e@f\r\n\r\n".utf8)
        let message = Message(parsing: bytes, limits: limits)
        let found = message.field(.to).map { message.addresses(of: $0) } ?? []
        #expect(found.map { string(bytes.span.copy($0)) } == ["a@b", "c@d"])
    }
}
