import CRules
import MIME

/// The rules about replies, of which one automaton finds the phrases.
final class RuleSet: @unchecked Sendable {
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

    /// The rules of Rules/.
    static let standard = RuleSet(.standard)

    let rules: [ReasonRule]
    private let matcher: PhraseMatcher
    /// The rules that a single piece completes, by phrase number of the automaton.
    private let single: NumberLists
    /// The providers' rules whose first word it is, by phrase number.
    private let providers: NumberLists
    /// The places at which a piece stands in phrases of several, by phrase number.
    private let steps: NumberLists
    private let places: UnsafeBufferPointer<crules_place>

    init(_ table: RuleTable) {
        rules = table.records(.rules).map { ReasonRule($0, of: table) }
        matcher = PhraseMatcher(table.numbers(.ruleWords))
        single = NumberLists(table, starts: .singleStarts, numbers: .singles)
        providers = NumberLists(table, starts: .providerStarts, numbers: .providerNumbers)
        steps = NumberLists(table, starts: .stepStarts, numbers: .steps)
        places = table.records(.places)
    }

    /// One pass over the text for all rules.
    ///
    /// - Parameter conditionsHold: whether what must be so beside a rule's words is so.
    func search(_ text: FoldedText, where conditionsHold: (RuleConditions) -> Bool = { _ in true }) -> Found {
        let hits = matcher.hits(in: text.bytes.span)
        guard !hits.isEmpty else { return Found() }
        return Found(matches: matches(hits, in: text, where: conditionsHold), providers: providers(hits))
    }

    private func providers(_ hits: [PhraseMatcher.Hit]) -> [Int] {
        var found: [Int] = []
        for hit in hits {
            for rule in providers[hit.phrase] where !found.contains(Int(rule)) { found.append(Int(rule)) }
        }
        found.sort()
        return found
    }

    private func matches(
        _ hits: [PhraseMatcher.Hit], in text: FoldedText, where conditionsHold: (RuleConditions) -> Bool
    ) -> [Match] {
        var found: [Match] = []
        found.reserveCapacity(8)
        // Of the sequences that have begun, how far they are: few at a time.
        var progress: [(sequence: UInt32, place: UInt32, start: Int, end: Int)] = []
        progress.reserveCapacity(8)
        func add(_ rule: Int, _ range: Range<Int>) {
            if let known = found.firstIndex(where: { $0.rule == rule }) {
                // The longer phrase is the better evidence.
                if range.count > found[known].range.count { found[known].range = range }
            } else if rules[rule].conditions.map(conditionsHold) ?? true {
                found.append(Match(rule: rule, range: range))
            }
        }
        for hit in hits {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            // `ip * blocked` is not said of a recipient.
            guard text.startsWord(at: range.lowerBound) else { continue }
            for rule in single[hit.phrase] { add(Int(rule), range) }
            for index in steps[hit.phrase] {
                let step = places[Int(index)]
                let known = progress.firstIndex { $0.sequence == step.phrase }
                if step.place == 0 {
                    // The latest start wins: it leaves the most room for what follows.
                    if let known {
                        guard progress[known].place == 0 else { continue }
                        progress[known] = (step.phrase, 0, range.lowerBound, range.upperBound)
                    } else {
                        progress.append((step.phrase, 0, range.lowerBound, range.upperBound))
                    }
                    continue
                }
                guard let known, progress[known].place == step.place - 1, range.lowerBound >= progress[known].end
                else { continue }
                guard range.lowerBound - progress[known].end <= PhrasePattern.maximumGap else {
                    progress.remove(at: known)
                    continue
                }
                if step.is_last != 0 {
                    add(Int(step.rule), progress[known].start..<range.upperBound)
                    progress.remove(at: known)
                } else {
                    progress[known] = (step.phrase, step.place, progress[known].start, range.upperBound)
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
