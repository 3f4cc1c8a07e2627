/// What a phrase stands for, as a small number.
protocol PhraseGroup: Hashable, Sendable, RawRepresentable where RawValue == UInt8 {}

/// A set of phrases, compiled, that tells which of its groups a text holds.
struct PhraseGroups<Group: PhraseGroup>: Sendable {
    /// Groups of one set; raw values run from 0.
    static var maximumGroups: Int { 8 }

    private let matcher: PhraseMatcher
    private let groups: [UInt8]

    init(_ table: [(Group, [String])]) {
        var phrases: [[UInt8]] = []
        var groups: [UInt8] = []
        var seen: Set<String> = []
        for (group, list) in table {
            for phrase in list where seen.insert(phrase).inserted {
                phrases.append(Array(phrase.utf8))
                groups.append(group.rawValue)
            }
        }
        matcher = PhraseMatcher(phrases)
        self.groups = groups
    }

    /// The groups found, each with the offset behind its first phrase.
    func find(in text: FoldedText) -> FoundGroups<Group> { find(in: text.bytes.span).found }

    /// The groups of which a phrase starts at one of these offsets.
    func find(in text: FoldedText, startingAt offsets: [Int]) -> FoundGroups<Group> {
        var found = FoundGroups<Group>()
        matcher.scan(text.bytes.span) { phrase, end in
            if offsets.contains(end - matcher.length(ofPhrase: phrase)) { found.note(groups[phrase], end) }
            return true
        }
        return found
    }

    /// The same for folded bytes, and the state of the automaton behind them.
    func find(in folded: Span<UInt8>) -> (found: FoundGroups<Group>, state: Int) {
        var found = FoundGroups<Group>()
        let state = matcher.scan(folded) { phrase, end in
            found.note(groups[phrase], end)
            return true
        }
        return (found, state)
    }

    /// The groups whose phrases start in a text, of which the automaton ended in `state`, and end in `folded`, which a blank
    /// parts from that text.
    func find(across state: Int, _ folded: Span<UInt8>) -> FoundGroups<Group> {
        var found = FoundGroups<Group>()
        guard state != 0 else { return found }
        let blank: InlineArray<1, UInt8> = [0x20]
        let behind = matcher.scan(blank.span, from: state) { phrase, end in
            found.note(groups[phrase], end)
            return true
        }
        matcher.scan(folded, from: behind, onlyCrossing: true) { phrase, end in
            found.note(groups[phrase], end)
            return true
        }
        return found
    }
}

/// The groups that a text holds.
struct FoundGroups<Group: PhraseGroup>: Sendable {
    private var ends = InlineArray<8, UInt32>(repeating: 0)
    /// A bit for each group found.
    private var mask: UInt8 = 0

    var isEmpty: Bool { mask == 0 }

    mutating func note(_ group: UInt8, _ end: Int) {
        guard group < 8, mask & (1 << group) == 0 else { return }
        ends[Int(group)] = UInt32(truncatingIfNeeded: end)
        mask |= 1 << group
    }

    /// Takes over what `other` holds and this does not.
    mutating func formUnion(_ other: FoundGroups) {
        guard other.mask & ~mask != 0 else { return }
        for group in 0..<UInt8(8) where other.mask & (1 << group) != 0 { note(group, Int(other.ends[Int(group)])) }
    }

    func contains(_ group: Group) -> Bool { mask & (1 << group.rawValue) != 0 }

    /// The offset behind the group's first phrase, or nil.
    subscript(_ group: Group) -> Int? { contains(group) ? Int(ends[Int(group.rawValue)]) : nil }

    /// The group whose phrase ends first, or nil.
    var first: Group? {
        var best: (group: UInt8, end: UInt32)?
        for group in 0..<UInt8(8) where mask & (1 << group) != 0 {
            let end = ends[Int(group)]
            if best.map({ end < $0.end }) ?? true { best = (group, end) }
        }
        return best.flatMap { Group(rawValue: $0.group) }
    }
}

/// Numbered phrases, compiled, of which the lowest number found is wanted.
final class NumberedPhrases: Sendable {
    private let matcher: PhraseMatcher
    private let numbers: [Int]

    /// - Parameter table: where two numbers share a phrase, the first keeps it.
    init(_ table: [(Int, String)]) {
        var seen: Set<String> = []
        let unique = table.filter { seen.insert($0.1).inserted }
        matcher = PhraseMatcher(unique.map { Array($0.1.utf8) })
        numbers = unique.map(\.0)
    }

    func lowest(in text: FoldedText) -> Int? {
        var lowest: Int?
        matcher.scan(text.bytes.span) { phrase, _ in
            lowest = min(lowest ?? .max, numbers[phrase])
            return true
        }
        return lowest
    }
}
