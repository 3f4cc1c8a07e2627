import Bytes
import CRules

/// The rules about replies, whose words are found in one pass.
final class RuleSet: @unchecked Sendable {
    /// A rule that matched, and where.
    struct Match: Sendable, Equatable {
        /// Index into `rules`.
        var rule: Int
        /// The matched bytes of the folded text.
        var range: Range<Int>
        /// Where in the text it is.
        var place: Clauses.Place
        /// The sentence is only a guess.
        var isGuess = false
    }

    /// What was found in a text.
    struct Found: Sendable {
        /// The rules that match, each once, the best first: by strength, then by place, then in the order of the table.
        var matches: [Match] = []
        /// The providers' rules whose first word the text holds, in the order of their table.
        var providers: [Int] = []
        /// Words of a permanent failure that are said about somebody other than the recipient.
        var ofOther: Match?
    }

    /// The rules of Rules/.
    static let standard = RuleSet(.standard)

    let rules: [ReasonRule]
    private let matcher: PhraseMatcher
    /// The rules that a single piece completes, by phrase number.
    private let single: NumberLists
    /// The providers' rules whose first word it is, by phrase number.
    private let providers: NumberLists
    /// The subjects that it names, by phrase number.
    private let subjects: NumberLists
    /// The rules of which it is the predicate, by phrase number.
    private let predicates: NumberLists
    /// The places at which a piece is in phrases of several, by phrase number.
    private let steps: NumberLists
    private let places: UnsafeBufferPointer<crules_place>

    init(_ table: RuleTable) {
        rules = table.records(.rules).map { ReasonRule($0, of: table) }
        matcher = table.phrases(.ruleWords)
        single = NumberLists(table, starts: .singleStarts, numbers: .singles)
        providers = NumberLists(table, starts: .providerStarts, numbers: .providerNumbers)
        subjects = NumberLists(table, starts: .subjectStarts, numbers: .subjectNumbers)
        predicates = NumberLists(table, starts: .predicateStarts, numbers: .predicateNumbers)
        steps = NumberLists(table, starts: .stepStarts, numbers: .steps)
        places = table.records(.places)
    }

    /// One pass over the text for all rules.
    ///
    /// - Parameters:
    ///   - raw: the text before it was folded.
    ///   - parties: to whom the addresses and hosts in it belong.
    ///   - conditionsHold: whether the other conditions of a rule are met.
    func search(
        _ text: FoldedText, raw: [UInt8] = [], parties: Parties = Parties(),
        where conditionsHold: (RuleConditions) -> Bool = { _ in true }
    ) -> Found {
        let hits = matcher.hits(in: text.bytes.span)
        guard !hits.isEmpty else { return Found() }
        var found = Found(providers: providers(hits))
        found.matches = matches(hits, in: text, raw, parties, &found.ofOther, where: conditionsHold)
        return found
    }

    private func providers(_ hits: [PhraseMatcher.Hit]) -> [Int] {
        var found: [Int] = []
        for hit in hits {
            for rule in providers[hit.phrase] where !found.contains(Int(rule)) { found.append(Int(rule)) }
        }
        found.sort()
        return found
    }

    /// The words of the hits that name subjects; if one contains another, the longer.
    private func terms(
        _ hits: [PhraseMatcher.Hit], in text: FoldedText, _ raw: [UInt8], _ parties: Parties, _ clauses: Clauses
    ) -> Terms {
        var terms = Terms(text, raw, parties)
        for hit in hits where !subjects[hit.phrase].isEmpty {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            guard text.startsWord(at: range.lowerBound), text.endsWord(at: range.upperBound, from: range.lowerBound)
            else { continue }
            for number in subjects[hit.phrase] {
                guard let subject = Subject(rawValue: UInt8(truncatingIfNeeded: number)) else { continue }
                terms.add(subject, range, isInPage: clauses.isInPage(range))
            }
        }
        return terms
    }

    private func matches(
        _ hits: [PhraseMatcher.Hit], in text: FoldedText, _ raw: [UInt8], _ parties: Parties,
        _ ofOther: inout Match?, where conditionsHold: (RuleConditions) -> Bool
    ) -> [Match] {
        let clauses = Clauses(text)
        var found: [Match] = []
        found.reserveCapacity(8)
        // The progress of the sequences that have begun: few at a time.
        var progress: [(sequence: UInt32, place: UInt32, start: Int, end: Int)] = []
        progress.reserveCapacity(8)
        // A text may contain the words of a rule a thousand times, and checking its conditions reads the whole text.
        var refused: [Int] = []
        func add(_ rule: Int, _ range: Range<Int>) {
            guard let known = found.firstIndex(where: { $0.rule == rule }) else {
                guard !refused.contains(rule) else { return }
                if rules[rule].conditions.map(conditionsHold) ?? true {
                    found.append(Match(rule: rule, range: range, place: clauses.place(of: range)))
                } else {
                    refused.append(rule)
                }
                return
            }
            let place = clauses.place(of: range)
            // The longer phrase is the better evidence.
            let old = found[known]
            if place < old.place || place == old.place && range.count > old.range.count {
                found[known] = Match(rule: rule, range: range, place: place)
            }
        }
        lazy var terms = self.terms(hits, in: text, raw, parties, clauses)
        var last: (predicate: Int, range: Range<Int>)?
        for hit in hits {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            // `ip * blocked` is not said of a recipient.
            guard text.startsWord(at: range.lowerBound) else { continue }
            for rule in single[hit.phrase] { add(Int(rule), range) }
            if !predicates[hit.phrase].isEmpty, text.endsWord(at: range.upperBound, from: range.lowerBound) {
                // Of `does not exist` and `not exist` the longer is what is said.
                let isWithin =
                    last.map {
                        $0.range.upperBound == range.upperBound && $0.range.lowerBound < range.lowerBound
                            && predicates[$0.predicate].elementsEqual(predicates[hit.phrase])
                    } ?? false
                if !isWithin {
                    last = (hit.phrase, range)
                    if let term = terms.subject(of: range) {
                        for rule in predicates[hit.phrase] where rules[Int(rule)].isAbout(term.subject) {
                            add(Int(rule), range.joined(with: term.range))
                        }
                    }
                }
            }
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
                let gap = progress[known].end..<range.lowerBound
                guard gap.count <= PhrasePattern.maximumGap, !text.endsSentence(in: gap) else {
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
        if found.contains(where: { rules[$0.rule].reason.isHard }) { ofOther = withoutVetoed(&found, terms, clauses) }
        return ranked(found)
    }

    /// The best first, without phrases within a longer one of the same strength, which are less specific: `blacklisted`
    /// in `from an address that has been blacklisted`.
    private func ranked(_ all: [Match]) -> [Match] {
        guard all.count > 1 else { return all }
        var found = all
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
            if a != b { return a > b }
            return left.place == right.place ? left.rule < right.rule : left.place < right.place
        }
        return found
    }

    /// Removes matches that would declare an address dead if the sentence is about somebody else, or is only a guess.
    ///
    /// - Returns: what was said about somebody else, if nothing else declares the recipient dead.
    private func withoutVetoed(_ found: inout [Match], _ terms: Terms, _ clauses: Clauses) -> Match? {
        let all = found
        var ofOther: Match?
        // A mailbox that is full or locked is one that exists.
        let exists = all.contains { other in
            [.mailboxFull, .suspend].contains(rules[other.rule].reason) && rules[other.rule].strength == .sure
                && !other.place.isInPage
        }
        lazy var choices = terms.choices
        var guessed: Range<Int>?
        found = all.compactMap { match in
            let rule = rules[match.rule]
            guard rule.reason.isHard else { return match }
            let isGuess = terms.isGuess(match.range)
            if exists, !isGuess { return nil }
            let sentence = clauses.sentence(around: match.range)
            let isChoice = all.contains { other in
                !rules[other.rule].reason.isHard && rules[other.rule].strength >= .usual
                    && sentence.contains(other.range.lowerBound) && choices.stand(between: other.range, match.range)
            }
            if isGuess || isChoice {
                if isGuess { guessed = sentence }
                var guess = match
                guess.isGuess = true
                return guess
            }
            // `Rejected as spam; users not found in our list`: the message was refused for the first reason.
            let isOfMessage = all.contains { other in
                RuleSet.isOfMessage.contains(rules[other.rule].reason) && rules[other.rule].strength == .sure
                    && !other.place.isInPage && sentence.contains(other.range.lowerBound)
                    && other.range.upperBound <= match.range.lowerBound && !terms.isOfRecipient(match.range)
            }
            let isOther =
                terms.hasGreeting(in: sentence, about: match.range) || terms.namesSenderOnly(in: sentence)
                || terms.isOfOther(match.range, in: sentence, isHost: rule.reason == .hostUnknown)
                || rule.subjects == 0 && terms.isOfSender(match.range)
            if isOther { ofOther = ofOther ?? match }
            return isOther || isOfMessage ? nil : match
        }
        // In a list of possible causes a full mailbox is only one of them.
        if let guessed {
            for index in found.indices where [.mailboxFull, .suspend].contains(rules[found[index].rule].reason) {
                if guessed.contains(found[index].range.lowerBound) { found[index].isGuess = true }
            }
        }
        return found.contains { rules[$0.rule].reason.isHard } ? nil : ofOther
    }

    /// Reasons for which a message or its sender is refused, whoever the recipient is.
    private static let isOfMessage: Set<Reason> = [
        .spamDetected, .virusDetected, .policyViolation, .blocked, .badReputation, .speeding, .authFailure, .requirePTR,
    ]
}

extension Range<Int> {
    /// From the start of the first to the end of the last of two ranges.
    fileprivate func joined(with other: Range<Int>) -> Range<Int> {
        Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
    }
}
