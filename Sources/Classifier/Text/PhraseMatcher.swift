import CRules

/// Finds any number of phrases in one pass over a text of folded bytes.
///
/// `PhraseStarts` says for each position whether a phrase may start there, and a hash of the next bytes finds the
/// phrases that start with them. Those are sorted, each with the number of bytes that it shares with the previous one,
/// so that no byte of the text is compared twice from one position. The work is linear: a position costs at most the
/// longest such list.
///
/// The phrases are memory that `compile-rules` has laid out (`crules_phrases`).
package struct PhraseMatcher: @unchecked Sendable {
    /// One phrase found.
    package struct Hit: Equatable {
        /// The phrase's number, in the order in which the phrases were laid out.
        package var phrase: Int
        /// The offset after the phrase's last byte.
        package var end: Int

        package init(phrase: Int, end: Int) {
            self.phrase = phrase
            self.end = end
        }
    }

    /// The maximum number of hits in one text; later phrases are not searched.
    package static let maximumHits = 4_096

    /// The short ones first, each part in order.
    private let phrases: UnsafeBufferPointer<crules_phrase>
    private let text: UnsafeRawBufferPointer
    private let starts: PhraseStarts
    private let shortCount: Int
    /// Bytes of the longest phrase.
    let longest: Int
    /// The owner of the memory, if it is not a constant of the program.
    private let owner: (any AnyObject & Sendable)?

    package init(
        _ image: UnsafeBufferPointer<UInt32>, text: UnsafeBufferPointer<UInt8>,
        owner: (any AnyObject & Sendable)? = nil
    ) {
        let header = image.records(of: crules_phrases.self)[0]
        phrases = image.slice(header.phrases).records()
        self.text = UnsafeRawBufferPointer(text)
        starts = PhraseStarts(
            starts: image.slice(header.starts), shortStarts: image.slice(header.short_starts),
            entries: image.slice(header.entries), shift: UInt64(header.hash_shift))
        shortCount = Int(header.short_count)
        longest = Int(header.longest)
        self.owner = owner
    }

    /// The length of a phrase in bytes.
    func length(of phrase: Int) -> Int { phrases[phrase].length }

    /// All phrases in the text, `maximumHits` at the most, in the order in which they end, of those that end together the
    /// longest first.
    package func hits(in text: Span<UInt8>) -> [Hit] {
        var hits: [Hit] = []
        // As many as a small block of memory holds.
        hits.reserveCapacity(56)
        scan(text) { phrase, end in
            guard hits.count < PhraseMatcher.maximumHits else { return }
            var index = hits.count
            hits.append(Hit(phrase: phrase, end: end))
            // Few that start before this one end after it.
            while index > 0, hits[index - 1].end > end {
                hits.swapAt(index - 1, index)
                index -= 1
            }
        }
        return hits
    }

    /// Calls `found` with the number of each phrase that starts in `places`, nil: anywhere, and the offset after it, in the order
    /// in which they start.
    @inline(__always)
    package func scan(_ text: Span<UInt8>, in places: Range<Int>? = nil, _ found: (_ phrase: Int, _ end: Int) -> Void) {
        let places = places ?? 0..<text.count
        let bits = starts.starts
        text.withUnsafeBytes { text in
            var place = places.lowerBound
            let full = min(places.upperBound, text.count &- PhraseStarts.reach &+ 1)
            // Most places end here.
            while place < full {
                let eight = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                if bits[PhraseStarts.row(eight)] &>> PhraseStarts.place(eight) & 1 != 0 {
                    look(text, at: place, eight, found)
                }
                place &+= 1
            }
            // Of the last places zeros are after the text.
            guard place < places.upperBound else { return }
            let base = max(0, text.count &- PhraseStarts.reach)
            let last = PhraseStarts.eight(text, at: base)
            while place < places.upperBound {
                let eight = last &>> UInt64(8 &* (place &- base))
                if bits[PhraseStarts.row(eight)] &>> PhraseStarts.place(eight) & 1 != 0 {
                    look(text, at: place, eight, found)
                }
                place &+= 1
            }
        }
    }

    /// Looks for the phrases that start at a place with these bytes.
    @inline(__always)
    private func look(
        _ text: UnsafeRawBufferPointer, at place: Int, _ eight: UInt64, _ found: (_ phrase: Int, _ end: Int) -> Void
    ) {
        let row = PhraseStarts.row(eight)
        if place &+ PhraseStarts.reach <= text.count,
            let first = first(startingWith: eight, PhraseStarts.reach, in: shortCount..<phrases.count)
        {
            compare(text, at: place, PhraseStarts.reach, first, found)
        }
        let short = starts.shortStarts[row]
        guard short &>> PhraseStarts.place(eight) & 1 != 0 else { return }
        // All bits are set if one of less than four bytes may start.
        for length in (short == .max ? 1 : PhraseStarts.shortKey)...PhraseStarts.shortKey
        where place &+ length <= text.count {
            guard let first = first(startingWith: eight, length, in: 0..<shortCount) else { continue }
            if length == PhraseStarts.shortKey {
                compare(text, at: place, length, first, found)
            } else {
                found(first, place &+ length)
            }
        }
    }

    /// The first of the phrases that start with so many of the eight bytes; less than four are a phrase of their own.
    @inline(__always)
    private func first(startingWith eight: UInt64, _ length: Int, in part: Range<Int>) -> Int? {
        let prefix = PhraseStarts.prefix(eight, length)
        let hash = PhraseStarts.hash(prefix)
        let tag = PhraseStarts.tag(hash, starts.shift)
        var index = Int(truncatingIfNeeded: hash &>> starts.shift)
        while starts.entries[index] != 0 {
            let entry = starts.entries[index]
            if entry & 0xFFFF_0000 == tag {
                let number = Int(entry & 0xFFFF) &- 1
                if part.contains(number), starts(phrases[number], with: prefix, length) { return number }
            }
            index = (index &+ 1) & (starts.entries.count &- 1)
        }
        return nil
    }

    @inline(__always)
    private func starts(_ phrase: crules_phrase, with prefix: UInt64, _ length: Int) -> Bool {
        let at = Int(phrase.at)
        if length == PhraseStarts.reach {
            return UInt64(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt64.self)) == prefix
        }
        guard length < PhraseStarts.shortKey ? phrase.length == length : phrase.length >= length else { return false }
        return (0..<length).allSatisfy { text[at + $0] == UInt8(truncatingIfNeeded: prefix >> UInt64(8 * $0)) }
    }

    /// Compares the text from `place` on, of which `matched` bytes are those of phrase `first`, with that phrase and those after
    /// it that share as much.
    @inline(__always)
    private func compare(
        _ text: UnsafeRawBufferPointer, at place: Int, _ matched: Int, _ first: Int,
        _ found: (_ phrase: Int, _ end: Int) -> Void
    ) {
        var number = first
        var matched = matched
        while true {
            let phrase = phrases[number]
            let end = min(phrase.length, text.count &- place)
            let at = Int(phrase.at)
            while matched < end, text[place &+ matched] == self.text[at &+ matched] { matched &+= 1 }
            if matched == phrase.length {
                found(number, place &+ matched)
            } else if matched == end || text[place &+ matched] < self.text[at &+ matched] {
                return
            }
            var shared = 0
            repeat {
                number &+= 1
                guard number < phrases.count else { return }
                shared = phrases[number].shared
            } while shared > matched
            if shared < matched { return }
        }
    }
}

extension crules_phrase {
    @inline(__always)
    fileprivate var length: Int { Int(sizes & 0xFF) }

    /// Bytes that it starts with as the phrase before it does.
    @inline(__always)
    fileprivate var shared: Int { Int(sizes >> 8) }
}

extension UnsafeBufferPointer<UInt32> {
    fileprivate func slice(_ range: crules_range) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(rebasing: self[Int(range.at)..<Int(range.at + range.count)])
    }
}
