import Testing

@testable import Classifier

/// Mail is cut, garbled and stripped on its way. Whatever is left of a report, no address is declared dead that the whole
/// report does not declare dead.
@Suite("mutilated reports")
struct MutationTests {
    @Test("cut anywhere, declare nobody else dead", arguments: Fixture.all)
    func truncated(_ fixture: Fixture) {
        let whole = fixture.mayBeDead
        // Every cut costs the same; a prime step keeps the suite short and reaches every place in the long run of files.
        for length in stride(from: 1, to: fixture.bytes.count, by: 37) {
            let dead = classifier.classify(Array(fixture.bytes[..<length])).hardAddresses
            #expect(dead.isSubset(of: whole), "cut at \(length)")
        }
    }

    @Test("without one of their lines, declare nobody else dead", arguments: Fixture.all)
    func withoutALine(_ fixture: Fixture) {
        let whole = fixture.mayBeDead
        let lines = fixture.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for index in lines.indices {
            var rest = lines
            rest.remove(at: index)
            let dead = classifier.classify(Array(rest.joined(separator: [UInt8(ascii: "\n")]))).hardAddresses
            #expect(dead.isSubset(of: whole), "without line \(index + 1)")
        }
    }

    @Test("with bytes changed, trap on nothing and name no stranger", arguments: Fixture.all)
    func garbled(_ fixture: Fixture) {
        var generator = SeededGenerator(seed: UInt64(fixture.bytes.count))
        for _ in 0..<20 {
            var bytes = fixture.bytes
            for _ in 0..<5 where !bytes.isEmpty {
                let index = Int(generator.next() % UInt64(bytes.count))
                bytes[index] = UInt8(truncatingIfNeeded: generator.next())
            }
            let verdict = classifier.classify(bytes)
            #expect(verdict.recipients.count <= 20)
        }
    }

    @Test(
        "in another charset, declare nobody else dead", arguments: Fixture.all, ["utf-16", "iso-2022-jp", "x-nonsense"])
    func recoded(_ fixture: Fixture, charset: String) {
        let text = String(decoding: fixture.bytes, as: UTF8.self)
        let changed = text.replacing("charset=us-ascii", with: "charset=\(charset)")
            .replacing("charset=utf-8", with: "charset=\(charset)")
        let whole = fixture.mayBeDead
        #expect(classify(changed).hardAddresses.isSubset(of: whole))
    }
}

extension Fixture {
    /// What the whole report declares dead, and the addresses that those led to: without the line that names the alias,
    /// they are the ones that failed.
    fileprivate var mayBeDead: Set<String> {
        let verdict = classifier.classify(bytes)
        return verdict.hardAddresses.union(
            verdict.recipients.filter { $0.kind == .hard }.compactMap { $0.finalAddress?.lowercased() })
    }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
