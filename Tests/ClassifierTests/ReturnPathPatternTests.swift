import ReturnPath
import Testing

@testable import Classifier

@Suite("patterns of return paths")
struct ReturnPathPatternTests {
    @Test(
        "find the id and the recipient",
        arguments: [
            ("bounce-{id}@news.example", "bounce-12345@news.example", "12345", nil),
            ("bounce-{id}@News.Example", "BOUNCE-aB3@NEWS.example", "aB3", nil),
            ("{id}@b.news.example", "0100-f3.9_c=@b.news.example", "0100-f3.9_c=", nil),
            ("b+{id}@news.example", "b+bob=dest.example@news.example", "bob=dest.example", nil),
            ("b.{id}.{recipient}@news.example", "b.77.bob.b=dest.example@news.example", "77", "bob.b@dest.example"),
            ("{recipient}-{id}-x@news.example", "bob=dest-a.example-77-x@news.example", "77", "bob@dest-a.example"),
            ("b+{recipient}@news.example", "b+1234-bob==a==dest.example@news.example", nil, "1234-bob@dest.example"),
        ] as [(String, String, String?, String?)])
    func matches(_ pattern: String, _ address: String, _ id: String?, _ recipient: String?) throws {
        #expect(try ReturnPathPattern(pattern).read(address) == ReturnPathPattern.Match(id: id, recipient: recipient))
    }

    @Test(
        "fit nothing else",
        arguments: [
            ("bounce-{id}@news.example", "bounce-@news.example"), ("bounce-{id}@news.example", "bounce@news.example"),
            ("bounce-{id}@news.example", "bounce-1@other.example"),
            ("bounce-{id}@news.example", "xbounce-1@news.example"),
            ("b{id}b@news.example", "bb@news.example"), ("b{id}b@news.example", "b@news.example"),
            ("b.{id}.{recipient}@news.example", "b.77.bob@news.example"),
            ("b.{id}.{recipient}@news.example", "b.77@news.example"), ("{id}@news.example", "@news.example"),
            ("b+{recipient}@news.example", "b+bob=dest.example=x@news.example"), ("{id}@news.example", "news.example"),
        ])
    func others(_ pattern: String, _ address: String) throws {
        #expect(try ReturnPathPattern(pattern).read(address) == nil)
    }

    @Test("try a bounded number of places, in a local part of bounded length")
    func limits() throws {
        let both = try ReturnPathPattern("{recipient}={id}@news.example")
        func signs(_ count: Int) -> String {
            "bob=dest.example" + String(repeating: "=x", count: count) + "@news.example"
        }
        #expect(both.read(signs(ReturnPathPattern.splitsTried))?.recipient == "bob@dest.example")
        #expect(both.read(signs(ReturnPathPattern.splitsTried + 1)) == nil)
        let id = try ReturnPathPattern("{id}@news.example")
        #expect(id.read(String(repeating: "a", count: SignedTag.readOctets) + "@news.example") != nil)
        #expect(id.read(String(repeating: "a", count: SignedTag.readOctets + 1) + "@news.example") == nil)
    }

    @Test(
        "are refused with what is wrong",
        arguments: [
            ("bounce-{id}", ReturnPathPatternError.noDomain), ("bounce-{id}@", .noDomain),
            ("bounce-{id}@{id}.example", .noDomain), ("bounce-{id}@bücher.example", .noDomain),
            ("bounce@news.example", .noField), ("{id}-{id}@news.example", .twice("id")),
            ("{id}{recipient}@news.example", .adjacent), ("{list}-{id}@news.example", .unknownField),
            ("{id@news.example", .unknownField), ("id}@news.example", .badCharacter("}")),
            ("b {id}@news.example", .badCharacter(" ")), ("b@{id}@news.example", .badCharacter("@")),
            ("", .noDomain),
        ])
    func wrong(_ pattern: String, _ error: ReturnPathPatternError) {
        #expect(throws: error) { try ReturnPathPattern(pattern) }
        #expect(!error.description.isEmpty)
    }

    private func verdict(_ to: String, _ patterns: [String], keys: [SigningKey] = []) throws -> Verdict {
        let settings = Settings(verpKeys: keys, returnPathPatterns: try patterns.map { try ReturnPathPattern($0) })
        return Classifier(settings: settings).classify(
            Array(
                """
                Return-Path: <>
                Delivered-To: \(to)
                From: MAILER-DAEMON@mx.dest.example
                To: \(to.lowercased())
                Subject: Undelivered mail

                The message could not be delivered:

                <carol@final.example>: 550 5.1.1 User unknown

                """.utf8))
    }

    @Test("put the id into the verdict as the message spells it, and take nothing in it for an address")
    func id() throws {
        let found = try verdict("B-aX9=dest.example@news.example", ["x-{id}@news.example", "b-{id}@news.example"])
        #expect(found.tagID == "aX9=dest.example")
        #expect(found.taggedRecipient == nil && found.trust == .absent)
        #expect(found.recipients.map(\.address) == ["carol@final.example"])
        #expect(try verdict("b-1@news.example", []).tagID == nil)
    }

    @Test("tell where the recipient starts")
    func recipient() throws {
        let found = try verdict("b-1234-bob=dest.example@news.example", ["b-{recipient}@news.example"])
        #expect(found.recipients.map(\.address) == ["1234-bob@dest.example"])
        #expect(found.tagID == nil && found.trust == .unsigned)
        let both = try verdict("b.77.bob=dest.example@news.example", ["b.{id}.{recipient}@news.example"])
        #expect(both.recipients.map(\.address) == ["bob@dest.example"])
        #expect(both.tagID == "77")
    }

    @Test("leave alone what we signed")
    func signed() throws {
        let key = try SigningKey("k1:abcdefghijklmnopqrstuvwxyz234567")
        let path = try SignedTag.make(recipient: "bob@dest.example", returnPath: "bounce@news.example", key: key)
        let found = try verdict(path, ["bounce+{id}@news.example"], keys: [key])
        #expect(found.trust == .valid && found.tagID == nil)
        #expect(found.recipients.map(\.address) == ["bob@dest.example"])
        #expect(try verdict(path, ["bounce+{id}@news.example"]).tagID != nil)
    }
}
