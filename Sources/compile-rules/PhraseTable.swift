import CRules
import Classifier

/// Lays phrases out as `PhraseMatcher` reads them.
package struct PhraseTable {
    /// More phrases, or a longer one, than the layout has room for.
    package struct TooLarge: Error {
        package let what: String
    }

    private var phrases: [crules_phrase]
    private var entries: [UInt32]
    private var starts = [UInt32](repeating: 0, count: 1 << PhraseStarts.rowBits)
    private var shortStarts = [UInt32](repeating: 0, count: 1 << PhraseStarts.rowBits)
    private let shift: UInt64
    private let shortCount: Int

    /// Phrases in the order that the layout wants: the short ones first, each part sorted, none twice.
    package static func sorted(_ phrases: [[UInt8]]) -> [[UInt8]] {
        Set(phrases).sorted { left, right in
            let (a, b) = (left.count < PhraseStarts.reach, right.count < PhraseStarts.reach)
            return a == b ? left.lexicographicallyPrecedes(right) : a
        }
    }

    /// - Parameters:
    ///   - words: folded as `FoldedText` folds, in the order of `sorted`, none empty.
    ///   - places: where each is in the text of the table.
    package init(_ words: [[UInt8]], at places: [UInt32]) throws(TooLarge) {
        guard words.count < 1 << 16, words.allSatisfy({ $0.count < 1 << 8 }) else {
            throw TooLarge(what: "\(words.count) phrases")
        }
        shortCount = words.count { $0.count < PhraseStarts.reach }
        // Half of the entries at least are free.
        let bits = max(4, Int.bitWidth - (2 * words.count).leadingZeroBitCount)
        shift = UInt64(64 - bits)
        entries = Array(repeating: 0, count: 1 << bits)
        phrases = []
        for (number, word) in words.enumerated() {
            let isFirst = number == 0 || number == shortCount
            let shared = isFirst ? 0 : zip(words[number - 1], word).prefix { $0 == $1 }.count
            let sizes = UInt32(word.count) | UInt32(shared) << 8
            phrases.append(crules_phrase(at: places[number], sizes: sizes))
            let eight = word.prefix(PhraseStarts.reach).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let key = PhraseStarts.keyLength(word.count)
            // A list of the phrases that start alike starts with those of which the one before does not.
            if shared < key || words[number - 1].count < key || word.count < PhraseStarts.shortKey {
                enter(PhraseStarts.hash(PhraseStarts.prefix(eight, key)), number)
            }
            noteStart(eight, word.count)
        }
    }

    private mutating func enter(_ hash: UInt64, _ number: Int) {
        var index = Int(truncatingIfNeeded: hash >> shift)
        while entries[index] != 0 { index = (index + 1) & (entries.count - 1) }
        entries[index] = PhraseStarts.tag(hash, shift) | UInt32(number + 1)
    }

    private mutating func noteStart(_ eight: UInt64, _ length: Int) {
        // What comes after a phrase of one to three bytes may be anything.
        let mark: UInt32 = length < PhraseStarts.shortKey ? .max : 1 << PhraseStarts.place(eight)
        for second in 0...(length == 1 ? UInt64(255) : 0) {
            let row = PhraseStarts.row(eight | second << 8)
            starts[row] |= mark
            if length < PhraseStarts.reach { shortStarts[row] |= mark }
        }
    }

    /// The phrases as `PhraseMatcher` reads them.
    package var image: [UInt32] {
        var header = crules_phrases()
        header.short_count = UInt32(shortCount)
        header.hash_shift = UInt32(shift)
        header.longest = phrases.map { $0.sizes & 0xFF }.max() ?? 0
        var image = [UInt32](repeating: 0, count: MemoryLayout<crules_phrases>.size / 4)
        let start = image.count
        func add(_ numbers: [UInt32]) -> crules_range {
            defer { image += numbers }
            return crules_range(at: UInt32(image.count), count: UInt32(numbers.count))
        }
        header.phrases = add(numbers(of: phrases))
        header.entries = add(entries)
        header.starts = add(starts)
        header.short_starts = add(shortStarts)
        image.replaceSubrange(0..<start, with: numbers(of: [header]))
        return image
    }
}

extension PhraseMatcher {
    /// Keeps a matcher's memory.
    private final class Owner: @unchecked Sendable {
        let image: UnsafeMutableBufferPointer<UInt32>
        let text: UnsafeMutableBufferPointer<UInt8>

        init(_ image: [UInt32], _ text: [UInt8]) {
            self.image = .allocate(capacity: image.count)
            _ = self.image.initialize(from: image)
            self.text = .allocate(capacity: text.count)
            _ = self.text.initialize(from: text)
        }

        deinit {
            image.deallocate()
            text.deallocate()
        }
    }

    /// - Parameter phrases: in the order of `PhraseTable.sorted`, which is that of their numbers.
    package init(phrases: [[UInt8]]) throws(PhraseTable.TooLarge) {
        var places: [UInt32] = []
        var text: [UInt8] = []
        for phrase in phrases {
            places.append(UInt32(text.count))
            text += phrase
        }
        let owner = Owner(try PhraseTable(phrases, at: places).image, text)
        self.init(UnsafeBufferPointer(owner.image), text: UnsafeBufferPointer(owner.text), owner: owner)
    }
}

/// Records, which consist of numbers, as numbers.
func numbers<Record>(of records: [Record]) -> [UInt32] {
    records.withUnsafeBytes { raw in raw.assumingMemoryBound(to: UInt32.self).map { $0 } }
}
