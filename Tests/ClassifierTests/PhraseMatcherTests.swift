import TestSupport
import Testing
import compile_rules

@testable import Classifier

/// The matcher, against a search for every phrase at every place.
struct PhraseMatcherTests {
    private static func naiveHits(_ phrases: [[UInt8]], _ text: [UInt8]) -> [PhraseMatcher.Hit] {
        var hits: [PhraseMatcher.Hit] = []
        for end in 0...text.count {
            // Of those that end at one place the longest comes first.
            for (number, phrase) in phrases.enumerated().sorted(by: { $0.element.count > $1.element.count })
            where phrase.count <= end && Array(text[(end - phrase.count)..<end]) == phrase {
                hits.append(PhraseMatcher.Hit(phrase: number, end: end))
            }
        }
        return hits
    }

    private static func words(
        _ random: inout SeededGenerator, letters: ClosedRange<UInt8>, lengths: ClosedRange<Int>, count: Int
    ) -> [[UInt8]] {
        var words: Set<[UInt8]> = []
        for _ in 0..<count {
            let length = Int.random(in: lengths, using: &random)
            words.insert((0..<length).map { _ in UInt8.random(in: letters, using: &random) })
        }
        return PhraseTable.sorted(Array(words))
    }

    @Test(arguments: [
        (UInt8(ascii: "a")...UInt8(ascii: "b"), 1...4), (UInt8(ascii: "a")...UInt8(ascii: "c"), 2...12),
        (UInt8(ascii: "a")...UInt8(ascii: "z"), 1...3), (UInt8(0)...UInt8(255), 3...9),
        (UInt8(ascii: "a")...UInt8(ascii: "b"), 8...20), (UInt8(ascii: "a")...UInt8(ascii: "b"), 4...7),
    ])
    func `hits are those of a search at every place`(_ letters: ClosedRange<UInt8>, _ lengths: ClosedRange<Int>) throws
    {
        var random = SeededGenerator(seed: UInt64(lengths.upperBound) << 8 | UInt64(letters.upperBound))
        for _ in 0..<40 {
            let phrases = PhraseMatcherTests.words(&random, letters: letters, lengths: lengths, count: 30)
            let matcher = try PhraseMatcher(phrases: phrases)
            for length in [0, 1, 3, 7, 8, 9, 40, 300] {
                var text: [UInt8] = []
                while text.count < length {
                    // Phrases, and what stands between them.
                    if Bool.random(using: &random), let phrase = phrases.randomElement(using: &random) {
                        text += phrase.prefix(Int.random(in: 1...phrase.count, using: &random))
                    } else {
                        text.append(UInt8.random(in: letters, using: &random))
                    }
                }
                text = Array(text.prefix(length))
                #expect(matcher.hits(in: text.span) == PhraseMatcherTests.naiveHits(phrases, text))
            }
        }
    }

    /// Sentences go on from line to line: those that start before a cut are found without those behind it.
    @Test func `a scan finds what starts where it is told`() throws {
        var random = SeededGenerator(seed: 7)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "c")
        for _ in 0..<200 {
            let phrases = PhraseMatcherTests.words(&random, letters: letters, lengths: 2...14, count: 20)
            let matcher = try PhraseMatcher(phrases: phrases)
            let text = (0..<60).map { _ in UInt8.random(in: letters, using: &random) }
            let cut = Int.random(in: 0...60, using: &random)
            var found: [PhraseMatcher.Hit] = []
            matcher.scan(text.span, in: 0..<cut) { phrase, end in
                found.append(PhraseMatcher.Hit(phrase: phrase, end: end))
            }
            let all = PhraseMatcherTests.naiveHits(phrases, text).filter { $0.end - phrases[$0.phrase].count < cut }
            #expect(found.count == all.count)
            #expect(all.allSatisfy(found.contains))
        }
    }

    @Test func `a scan ends at the number of hits that is the limit`() throws {
        let matcher = try PhraseMatcher(phrases: [Array("ab".utf8)])
        let text = Array(String(repeating: "ab", count: PhraseMatcher.maximumHits + 5).utf8)
        #expect(matcher.hits(in: text.span).count == PhraseMatcher.maximumHits)
    }
}
