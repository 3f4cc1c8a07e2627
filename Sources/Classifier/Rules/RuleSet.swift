import MIME

/// The rule table, compiled once into one automaton.
final class RuleSet: Sendable {
    /// A rule that matched, and where.
    struct Match: Sendable, Equatable {
        /// Index into `rules`.
        var rule: Int
        /// The matched bytes of the folded text.
        var range: Range<Int>
    }

    /// What a text holds.
    struct Found: Sendable {
        /// The rules that match, each once, the best first: by strength, then in the order of the table.
        var matches: [Match] = []
        /// The providers' rules whose first word the text holds, in the order of their table.
        var providers: [Int] = []
    }

    /// Bytes between two pieces of a phrase that `*` stands for, at the most.
    static let maximumGap = 80

    let rules: [ReasonRule]
    private let matcher: PhraseMatcher
    /// The rules that a single piece completes, by phrase number of the automaton.
    private let single: NumberLists
    /// The providers' rules whose first word it is, by phrase number.
    private let providers: NumberLists
    /// Phrases of several pieces: the rule, and the pieces' phrase numbers.
    private let sequences: [(rule: Int, pieces: [Int])]
    /// The places at which a piece stands in sequences, by phrase number.
    private let steps: NumberLists
    /// The sequence that each of them belongs to, and which of its pieces it is.
    private let places: [(sequence: Int, place: Int)]

    init(_ rules: [ReasonRule], providers providerRules: [ProviderRule]) {
        self.rules = rules
        var numbers: [String: Int] = [:]
        numbers.reserveCapacity(rules.reduce(0) { $0 + $1.phrases.count })
        var phrases: [[UInt8]] = []
        var single: [(list: Int, number: Int)] = []
        var steps: [(list: Int, number: Int)] = []
        var places: [(sequence: Int, place: Int)] = []
        var sequences: [(rule: Int, pieces: [Int])] = []
        func number(of piece: String) -> Int {
            if let known = numbers[piece] { return known }
            numbers[piece] = phrases.count
            phrases.append(Array(piece.utf8))
            return phrases.count - 1
        }
        for (index, rule) in rules.enumerated() {
            for phrase in rule.phrases {
                let pieces = RuleSet.pieces(of: phrase)
                if pieces.count == 1 {
                    single.append((number(of: pieces[0]), index))
                } else if pieces.count > 1 {
                    let all = pieces.map { number(of: $0) }
                    for (place, piece) in all.enumerated() {
                        steps.append((piece, places.count))
                        places.append((sequences.count, place))
                    }
                    sequences.append((index, all))
                }
            }
        }
        let providers = providerRules.enumerated().map { (list: number(of: $1.words[0]), number: $0) }
        matcher = PhraseMatcher(phrases)
        self.providers = NumberLists(providers, count: phrases.count)
        self.single = NumberLists(single, count: phrases.count)
        self.steps = NumberLists(steps, count: phrases.count)
        self.places = places
        self.sequences = sequences
    }

    /// The pieces between the `*` of a phrase, blanks at the stars removed.
    static func pieces(of phrase: String) -> [String] {
        let star = UInt8(ascii: "*")
        // Most have none, and a run compiles every phrase.
        guard phrase.utf8.contains(star) else { return phrase.isEmpty ? [] : [phrase] }
        let bytes = Array(phrase.utf8)
        return bytes.split(separator: star).map { piece in
            var piece = piece
            if piece.startIndex != bytes.startIndex, piece.first == 0x20 { piece.removeFirst() }
            if piece.endIndex != bytes.endIndex, piece.last == 0x20 { piece.removeLast() }
            return String(decoding: piece, as: UTF8.self)
        }.filter { !$0.isEmpty }
    }

    /// One pass over the text for all rules.
    func search(_ text: FoldedText) -> Found {
        let hits = matcher.hits(in: text.bytes.span)
        guard !hits.isEmpty else { return Found() }
        return Found(matches: matches(hits, in: text), providers: providers(hits))
    }

    private func providers(_ hits: [PhraseMatcher.Hit]) -> [Int] {
        var found: [Int] = []
        for hit in hits {
            for rule in providers[hit.phrase] where !found.contains(rule) { found.append(rule) }
        }
        found.sort()
        return found
    }

    private func matches(_ hits: [PhraseMatcher.Hit], in text: FoldedText) -> [Match] {
        var found: [Match] = []
        found.reserveCapacity(8)
        // Of the sequences that have begun, how far they are: few at a time.
        var progress: [(sequence: Int, place: Int, start: Int, end: Int)] = []
        progress.reserveCapacity(8)
        func add(_ rule: Int, _ range: Range<Int>) {
            if let known = found.firstIndex(where: { $0.rule == rule }) {
                // The longer phrase is the better evidence.
                if range.count > found[known].range.count { found[known].range = range }
            } else {
                found.append(Match(rule: rule, range: range))
            }
        }
        for hit in hits {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            // `ip * blocked` is not said of a recipient.
            guard text.startsWord(at: range.lowerBound) else { continue }
            for rule in single[hit.phrase] { add(rule, range) }
            for index in steps[hit.phrase] {
                let step = places[index]
                let known = progress.firstIndex { $0.sequence == step.sequence }
                if step.place == 0 {
                    // The latest start wins: it leaves the most room for what follows.
                    if let known {
                        guard progress[known].place == 0 else { continue }
                        progress[known] = (step.sequence, 0, range.lowerBound, range.upperBound)
                    } else {
                        progress.append((step.sequence, 0, range.lowerBound, range.upperBound))
                    }
                    continue
                }
                guard let known, progress[known].place == step.place - 1, range.lowerBound >= progress[known].end
                else { continue }
                guard range.lowerBound - progress[known].end <= RuleSet.maximumGap else {
                    progress.remove(at: known)
                    continue
                }
                if step.place == sequences[step.sequence].pieces.count - 1 {
                    add(sequences[step.sequence].rule, progress[known].start..<range.upperBound)
                    progress.remove(at: known)
                } else {
                    progress[known] = (step.sequence, step.place, progress[known].start, range.upperBound)
                }
            }
        }
        guard found.count > 1 else { return found }
        // A phrase within a longer one of the same strength says less than that: `blacklisted` in `from an address that has
        // been blacklisted`.
        let all = found
        found.removeAll { inner in
            all.contains {
                $0.range.count > inner.range.count && $0.range.contains(inner.range.lowerBound)
                    && $0.range.upperBound >= inner.range.upperBound
                    && rules[$0.rule].strength == rules[inner.rule].strength
                    && rules[$0.rule].reason != rules[inner.rule].reason
            }
        }
        found.sort { left, right in
            let (a, b) = (rules[left.rule].strength, rules[right.rule].strength)
            return a == b ? left.rule < right.rule : a > b
        }
        return found
    }
}
