import MIME

/// The rule table, compiled once into one automaton.
final class RuleSet: Sendable {
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

    /// The subjects that a phrase names, by phrase number.
    private let subjects: NumberLists
    /// The rules of which it is the predicate, by phrase number.
    private let predicates: NumberLists

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
        var subjects: [(list: Int, number: Int)] = []
        for (subject, words) in Words.subjects {
            for word in words { subjects.append((number(of: word), Int(subject.rawValue))) }
        }
        var predicates: [(list: Int, number: Int)] = []
        for (predicate, words) in Words.predicates {
            for (index, rule) in rules.enumerated() where rule.meaning?.predicate == predicate {
                for word in words { predicates.append((number(of: word), index)) }
            }
        }
        if let rule = rules.firstIndex(where: {
            $0.meaning?.subjects == [.recipient, .mailbox] && $0.meaning?.predicate == .absent
        }) {
            for template in Words.templates {
                for word in Words.english { single.append((number(of: template.replacing("{}", with: word)), rule)) }
            }
        }
        let providers = providerRules.enumerated().map { (list: number(of: $1.words[0]), number: $0) }
        matcher = PhraseMatcher(phrases)
        self.providers = NumberLists(providers, count: phrases.count)
        self.single = NumberLists(single, count: phrases.count)
        self.subjects = NumberLists(subjects, count: phrases.count)
        self.predicates = NumberLists(predicates, count: phrases.count)
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
    ///
    /// - Parameters:
    ///   - raw: the text before it was folded.
    ///   - parties: whose the addresses and hosts in it are.
    func search(_ text: FoldedText, raw: [UInt8] = [], parties: Parties = Parties()) -> Found {
        let hits = matcher.hits(in: text.bytes.span)
        guard !hits.isEmpty else { return Found() }
        return Found(matches: matches(hits, in: text, raw, parties), providers: providers(hits))
    }

    private func providers(_ hits: [PhraseMatcher.Hit]) -> [Int] {
        var found: [Int] = []
        for hit in hits {
            for rule in providers[hit.phrase] where !found.contains(rule) { found.append(rule) }
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

    /// The words of the hits that name subjects; of two of which one holds the other, the longer.
    private func terms(_ hits: [PhraseMatcher.Hit], in text: FoldedText, _ clauses: Clauses) -> [Term] {
        var terms: [Term] = []
        var signs = 0
        for hit in hits {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            guard text.startsWord(at: range.lowerBound), text.endsWord(at: range.upperBound, from: range.lowerBound)
            else { continue }
            for number in subjects[hit.phrase] {
                guard let subject = Subject(rawValue: UInt8(number)) else { continue }
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
                gap.count < best?.distance ?? .max, !text.endsSentence(in: gap)
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
        _ hits: [PhraseMatcher.Hit], in text: FoldedText, _ raw: [UInt8], _ parties: Parties
    ) -> [Match] {
        let clauses = Clauses(text)
        var found: [Match] = []
        found.reserveCapacity(8)
        // Of the sequences that have begun, how far they are: few at a time.
        var progress: [(sequence: Int, place: Int, start: Int, end: Int)] = []
        progress.reserveCapacity(8)
        func add(_ rule: Int, _ range: Range<Int>) {
            let place = clauses.place(of: range)
            guard let known = found.firstIndex(where: { $0.rule == rule }) else {
                return found.append(Match(rule: rule, range: range, place: place))
            }
            // The longer phrase is the better evidence.
            let old = found[known]
            if place < old.place || place == old.place && range.count > old.range.count {
                found[known] = Match(rule: rule, range: range, place: place)
            }
        }
        let terms = self.terms(hits, in: text, clauses)
        // The first term that is near enough to what follows.
        var near = 0
        for hit in hits {
            let range = (hit.end - matcher.length(of: hit.phrase))..<hit.end
            // `ip * blocked` is not said of a recipient.
            guard text.startsWord(at: range.lowerBound) else { continue }
            while near < terms.count, terms[near].range.upperBound + 4 * RuleSet.maximumDistance < range.lowerBound {
                near += 1
            }
            for rule in single[hit.phrase] { add(rule, range) }
            if !predicates[hit.phrase].isEmpty, text.endsWord(at: range.upperBound, from: range.lowerBound),
                let term = subject(of: range, among: terms[near...], in: text, raw, parties)
            {
                for rule in predicates[hit.phrase] where rules[rule].meaning?.subjects.contains(term.subject) ?? false {
                    add(
                        rule,
                        min(range.lowerBound, term.range.lowerBound)..<max(range.upperBound, term.range.upperBound))
                }
            }
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
                let gap = progress[known].end..<range.lowerBound
                guard gap.count <= RuleSet.maximumGap, !text.endsSentence(in: gap) else {
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
        withoutVetoed(&found, terms[...], text, clauses)
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
            if a != b { return a > b }
            return left.place == right.place ? left.rule < right.rule : left.place < right.place
        }
        return found
    }

    /// Takes out what would declare somebody dead in a sentence that says it of another, or only guesses.
    private func withoutVetoed(
        _ found: inout [Match], _ terms: ArraySlice<Term>, _ text: FoldedText, _ clauses: Clauses
    ) {
        guard found.contains(where: { rules[$0.rule].reason.isHard }) else { return }
        let all = found
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
            // A mailbox that is full or locked is one that exists.
            let exists = all.contains { other in
                [.mailboxFull, .suspend].contains(rules[other.rule].reason) && rules[other.rule].strength == .sure
                    && !other.place.isInPage
            }
            if exists { return nil }
            if isGuess || isChoice {
                var guess = match
                guess.isGuess = true
                return guess
            }
            let isGreeting = terms.contains { $0.subject == .greeting && sentence.contains($0.range.lowerBound) }
            if isGreeting || rules[match.rule].meaning == nil && isOfSender(match.range, among: terms, in: text) {
                return nil
            }
            return match
        }
    }
}
