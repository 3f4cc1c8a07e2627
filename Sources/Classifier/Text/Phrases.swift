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
    func find(in text: FoldedText) -> FoundGroups<Group> {
        var found = FoundGroups<Group>()
        matcher.scan(text.bytes.span) { phrase, end in
            found.note(groups[phrase], end)
            return true
        }
        return found
    }
}

/// The groups that a text holds.
struct FoundGroups<Group: PhraseGroup>: Sendable {
    private var ends = InlineArray<8, Int>(repeating: -1)
    private(set) var isEmpty = true

    mutating func note(_ group: UInt8, _ end: Int) {
        guard Int(group) < ends.count, ends[Int(group)] < 0 else { return }
        ends[Int(group)] = end
        isEmpty = false
    }

    /// Takes over what `other` holds and this does not.
    mutating func formUnion(_ other: FoundGroups) {
        guard !other.isEmpty else { return }
        for group in 0..<ends.count where other.ends[group] >= 0 { note(UInt8(group), other.ends[group]) }
    }

    func contains(_ group: Group) -> Bool { ends[Int(group.rawValue)] >= 0 }

    /// The offset behind the group's first phrase, or nil.
    subscript(_ group: Group) -> Int? { contains(group) ? ends[Int(group.rawValue)] : nil }

    /// The group whose phrase ends first, or nil.
    var first: Group? {
        var best: (group: UInt8, end: Int)?
        for group in 0..<ends.count where ends[group] >= 0 && (best.map { ends[group] < $0.end } ?? true) {
            best = (UInt8(group), ends[group])
        }
        return best.flatMap { Group(rawValue: $0.group) }
    }
}

/// Numbered phrases, compiled, of which the lowest number found is wanted.
struct NumberedPhrases: Sendable {
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
