import ReturnPath
import Testing

@Suite("signing keys")
struct SigningKeyTests {
    private static let refusals: [(String, SigningKeyError)] = [
        ("", .noName), ("k1", .noName), ("k:secret", .noName), ("K1:secret", .noName), ("secretsecret", .noName),
        ("k1:secret", .tooShort(6)), ("k1:" + String(repeating: "s", count: 31), .tooShort(31)),
        ("k1:" + String(repeating: "s", count: 513), .tooLong(513)),
        ("k1:" + String(repeating: "s", count: 40) + " ", .badCharacter),
        ("k1:" + String(repeating: "é", count: 40), .badCharacter),
    ]

    @Test("are refused where they are short, long or badly written", arguments: refusals)
    func refused(text: String, error: SigningKeyError) {
        #expect(throws: error) { try SigningKey(text) }
    }

    @Test("are accepted from the shortest to the longest, with their name")
    func accepted() throws {
        for count in [SigningKey.shortestSecret, SigningKey.longestSecret] {
            let key = try SigningKey("a9:" + String(repeating: "s", count: count))
            #expect(key.id == "a9")
            #expect("\(key)" == "key a9")
        }
    }

    @Test("are made at random, under the name that was asked for or a random one")
    func random() throws {
        let keys = try (0..<100).map { _ in try SigningKey.random() }
        #expect(Set(keys).count == 100)
        #expect(keys.allSatisfy { $0.utf8.count == 55 })
        #expect(try SigningKey.random(id: "q7").hasPrefix("q7:"))
        #expect(throws: SigningKeyError.noName) { try SigningKey.random(id: "long") }
    }
}
