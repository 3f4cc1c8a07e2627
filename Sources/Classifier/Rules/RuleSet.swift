import Bytes
import CRules

/// The rules about replies, of which one pass finds the words.
final class RuleSet: @unchecked Sendable {
    /// A rule that matched, and where.
    struct Match: Sendable, Equatable {
        /// Index into `rules`.
        var rule: Int
        /// The matched bytes of the folded text.
        var range: Range<Int>
        /// Where in the text it stands.
        var place: Clauses.Place
        /// The sentence only guesses.
        var isGuess = false
    }

    /// What a text holds.
    struct Found: Sendable {
        /// The rules that match, each once, the best first: by strength, then by place, then in the order of the table.
        var matches: [Match] = []
        /// The providers' rules whose first word the text holds, in the order of their table.
        var providers: [Int] = []
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
    /// The places at which a piece stands in phrases of several, by phrase number.
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
    ///   - parties: whose the addresses and hosts in it are.
    ///   - conditionsHold: whether what must be so besides a rule's words is so.
    func search(
        _ text: FoldedText, raw: [UInt8] = [], parties: Parties = Parties(),
        where conditionsHold: (RuleConditions) -> Bool = { _ in true }
    ) -> Found {
        let hits = matcher.hits(in: text.bytes.span)
        guard !hits.isEmpty else { return Found() }
        return Found(matches: matches(hits, in: text, raw, parties, where: conditionsHold), providers: providers(hits))
    }

    private func providers(_ hits: [PhraseMatcher.Hit]) -> [Int] {
        var found: [Int] = []
        for hit in hits {
            for rule in providers[hit.phrase] where !found.contains(Int(rule)) { found.append(Int(rule)) }
        }
        found.sort()
        return found
    }

    /// A word that names a subject.
    private struct Term {
        var subject: Subject
        var range: Range<Int>
        /// Which sign of the text it is, of an address.
        var sign = 0
    }

    /// Bytes between a subject and what is said of it, at the most.
    static let maximumDistance = 48
    /// Bytes between the sender and a subject of which he is the owner, at the most.
    static let maximumOwnerDistance = 24
    /// Bytes after a term up to which a predicate may follow that is said of it, or of a subject whose owner it names.
    private static let reach = 4 * maximumDistance

    /// The words of the hits that name subjects; of two of which one holds the other, the longer.
    private func terms(_ hits: [PhraseMatcher.Hit], in text: FoldedText, _ clauses: Clauses) -> [Term] {
        var terms: [Term] = []
        var signs = 0
        for hit in hits {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            guard text.startsWord(at: range.lowerBound), text.endsWord(at: range.upperBound, from: range.lowerBound)
            else { continue }
            for number in subjects[hit.phrase] {
                guard let subject = Subject(rawValue: UInt8(truncatingIfNeeded: number)) else { continue }
                if subject == .address { signs += 1 }
                while let last = terms.last, last.range.lowerBound >= range.lowerBound, last.range.count < range.count {
                    terms.removeLast()
                }
                if let last = terms.last, last.range.upperBound >= range.upperBound { continue }
                if subject != .address, clauses.isInPage(range) { continue }
                terms.append(Term(subject: subject, range: range, sign: signs - 1))
            }
        }
        return terms
    }

    /// The subject that a predicate at `range` is said of: the nearest one in the sentence.
    private func subject(
        of range: Range<Int>, among terms: ArraySlice<Term>, in text: FoldedText, _ raw: [UInt8], _ parties: Parties
    ) -> Term? {
        var best: (term: Term, distance: Int)?
        for term in terms where term.subject != .guess {
            guard term.range.lowerBound - range.upperBound <= RuleSet.maximumDistance else { break }
            guard let gap = RuleSet.gap(term.range, range), gap.count <= RuleSet.maximumDistance,
                gap.count < best?.distance ?? .max,
                // What follows a comma is another clause's.
                !(gap.lowerBound >= range.upperBound ? text.endsPart(in: gap) : text.endsSentence(in: gap))
            else { continue }
            best = (term, gap.count)
        }
        if best.map({ $0.distance > 1 }) ?? true, let host = text.host(before: range.lowerBound) {
            let name = String(decoding: text.bytes[host], as: UTF8.self)
            return Term(subject: parties.owner(ofHost: name), range: host)
        }
        guard var term = best?.term else { return nil }
        if term.subject == .address { term.subject = parties.owner(ofSign: term.sign, in: raw) }
        // The sender's domain, l'adresse de l'expéditeur.
        if [.recipient, .mailbox, .domain].contains(term.subject), isOfSender(term.range, among: terms, in: text) {
            term.subject = .sender
        }
        return term
    }

    /// Whether the sender is named close to the range, in the same part of a sentence.
    private func isOfSender(_ range: Range<Int>, among terms: ArraySlice<Term>, in text: FoldedText) -> Bool {
        terms.contains { term in
            guard term.subject == .sender || term.subject == .greeting else { return false }
            guard let gap = RuleSet.gap(term.range, range) else { return term.range != range }
            return gap.count <= RuleSet.maximumOwnerDistance && !text.endsPart(in: gap)
        }
    }

    /// What stands between two ranges that do not overlap.
    private static func gap(_ left: Range<Int>, _ right: Range<Int>) -> Range<Int>? {
        if left.upperBound <= right.lowerBound { return left.upperBound..<right.lowerBound }
        if right.upperBound <= left.lowerBound { return right.upperBound..<left.lowerBound }
        return nil
    }

    private func matches(
        _ hits: [PhraseMatcher.Hit], in text: FoldedText, _ raw: [UInt8], _ parties: Parties,
        where conditionsHold: (RuleConditions) -> Bool
    ) -> [Match] {
        let clauses = Clauses(text)
        var found: [Match] = []
        found.reserveCapacity(8)
        // Of the sequences that have begun, how far they are: few at a time.
        var progress: [(sequence: UInt32, place: UInt32, start: Int, end: Int)] = []
        progress.reserveCapacity(8)
        func add(_ rule: Int, _ range: Range<Int>) {
            let place = clauses.place(of: range)
            guard let known = found.firstIndex(where: { $0.rule == rule }) else {
                if rules[rule].conditions.map(conditionsHold) ?? true {
                    found.append(Match(rule: rule, range: range, place: place))
                }
                return
            }
            // The longer phrase is the better evidence.
            let old = found[known]
            if place < old.place || place == old.place && range.count > old.range.count {
                found[known] = Match(rule: rule, range: range, place: place)
            }
        }
        lazy var terms = self.terms(hits, in: text, clauses)
        // The first term that is near enough to what follows.
        var near = 0
        for hit in hits {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            // `ip * blocked` is not said of a recipient.
            guard text.startsWord(at: range.lowerBound) else { continue }
            for rule in single[hit.phrase] { add(Int(rule), range) }
            if !predicates[hit.phrase].isEmpty, text.endsWord(at: range.upperBound, from: range.lowerBound) {
                while near < terms.count, terms[near].range.upperBound + RuleSet.reach < range.lowerBound { near += 1 }
                if let term = subject(of: range, among: terms[near...], in: text, raw, parties) {
                    for rule in predicates[hit.phrase] where rules[Int(rule)].isAbout(term.subject) {
                        add(Int(rule), range.joined(with: term.range))
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
        if found.contains(where: { rules[$0.rule].reason.isHard }) {
            withoutVetoed(&found, terms[...], text, raw, parties, clauses)
        }
        return ranked(found)
    }

    /// The best first, and without a phrase within a longer one of the same strength, which says less than that:
    /// `blacklisted` in `from an address that has been blacklisted`.
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

    /// Takes out what would declare somebody dead in a sentence that says it of another, or only guesses.
    private func withoutVetoed(
        _ found: inout [Match], _ terms: ArraySlice<Term>, _ text: FoldedText, _ raw: [UInt8], _ parties: Parties,
        _ clauses: Clauses
    ) {
        let all = found
        // A mailbox that is full or locked is one that exists.
        let exists = all.contains { match in
            [.mailboxFull, .suspend].contains(rules[match.rule].reason) && rules[match.rule].strength == .sure
                && !match.place.isInPage
        }
        var guessed: Range<Int>?
        found = all.compactMap { match in
            guard rules[match.rule].reason.isHard else { return match }
            let sentence = clauses.sentence(around: match.range)
            let isGuess = terms.contains { term in
                guard term.subject == .guess else { return false }
                guard let gap = RuleSet.gap(term.range, match.range) else { return true }
                return gap.count <= RuleSet.maximumOwnerDistance && !text.endsPart(in: gap)
            }
            let isChoice = all.contains { other in
                guard !rules[other.rule].reason.isHard, rules[other.rule].strength >= .usual,
                    let gap = RuleSet.gap(other.range, match.range)
                else { return false }
                return sentence.contains(other.range.lowerBound) && text.contains(" or ", in: gap)
            }
            if exists, !isGuess { return nil }
            if isGuess || isChoice {
                if isGuess { guessed = sentence }
                var guess = match
                guess.isGuess = true
                return guess
            }
            let isGreeting = terms.contains { $0.subject == .greeting && sentence.contains($0.range.lowerBound) }
            let owners = terms.lazy.filter { $0.subject == .address && sentence.contains($0.range.lowerBound) }
                .map { parties.owner(ofSign: $0.sign, in: raw) }
            let namesSenderOnly = owners.contains(.sender) && !owners.contains(.recipient)
            if isGreeting || namesSenderOnly
                || rules[match.rule].subjects == 0 && isOfSender(match.range, among: terms, in: text)
            {
                return nil
            }
            return match
        }
        // In a list of guesses a full mailbox is another one.
        guard let guessed else { return }
        for index in found.indices where [.mailboxFull, .suspend].contains(rules[found[index].rule].reason) {
            if guessed.contains(found[index].range.lowerBound) { found[index].isGuess = true }
        }
    }
}

extension Range<Int> {
    /// From the start of the first to the end of the last of two ranges.
    fileprivate func joined(with other: Range<Int>) -> Range<Int> {
        Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
    }
}
