import CRules

/// Finds any number of phrases in one pass over a text: an Aho–Corasick automaton over folded bytes.
///
/// States near the root and states with many children are dense: they have a row of 256 resolved edges; all others hold
/// their few edges and fall back along the failure links. Thousands of phrases in many scripts take a megabyte or two that
/// way, where a full table takes tens, and a scan stays linear: each byte goes one state deeper at the most.
///
/// The automaton is memory that `compile-rules` has laid out (`crules_automaton`).
package struct PhraseMatcher: @unchecked Sendable {
    /// One phrase found.
    package struct Hit: Equatable {
        /// The phrase's number, in the order in which the phrases were given.
        package var phrase: Int
        /// The offset behind the phrase's last byte.
        package var end: Int

        package init(phrase: Int, end: Int) {
            self.phrase = phrase
            self.end = end
        }
    }

    /// Hits taken from one text; what comes behind them is not looked for.
    package static let maximumHits = 4_096
    /// An edge is 256 times the number of the state that it leads to. This is set where that state is the end of a phrase, or
    /// has one on its failure path: most bytes end none, and one comparison tells that, and that the state is dense.
    package static let ends: UInt32 = 1 << 31

    /// 256 edges for each dense state. Those stand first.
    private let rows: UnsafeBufferPointer<UInt32>
    /// The edges of the other states. Those of a phrase's end, which hardly any other shares, are one run of memory.
    private let steps: UnsafeBufferPointer<crules_step>
    /// The third and fourth edges.
    private let more: UnsafeBufferPointer<crules_step>
    /// Of each state how many bytes it is from the root, and, from bit 16 on, its first output, from 1.
    private let states: UnsafeBufferPointer<UInt32>
    /// A phrase that ends in a state, and, from bit 16 on, the next shorter one that does, from 1.
    private let outputs: UnsafeBufferPointer<UInt32>
    private let lengths: UnsafeBufferPointer<UInt32>
    private let starts: PhraseStarts
    private let denseCount: Int
    /// The states of one byte, and those of two, are the first behind the root.
    private let singleCount: Int
    private let pairCount: Int
    /// Whoever keeps the memory, where it is not a constant of the program.
    private let owner: (any AnyObject & Sendable)?

    package init(_ image: UnsafeBufferPointer<UInt32>, owner: (any AnyObject & Sendable)? = nil) {
        let header = image.records(of: crules_automaton.self)[0]
        rows = image.slice(header.rows)
        steps = image.slice(header.steps).records()
        more = image.slice(header.more).records()
        states = image.slice(header.states)
        outputs = image.slice(header.outputs)
        lengths = image.slice(header.lengths)
        starts = PhraseStarts(
            starts: image.slice(header.starts), shortStarts: image.slice(header.short_starts),
            entries: image.slice(header.entries).records(), shift: UInt64(header.hash_shift))
        denseCount = Int(header.dense_count)
        singleCount = Int(header.single_count)
        pairCount = Int(header.pair_count)
        self.owner = owner
    }

    /// The state that an edge leads to.
    package static func target(_ edge: UInt32) -> Int { Int((edge & ~ends) >> 8) }

    /// The length of a phrase in bytes.
    func length(of phrase: Int) -> Int { Int(lengths[phrase]) }

    /// All phrases in the text, in the order in which they end, `maximumHits` at the most.
    package func hits(in text: Span<UInt8>) -> [Hit] {
        var hits: [Hit] = []
        // As many as a small block of memory holds.
        hits.reserveCapacity(56)
        scan(text) { phrase, end in
            hits.append(Hit(phrase: phrase, end: end))
            return hits.count < PhraseMatcher.maximumHits
        }
        return hits
    }

    /// Calls `found` with each phrase's number and the offset behind it, until it returns false.
    ///
    /// - Parameters:
    ///   - start: the state that a text before this one ended in: phrases that start there are found too.
    ///   - onlyCrossing: end where nothing of that text counts any more.
    /// - Returns: the state that the text ends in.
    @inline(__always)
    @discardableResult
    package func scan(
        _ text: Span<UInt8>, from start: Int = 0, onlyCrossing: Bool = false,
        _ found: (_ phrase: Int, _ end: Int) -> Bool
    ) -> Int {
        let states = states.span
        let steps = steps.span
        let rows = rows.span
        let dense = UInt32(denseCount) << 8
        let pairs = UInt32(singleCount + 1) << 8
        let deep = UInt32(singleCount + pairCount + 1) << 8
        let end = text.count
        var edge = UInt32(start) << 8
        var position = 0
        // The last place at which a phrase was said to start perhaps. From a state of one or two bytes that begins behind it the
        // search for such a place goes on where the state begins, and reads them again; hits up to `told` have been told.
        var first = start == 0 && !onlyCrossing ? -1 : end
        var told = 0
        while position < end {
            if edge < deep {
                let behind = position - (edge == 0 ? 0 : edge < pairs ? 1 : 2)
                if behind > first, behind + PhraseStarts.reach <= end {
                    let place = text.withUnsafeBytes { starts.firstPlace(in: $0, from: behind) }
                    first = place.start
                    position = place.start + place.length
                    edge = UInt32(place.state) << 8
                    guard position < end else { break }
                }
            }
            if edge < dense {
                // Most steps lead from one dense state to another that ends nothing.
                repeat {
                    edge = rows[Int(edge | UInt32(text[position]))]
                    position += 1
                } while !onlyCrossing && edge >= deep && edge < dense && position < end
            } else {
                let step = steps[PhraseMatcher.target(edge) - denseCount]
                let byte = text[position]
                if step.hasFirst(byte) {
                    edge = step.target
                    position += 1
                } else if step.hasSecond(byte) {
                    edge = step.second
                    position += 1
                } else {
                    edge = step.fail
                    if step.bytes >> 16 != 0 {
                        let others = more[Int(step.bytes >> 16) - 1]
                        if others.hasFirst(byte) {
                            edge = others.target
                            position += 1
                        } else if others.hasSecond(byte) {
                            edge = others.second
                            position += 1
                        }
                    }
                }
            }
            let index = PhraseMatcher.target(edge)
            if onlyCrossing, Int(states[index] & 0xFFFF) <= position { return index }
            guard edge & PhraseMatcher.ends != 0 else { continue }
            edge &= ~PhraseMatcher.ends
            guard position > told else { continue }
            told = position
            var output = states[index] >> 16
            while output != 0 {
                let ending = outputs[Int(output) - 1]
                let phrase = Int(ending & 0xFFFF)
                if onlyCrossing, length(of: phrase) <= position { break }
                if !found(phrase, position) { return index }
                output = ending >> 16
            }
        }
        return PhraseMatcher.target(edge)
    }
}

extension crules_step {
    /// Whether the first edge is by that byte.
    @inline(__always)
    fileprivate func hasFirst(_ byte: UInt8) -> Bool { UInt8(truncatingIfNeeded: bytes) == byte && target != 0 }

    @inline(__always)
    fileprivate func hasSecond(_ byte: UInt8) -> Bool { UInt8(truncatingIfNeeded: bytes >> 8) == byte && second != 0 }
}

extension UnsafeBufferPointer<UInt32> {
    fileprivate func slice(_ range: crules_range) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(rebasing: self[Int(range.at)..<Int(range.at + range.count)])
    }
}
