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
    /// What a single piece completes, by phrase number of the automaton.
    private let single: [[Int]]
    /// The providers' rules whose first word it is, by phrase number.
    private let providers: [[Int]]
    /// Phrases of several pieces: the rule, and the pieces' phrase numbers.
    private let sequences: [(rule: Int, pieces: [Int])]
    /// The sequences in which a piece stands, with its place in them.
    private let steps: [[(sequence: Int, place: Int)]]

    init(_ rules: [ReasonRule], providers providerRules: [ProviderRule]) {
        self.rules = rules
        var numbers: [String: Int] = [:]
        numbers.reserveCapacity(rules.reduce(0) { $0 + $1.phrases.count })
        var phrases: [[UInt8]] = []
        var single: [[Int]] = []
        var providers: [[Int]] = []
        var steps: [[(sequence: Int, place: Int)]] = []
        var sequences: [(rule: Int, pieces: [Int])] = []
        func number(of piece: String) -> Int {
            if let known = numbers[piece] { return known }
            numbers[piece] = phrases.count
            phrases.append(Array(piece.utf8))
            single.append([])
            providers.append([])
            steps.append([])
            return phrases.count - 1
        }
        for (index, rule) in rules.enumerated() {
            for phrase in rule.phrases {
                let pieces = RuleSet.pieces(of: phrase)
                if pieces.count == 1 {
                    single[number(of: pieces[0])].append(index)
                } else if pieces.count > 1 {
                    let all = pieces.map { number(of: $0) }
                    for (place, piece) in all.enumerated() { steps[piece].append((sequences.count, place)) }
                    sequences.append((index, all))
                }
            }
        }
        for (index, rule) in providerRules.enumerated() { providers[number(of: rule.words[0])].append(index) }
        matcher = PhraseMatcher(phrases)
        self.providers = providers
        self.single = single
        self.steps = steps
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
        return found.sorted()
    }

    private func matches(_ hits: [PhraseMatcher.Hit], in text: FoldedText) -> [Match] {
        var found: [Match] = []
        // Of the sequences that have begun, how far they are: few at a time.
        var progress: [(sequence: Int, place: Int, start: Int, end: Int)] = []
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
            for step in steps[hit.phrase] {
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
        return found.sorted { left, right in
            let (a, b) = (rules[left.rule].strength, rules[right.rule].strength)
            return a == b ? left.rule < right.rule : a > b
        }
    }
}
