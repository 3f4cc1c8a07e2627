import TestSupport
import Testing

@testable import Maildir

@Suite("The name of a message")
struct MessageNameTests {
    @Test(
        "splits into a unique part and flags",
        arguments: [
            ("1732456789.Vfe01I2c0a1M123456.mail.example", "1732456789.Vfe01I2c0a1M123456.mail.example", ""),
            ("1732456789.M1P2.host:2,S", "1732456789.M1P2.host", "S"),
            ("1732456789.M1P2.host,S=4542,W=4600:2,RSa", "1732456789.M1P2.host,S=4542,W=4600", "RSa"),
            ("a:2,", "a", ""),
            ("a:2,SSFR", "a", "FRS"),
            ("a:2,S,keyword", "a", "S"),
            ("a:2,S\u{1B}[2J", "a", "S"),
            ("a:1,SF", "a", ""),
            ("a:", "a", ""),
            ("a:b:2,S", "a", ""),
            (":2,S", ":2,S", ""),
            (":2,S:2,F", ":2,S", "F"),
            ("plain.eml", "plain.eml", ""),
        ])
    func parts(text: String, unique: String, flags: String) throws {
        let name = try #require(MessageName(text))
        #expect(Array(name.unique) == Array(unique.utf8))
        #expect(name.flags == flags)
    }

    @Test(
        "gives the delivery's second only where it can be one",
        arguments: [
            ("1732456789.M1P2.host", 1_732_456_789), ("1732456789.", 1_732_456_789), ("0001732456789.x", 1_732_456_789),
            ("788918400.1.host", 788_918_400), ("788918399.1.host", nil), ("4294967295.1.host", 4_294_967_295),
            ("4294967296.1.host", nil), ("99999999999999999999999999.x", nil), ("17.eml", nil), ("20241124.eml", nil),
            ("1732456789", nil), ("1732456789:2,S", nil), ("-1732456789.x", nil), (" 1732456789.x", nil),
            ("1732456789x.y", nil), ("msg.1732456789", nil), ("0.x", nil),
        ] as [(String, Int64?)])
    func deliverySeconds(text: String, seconds: Int64?) throws {
        #expect(try #require(MessageName(text)).deliverySeconds == seconds)
    }

    @Test("takes flags sorted, once each, and letters only")
    func withFlags() {
        #expect(name("a").withFlags("S") == name("a:2,S"))
        #expect(name("a").withFlags("") == name("a:2,"))
        #expect(name("a:2,F").withFlags("S") == name("a:2,S"))
        #expect(name("a:1,x").withFlags("S") == name("a:2,S"))
        #expect(name("a").withFlags("SRS/\nF") == name("a:2,FRS"))
        #expect(name("a").withFlags("/") == name("a:2,"))
        #expect(name("a:2,FT").addingFlags("S") == name("a:2,FST"))
        #expect(name(":2,S").withFlags("F") == name(":2,S:2,F"))
    }

    @Test("stays within 255 bytes, and goes without flags where they do not fit")
    func longest() throws {
        let fits = String(repeating: "x", count: 251)
        #expect(name(fits).withFlags("S").bytes.count == MessageName.maximumLength)
        for count in 252...255 {
            let long = String(repeating: "x", count: count)
            #expect(name(long).withFlags("S") == name(long))
        }
        let empty = String(repeating: "x", count: 252)
        #expect(name(empty + ":2,").withFlags("S") == name(empty))
        #expect(MessageName(String(repeating: "x", count: 256)) == nil)
    }

    @Test(
        "is refused where it is no name of a message", arguments: ["", ".", "..", ".hidden", "a/b", "/", "a\0b", "\0"])
    func refused(text: String) {
        #expect(MessageName(text) == nil)
    }

    @Test(
        "prints safely",
        arguments: [
            (Array("1732456789.M1P2.host:2,S".utf8), "1732456789.M1P2.host:2,S"),
            (Array("a\nb\u{1B}[31mc\u{7F}".utf8), "a\\x0Ab\\x1B[31mc\\x7F"),
            (Array("grün 日本".utf8), "grün 日本"),
            ([0x61, 0xFF, 0xC3, 0x62], "a\\xFF\\xC3b"),
            ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
            (Array("a\u{202E}gpj\u{2066}".utf8), "a\\xE2\\x80\\xAEgpj\\xE2\\x81\\xA6"),
            (Array("\u{9B}\u{200B}\u{2028}\u{FEFF}".utf8), "\\xC2\\x9B\\xE2\\x80\\x8B\\xE2\\x80\\xA8\\xEF\\xBB\\xBF"),
            (Array("a\\x41".utf8), "a\\x5Cx41"),
        ] as [([UInt8], String)])
    func printable(bytes: [UInt8], text: String) throws {
        let name = try #require(MessageName(bytes))
        #expect(name.printable == text)
        #expect("\(name)" == text)
    }

    @Test("sorts by bytes, the high ones last")
    func order() throws {
        let names = try [[0x61], [0x61, 0x00 + 1], [0x61, 0x7F], [0x62], [0x7F], [0x80], [0xFF]].map {
            try #require(MessageName($0))
        }
        #expect(names.reversed().sorted() == names)
    }

    @Test("gets a number before the fields that mail servers read")
    func numbered() {
        #expect(name("a:2,S").numbered(1) == name("a_1:2,S"))
        #expect(name("a").numbered(12) == name("a_12"))
        #expect(name("a,S=5,W=6:2,S").numbered(1) == name("a_1,S=5,W=6:2,S"))
        #expect(name(",S=5").numbered(1) == name(",S=5_1"))
        let long = String(repeating: "x", count: 255)
        #expect(name(long).numbered(7) == name(String(repeating: "x", count: 253) + "_7"))
        let fields = "a," + String(repeating: "S", count: 249)
        #expect(name(fields + ":2,S").numbered(1) == name("a_1:2,S"))
    }

    @Test("of any bytes keeps its unique part, its length and its safe print", arguments: 0..<20)
    func anyBytes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let name = generator.nextName()
            #expect(brokenRules(name).isEmpty, "\(name)")
        }
    }
}

@Suite("A unique name")
struct UniqueNameTests {
    @Test("never comes twice, from several threads at once")
    func distinct() async {
        let names = await withTaskGroup(of: [MessageName].self) { group in
            for _ in 0..<4 {
                group.addTask { (0..<5000).map { _ in UniqueName.next() } }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(names.count == 20_000)
        #expect(Set(names).count == names.count)
    }

    @Test("escapes what a host name must not bring into a file name")
    func host() {
        #expect(UniqueName.escapedHost(Array("mail.example".utf8)) == Array("mail.example".utf8))
        #expect(UniqueName.escapedHost(Array("a/b:c,d\\e\n".utf8)) == Array("a\\057b\\072c\\054d\\134e\\012".utf8))
        let long = UniqueName.escapedHost([UInt8](repeating: 0xFF, count: 255))
        #expect(long.count == UniqueName.maximumHostLength)
    }

    @Test("keeps the second of a delivery that it stands for")
    func seconds() {
        #expect(UniqueName.next(seconds: 1_732_456_789).deliverySeconds == 1_732_456_789)
    }
}
