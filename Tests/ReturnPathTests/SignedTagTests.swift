import ReturnPath
import Testing

@Suite("signed tags")
struct SignedTagTests {
    private let key: SigningKey
    private static let secret = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"

    init() throws { key = try SigningKey("k1:\(Self.secret)") }

    private func make(_ recipient: String, day: Int? = nil) throws -> String {
        try SignedTag.make(recipient: recipient, returnPath: "bounce@news.example", key: key, day: day)
    }

    private func read(_ address: String, delimiters: String = "+-", keys: [SigningKey]? = nil) -> SignedTag? {
        let local = address.split(separator: "@", omittingEmptySubsequences: false).dropLast().joined(separator: "@")
        return SignedTag.read(local: Array(local.utf8), delimiters: Array(delimiters.utf8), keys: keys ?? [key])
    }

    // The expected values come from Python's hmac: Examples/verp/return_path.py.
    @Test(
        "are those of another implementation of HMAC-SHA256",
        arguments: [
            ("bob@dest.example", 20_781, "bounce+k1512d76e4fe0d233e+bob=dest.example@news.example"),
            ("bob+news..x@dest.example", nil, "bounce+k1673cb4205821+bob=2bnews.=2ex=dest.example@news.example"),
        ] as [(String, Int?, String)])
    func vectors(recipient: String, day: Int?, expected: String) throws {
        #expect(try make(recipient, day: day) == expected)
    }

    @Test(
        "name their recipient again, whatever its local part holds, also where a server folds the case",
        arguments: [
            "bob@dest.example", "bob+news@dest.example", "a=b@dest.example", "anna-maria_x@dest-1.example",
            "o'hara@dest.example", "a..b.@docomo.example", "a...b@d.example", ".x@d.example", "\"a b\"@d.example",
            "\"a@b\"@d.example", "jörg@d.example", "=2b@d.example", "x%y!z@d.example",
            "k1673cb4205821+bob@d.example", "bob@xn--bcher-kva.example",
        ])
    func roundTrip(recipient: String) throws {
        for day in [nil, 0, 20_781, 65_535] {
            let address = try make(recipient, day: day)
            let local = address.prefix { $0 != "@" }
            #expect(local.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            #expect(!local.contains("..") && local.filter { $0 == "+" }.count == 2)
            for seen in [address, address.uppercased()] {
                let tag = try #require(read(seen))
                #expect(String(decoding: tag.recipient, as: UTF8.self) == recipient)
                #expect(tag.isValid && tag.keyID == "k1" && tag.day == day)
            }
        }
    }

    @Test("hold for no other recipient, day, key name or signature: no character can be changed")
    func tampering() throws {
        let address = try make("bob@dest.example", day: 20_781)
        let local = Array(address.utf8.prefix { $0 != UInt8(ascii: "@") })
        let start = try #require(local.firstIndex(of: UInt8(ascii: "+")))
        for index in local.indices where index > start {
            for byte in Array("a0f-+=.z".utf8) where byte != local[index] {
                var forged = local
                forged[index] = byte
                #expect(SignedTag.read(local: forged, delimiters: Array("+".utf8), keys: [key])?.isValid != true)
            }
        }
        // The return path's own name is not signed: an alias may bring a report to another mailbox.
        #expect(read("other" + address.dropFirst(6))?.isValid == true)
    }

    @Test("are verified by every key that is known, by its name, and by no other secret of that name")
    func rotation() throws {
        let address = try make("bob@dest.example")
        let new = try SigningKey("k2:\(Self.secret)x")
        #expect(read(address, keys: [new, key])?.isValid == true)
        #expect(read(address, keys: [new])?.isValid == false)
        #expect(read(address, keys: [try SigningKey("k1:\(Self.secret)x")])?.isValid == false)
        #expect(read(address, keys: [])?.isValid == false)
        // The secret alone is not enough: the name is signed too.
        #expect(
            read(address.replacing("+k1", with: "+k2"), keys: [try SigningKey("k2:\(Self.secret)")])?.isValid == false)
    }

    @Test("are read with another delimiter, and behind a name that holds it")
    func delimiters() throws {
        let address = try SignedTag.make(
            recipient: "anna-maria@dest.example", returnPath: "list-bounces@news.example", key: key,
            delimiter: UInt8(ascii: "-"))
        #expect(address.hasPrefix("list-bounces-k1"))
        #expect(read(address)?.isValid == true)
        #expect(read(address, delimiters: "+") == nil)
    }

    @Test("fill the 64 octets of a local part and never more")
    func longest() throws {
        let fits = String(repeating: "a", count: 42 - "@dest.example".utf8.count) + "@dest.example"
        #expect(try make(fits).prefix { $0 != "@" }.utf8.count == SignedTag.localOctets)
        #expect(throws: SignedTagError.tooLong("a" + fits, octets: 65)) { try make("a" + fits) }
        #expect(throws: SignedTagError.tooLong(fits, octets: 68)) { try make(fits, day: 1) }
    }

    @Test(
        "are not made for what is no address at a host name in ASCII",
        arguments: [
            "bob", "@dest.example", "bob@", "bob@dest..example", "bob@.example", "bob@[192.0.2.1]",
            "bob@bücher.example",
        ]
    )
    func badRecipient(recipient: String) {
        #expect(throws: SignedTagError.badRecipient(recipient)) { try make(recipient) }
    }

    @Test(
        "are not made for a bad return path or day",
        arguments: ["bounce", "@news.example", "a b@news.example", "\"x\"@n.example"])
    func badReturnPath(path: String) throws {
        #expect(throws: SignedTagError.badReturnPath(path)) {
            try SignedTag.make(recipient: "bob@dest.example", returnPath: path, key: key)
        }
        #expect(throws: SignedTagError.badDay(65_536)) { try make("bob@dest.example", day: 65_536) }
        #expect(throws: SignedTagError.badDay(-1)) { try make("bob@dest.example", day: -1) }
    }

    @Test(
        "are not seen where there are none",
        arguments: [
            "", "bounce", "bounce+", "bounce+bob=dest.example", "bounce+k1673cb4205821", "bounce+k1673cb4205821+",
            "bounce+k1673cb4205821+bob", "bounce+k1673cb4205821+=dest.example", "bounce+k1673cb4205821+bob=",
            "bounce+k1673cb420582g+bob=dest.example", "bounce+k_673cb4205821+bob=dest.example",
            "bounce+k1673cb4205821+b=0ab=dest.example", "bounce+k1673cb4205821+b=2=dest.example",
            "bounce+k1673cb4205821-bob=dest.example", "bounce+k1673cb4205821+b+b=dest.example",
        ])
    func none(local: String) {
        #expect(SignedTag.read(local: Array(local.utf8), delimiters: Array("+-".utf8), keys: [key]) == nil)
    }

    @Test("are sought in so many places and octets and no more")
    func limits() throws {
        let tag = try make("b@d.example").prefix { $0 != "@" }.dropFirst(6)
        // Each wrong tag is one that the next one stands in: its recipient is the rest.
        let block = "-k1000000000000"
        let before = String(repeating: block, count: SignedTag.placesTried - 1)
        let minus = try SignedTag.make(
            recipient: "b@d.example", returnPath: "x@d.example", key: key, delimiter: UInt8(ascii: "-")
        ).prefix { $0 != "@" }.dropFirst()
        #expect(read(before + minus + "@x")?.isValid == true)
        #expect(read(before + block + minus + "@x")?.isValid == false)
        let fill = SignedTag.readOctets - tag.utf8.count
        #expect(read(String(repeating: "x", count: fill) + tag + "@x")?.isValid == true)
        #expect(read(String(repeating: "x", count: fill + 1) + tag + "@x") == nil)
    }
}
