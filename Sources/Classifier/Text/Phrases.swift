/// A set of phrases, compiled, that tells which of its groups a text holds.
struct PhraseGroups<Group: Hashable & Sendable>: Sendable {
    private let matcher: PhraseMatcher
    private let groups: [Group]

    init(_ table: [(Group, [String])]) {
        var phrases: [[UInt8]] = []
        var groups: [Group] = []
        var seen: Set<String> = []
        for (group, list) in table {
            for phrase in list where seen.insert(phrase).inserted {
                phrases.append(Array(phrase.utf8))
                groups.append(group)
            }
        }
        matcher = PhraseMatcher(phrases)
        self.groups = groups
    }

    /// The groups found, each with the offset behind its first phrase.
    func find(in text: FoldedText) -> [Group: Int] {
        var found: [Group: Int] = [:]
        for hit in matcher.hits(in: text.bytes.span) where found[groups[hit.phrase]] == nil {
            found[groups[hit.phrase]] = hit.end
        }
        return found
    }
}
