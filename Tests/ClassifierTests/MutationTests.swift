import Foundation
import TestSupport
import Testing

@testable import Classifier

/// Mail is cut, garbled and stripped on its way. Whatever is left of a report, no address is declared dead that the whole
/// report does not declare dead.
@Suite("mutilated reports")
struct MutationTests {
    @Test("cut anywhere, declare nobody else dead", arguments: Fixture.all)
    func truncated(_ fixture: Fixture) {
        let whole = fixture.mayBeDead
        // A prime step from a place of the fixture's own keeps the suite short; `make test-mutations` cuts at every byte.
        let step = isExhaustive ? 1 : 37
        for length in stride(from: 1 + fixture.bytes.count % step, to: fixture.bytes.count, by: step) {
            let dead = classifier.classify(Array(fixture.bytes[..<length])).hardAddresses
            #expect(dead.isSubset(of: whole), "cut at \(length)")
        }
    }

    @Test("cut where a line ends within the first part, declare nobody dead")
    func endsWithinFirstPart() throws {
        let fixture = try #require(Fixture.all.first { $0.name == "gmail/new-disabled" })
        let text = String(decoding: fixture.bytes, as: UTF8.self)
        let end = try #require(text.firstRange(of: "The response was:\n"))
        #expect(classify(String(text[..<end.upperBound])).hardAddresses.isEmpty)
        #expect(classify(String(text[..<end.lowerBound])).hardAddresses.isEmpty)
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

    @Test("with their parts in another order, declare nobody else dead", arguments: Fixture.all)
    func swapped(_ fixture: Fixture) {
        let whole = fixture.mayBeDead
        let parts = String(decoding: fixture.bytes, as: UTF8.self).split(
            separator: "\n--", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.count <= 8 else { return }
        let inner = parts.indices.dropFirst().dropLast()
        for left in inner {
            for right in inner where right > left {
                var order = parts
                order.swapAt(left, right)
                #expect(
                    classify(order.joined(separator: "\n--")).hardAddresses.isSubset(of: whole), "\(left) and \(right)")
            }
        }
    }

    @Test("without their header, declare nobody else dead", arguments: Fixture.all)
    func headless(_ fixture: Fixture) {
        let text = String(decoding: fixture.bytes, as: UTF8.self)
        // What a person forwarded is a report once more when his own header is gone.
        guard let end = text.firstRange(of: "\n\n"), !classifier.classify(fixture.bytes).recipients.isEmpty else {
            return
        }
        let whole = fixture.mayBeDead
        #expect(classify(String(text[end.lowerBound...])).hardAddresses.isSubset(of: whole))
        #expect(classify(String(text[end.upperBound...])).hardAddresses.isSubset(of: whole))
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

/// Cuts at every byte take minutes.
private let isExhaustive = ProcessInfo.processInfo.environment["EXHAUSTIVE"] != nil

extension Fixture {
    /// What the whole report declares dead, and the addresses that those led to: without the line that names the alias,
    /// they are the ones that failed.
    fileprivate var mayBeDead: Set<String> {
        let verdict = classifier.classify(bytes)
        return verdict.hardAddresses.union(
            verdict.recipients.filter { $0.kind == .hard }.compactMap { $0.finalAddress?.lowercased() })
    }
}
