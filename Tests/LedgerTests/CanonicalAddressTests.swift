import TestSupport
import Testing

@testable import Ledger

@Suite("One form for one address")
struct CanonicalAddressTests {
    @Test(
        "An address and its canonical form",
        arguments: [
            ("bob@dest.example", "bob@dest.example"),
            ("Bob@Dest.EXAMPLE", "bob@dest.example"),
            ("bob@dest.example.", "bob@dest.example"),
            (" <bob@dest.example>\t", "bob@dest.example"),
            ("\"bob\"@dest.example", "bob@dest.example"),
            ("\"b\\ob\"@dest.example", "bob@dest.example"),
            ("\"b..ob.\"@dest.example", "b..ob.@dest.example"),
            ("b..ob.@docomo.example", "b..ob.@docomo.example"),
            ("\"Bob Smith\"@dest.example", "\"bob smith\"@dest.example"),
            ("\"a\\\"b\\\\c\"@dest.example", "\"a\\\"b\\\\c\"@dest.example"),
            ("\"a@b\"@dest.example", "\"a@b\"@dest.example"),
            ("\"\"@dest.example", "\"\"@dest.example"),
            ("bob+news@dest.example", "bob+news@dest.example"),
            ("/G=Bob/S=Smith/@gw.example", "/g=bob/s=smith/@gw.example"),
            ("bob@[192.0.2.1]", "bob@[192.0.2.1]"),
            ("bob@[IPv6:2001:DB8::1]", "bob@[ipv6:2001:db8::1]"),
            ("bob@localhost", "bob@localhost"),
            ("bob@a_b.example", "bob@a_b.example"),
            ("bob@Bücher.example", "bob@xn--bcher-kva.example"),
            ("bob@BU\u{308}CHER.example", "bob@xn--bcher-kva.example"),
            ("bob@XN--BCHER-KVA.example", "bob@xn--bcher-kva.example"),
            ("bob@例え\u{3002}テスト", "bob@xn--r8jz45g.xn--zckzah"),
            ("bob@ｄｅｓｔ．example", "bob@dest.example"),
            ("Jo\u{308}rg@dest.example", "jörg@dest.example"),
            ("JÖRG@dest.example", "jörg@dest.example"),
            ("\"JÖRG Ä\"@dest.example", "\"jörg ä\"@dest.example"),
            ("ИВАН@Почта.РФ", "иван@xn--80a1acny.xn--p1ai"),
            ("ΝΙΚΟΣ@dest.example", "νικοσ@dest.example"),
            ("νικος@dest.example", "νικοσ@dest.example"),
            ("Straße@dest.example", "straße@dest.example"),
            ("bob@stra\u{AD}ße.example", "bob@xn--strae-oqa.example"),
            ("bob@STRAẞE.example", "bob@xn--strae-oqa.example"),
            ("bob@de\u{200B}st.example", "bob@dest.example"),
        ])
    func canonical(_ seen: String, _ expected: String) {
        // Compared by bytes, since Swift takes composed and decomposed text for equal.
        #expect(CanonicalAddress(seen).map { Array($0.text.utf8) } == Array(expected.utf8))
    }

    @Test("What is in canonical form already is found to be by the short way and by the long one")
    func twoWays() {
        var random = SeededGenerator(seed: 1)
        let pieces = ["a", "z9", ".", "-", "_", "+", "@", "@dest.example", "B", "\"", "[", "ü", "<", "\u{7F}", "xn--a"]
        let long = String(repeating: "a", count: 63)
        var canonical = 0
        var different: [String] = []
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...8, using: &random)
            var seen = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            if Int.random(in: 0..<50, using: &random) == 0 { seen += "." + long }
            // A blank behind it makes no difference but to the way.
            let (short, other) = (CanonicalAddress(seen), CanonicalAddress(seen + " "))
            if short != other || short?.domain != other?.domain { different.append(seen) }
            if other?.text == seen { canonical += 1 }
        }
        #expect(different.isEmpty)
        #expect(canonical > 200)
    }

    @Test("Every canonical form is its own canonical form")
    func stable() {
        for seen in [
            "\"Bob \\\"S\"@X.example.", "Jo\u{308}rg@Bücher.example", "\"a@b\"@[192.0.2.1]", "İSTANBUL@dest.example",
            "ΝΙΚΟΣ@ΝΙΚΟΣ.example",
        ] {
            let once = CanonicalAddress(seen)
            #expect(once != nil)
            #expect(once.flatMap { CanonicalAddress($0.text) } == once)
        }
    }

    @Test(
        "What is no address",
        arguments: [
            "", "@", "bob", "bob@", "@dest.example", "bob@.", "bob@..example", "bob@.example", "bob smith@dest.example",
            "bob@dest example", "bob\u{0}@dest.example", "bob\n@dest.example", "\"bob@dest.example",
            "\"bo\"b\"@dest.example",
            "\"bob\\\"@dest.example", "bob@[192.0.2.1", "bob@[]", "bob@[1;2]", "bob@dest/example", "<bob>@dest.example",
            "a,b@dest.example", "bob@dest.example>", "bo\u{202E}b@dest.example", "bo\u{85}b@dest.example",
            "bo\u{A0}b@dest.example", "bo\u{FFFD}b@dest.example", "\"bo\u{3000}b\"@dest.example",
            "bob@de\u{202E}st.example", "bob@de\u{FFFD}st.example", "a@b@dest.example", "vic\ttim@dest.example",
            "vic tim@dest.example", "victim\\x{0A}x@dest.example", "bob\u{34F}@dest.example",
            "bob\u{FE0F}@dest.example",
            "bob\u{3164}@dest.example", "bo\u{200D}b@dest.example", "bo\u{200C}b@dest.example",
            "bo\u{AD}b@dest.example",
            "bo\u{61C}b@dest.example", "bo\u{200B}b@dest.example", "bo\u{E0041}b@dest.example",
            "bo\u{2800}b@dest.example",
            "bob@de\u{34F}st.example", "bob@de\u{3164}st.example", "bob@dest.example\u{0}",
        ])
    func refused(_ seen: String) {
        #expect(CanonicalAddress(seen) == nil)
    }

    @Test("The limits of local part, label, domain and whole address")
    func limits() {
        let local = String(repeating: "a", count: CanonicalAddress.localBytes)
        #expect(CanonicalAddress(local + "@dest.example") != nil)
        #expect(CanonicalAddress(local + "a@dest.example") == nil)

        let label = String(repeating: "b", count: CanonicalDomain.labelBytes)
        #expect(CanonicalAddress("bob@\(label).example") != nil)
        #expect(CanonicalAddress("bob@\(label)b.example") == nil)

        let domain = [label, label, label, String(repeating: "c", count: 63)].joined(separator: ".")
        #expect(domain.utf8.count == CanonicalDomain.domainBytes)
        #expect(CanonicalAddress("bob@" + domain) != nil)
        #expect(CanonicalAddress("bob@" + domain + "c") == nil)

        let rest = CanonicalAddress.addressBytes - domain.utf8.count - 1
        #expect(CanonicalAddress(String(repeating: "a", count: rest) + "@" + domain) != nil)
        #expect(CanonicalAddress(String(repeating: "a", count: rest + 1) + "@" + domain) == nil)
    }

    @Test("The domain is what follows the last at sign")
    func domain() {
        #expect(CanonicalAddress("\"a@b\"@Dest.example")?.domain == "dest.example")
        #expect(CanonicalAddress("bob@Bücher.example")?.domain == "xn--bcher-kva.example")
    }

    @Test("A domain in Unicode, where it has such a form")
    func unicodeForm() {
        func form(_ text: String) -> String? { CanonicalAddress.unicodeDomainForm(ofCanonical: text) }
        #expect(form("\"a@b\"@xn--bcher-kva.example") == "\"a@b\"@bücher.example")
        #expect(form("иван@xn--80a1acny.xn--p1ai") == "иван@почта.рф")
        for text in [
            "bob@dest.example", "bob@xn--.example", "bob@xn--a.example", "bob@xn--99999999999.example",
            "bob@xn--bcher-kvA.example", "bob@xn--\(String(repeating: "9", count: 59)).example", "bob@[192.0.2.1]",
        ] { #expect(form(text) == nil) }
    }
}
