import CRules

/// The meaning of a phrase, as a small number.
protocol PhraseGroup: Hashable, Sendable, CaseIterable, RawRepresentable where RawValue == UInt8 {}

extension PhraseGroup {
    /// The name in Rules/prose.toml: that of the case, `postmaster-copy` for `postmasterCopy`.
    var key: String {
        String(describing: self).reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }
}

/// A compiled set of phrases, which finds the groups that a text contains.
struct PhraseGroups<Group: PhraseGroup>: @unchecked Sendable {
    /// Groups of one set; raw values run from 0.
    static var maximumGroups: Int { 8 }

    private let matcher: PhraseMatcher
    /// The group of each phrase.
    private let groups: UnsafeBufferPointer<UInt32>

    init(_ set: PhraseSet) {
        matcher = RuleTable.standard.phrases(set.sections.words)
        groups = RuleTable.standard.numbers(set.sections.meanings)
    }

    /// The groups found, each with the offset after its first phrase.
    func find(in text: FoldedText) -> FoundGroups<Group> { find(in: text.bytes.span) }

    /// The groups of which a phrase starts at one of these offsets.
    func find(in text: FoldedText, startingAt offsets: [Int]) -> FoundGroups<Group> {
        var found = FoundGroups<Group>()
        matcher.scan(text.bytes.span) { phrase, end in
            if offsets.contains(end - matcher.length(of: phrase)) {
                found.note(UInt8(truncatingIfNeeded: groups[phrase]), end)
            }
        }
        return found
    }

    /// The groups of which a phrase is all of these folded bytes.
    func find(whole folded: ArraySlice<UInt8>) -> FoundGroups<Group> {
        var found = FoundGroups<Group>()
        guard !folded.isEmpty, folded.count <= matcher.longest else { return found }
        matcher.scan(folded.span, in: 0..<1) { phrase, end in
            if end == folded.count { found.note(UInt8(truncatingIfNeeded: groups[phrase]), end) }
        }
        return found
    }

    /// The groups found in folded bytes.
    func find(in folded: Span<UInt8>) -> FoundGroups<Group> {
        var found = FoundGroups<Group>()
        matcher.scan(folded) { phrase, end in found.note(UInt8(truncatingIfNeeded: groups[phrase]), end) }
        return found
    }

    /// The groups whose phrases start before a blank at `cut` and end after it; the offsets count from after the blank.
    func find(across cut: Int, _ folded: Span<UInt8>) -> FoundGroups<Group> {
        var found = FoundGroups<Group>()
        let start = max(0, cut - matcher.longest)
        let end = min(folded.count, cut + matcher.longest)
        matcher.scan(folded.extracting(..<end), in: start..<cut) { phrase, end in
            if end > cut { found.note(UInt8(truncatingIfNeeded: groups[phrase]), end - cut - 1) }
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
        guard group < 8 else { return }
        let end = UInt32(truncatingIfNeeded: end)
        ends[Int(group)] = mask & (1 << group) == 0 ? end : min(ends[Int(group)], end)
        mask |= 1 << group
    }

    /// Takes over what `other` holds and this does not.
    mutating func formUnion(_ other: FoundGroups) {
        guard other.mask & ~mask != 0 else { return }
        for group in 0..<UInt8(8) where other.mask & ~mask & (1 << group) != 0 {
            note(group, Int(other.ends[Int(group)]))
        }
    }

    func contains(_ group: Group) -> Bool { mask & (1 << group.rawValue) != 0 }

    /// The offset after the group's first phrase, or nil.
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
final class NumberedPhrases: @unchecked Sendable {
    private let matcher: PhraseMatcher
    private let numbers: UnsafeBufferPointer<UInt32>

    init(_ table: RuleTable, words: RuleTable.Section, meanings: RuleTable.Section) {
        matcher = table.phrases(words)
        numbers = table.numbers(meanings)
    }

    convenience init(_ set: PhraseSet) {
        self.init(.standard, words: set.sections.words, meanings: set.sections.meanings)
    }

    func lowest(in text: FoldedText) -> Int? {
        var lowest: Int?
        matcher.scan(text.bytes.span) { phrase, _ in
            lowest = min(lowest ?? .max, Int(numbers[phrase]))
        }
        return lowest
    }
}
