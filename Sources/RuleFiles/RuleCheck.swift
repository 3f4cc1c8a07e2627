import Classifier
import Verdict

/// Finds mistakes in rules: phrases that occur twice, that no text can contain, or that never decide.
package struct RuleCheck {
    package private(set) var problems: [RuleProblem]

    /// Checks the project's own rules, all files together.
    package init(ours file: RuleFile) {
        problems = file.problems
        checkReplies(file.rules.filter { $0.all.isEmpty })
        for rule in file.rules { checkOurs(rule) }
        checkNames(file.rules.map { ($0.id, $0.place) })
        checkNames(file.servers.map { ($0.id, $0.place) })
        for place in Dialect.Place.allCases {
            checkTwice(file.servers.flatMap { server in server.signs.filter { $0.place == place }.map(\.words) })
        }
        for set in PhraseSet.allCases { checkTwice(file.words.filter { $0.meaning.set == set }.flatMap(\.any)) }
        checkTwice(file.listed.flatMap(\.any))
        for words in file.words { checkFolding(words.any) }
        checkTwice(file.subjects.flatMap(\.any))
        checkTwice(file.predicates.flatMap(\.any))
        for entry in file.subjects { checkFolding(entry.any) }
        for entry in file.predicates { checkFolding(entry.any) }
        for rule in file.rules {
            guard let predicate = rule.predicate, !file.predicates.contains(where: { $0.meaning == predicate.text })
            else {
                continue
            }
            note(predicate.place, "there is no [[predicate]] of the name \(predicate.text)")
        }
        for server in file.servers {
            checkFolding(server.signs.filter { $0.place == .text || $0.place == .subject }.map(\.words))
            checkFolding(server.sentences.map(\.words))
            for (words, _) in server.sentences where words.text.contains("*") {
                note(words.place, "\(shown(words)) has a *, and a server's sentence is compared as it stands")
            }
            for sign in server.signs where sign.words.text != sign.words.text.lowercased() {
                note(sign.words.place, "\(shown(sign.words)) has a capital letter, and is compared in lower case")
            }
        }
        for entry in file.entries where entry.source == nil {
            note(
                entry.place,
                "source is missing: say where the words are from (an RFC, a server's file, a page, or observed)")
        }
        sort()
    }

    /// Checks an administrator's rules, of which the first that applies decides.
    package init(administrators file: RuleFile) {
        problems = file.problems + file.foreignTables + file.foreignKeys
        checkNames(file.rules.map { ($0.id, $0.place) })
        for (number, rule) in file.rules.enumerated() {
            checkKind(rule)
            checkSense(rule)
            checkTwice(rule.any, as: RuleCheck.folded)
            checkTwice(rule.all, as: RuleCheck.folded)
            if let earlier = file.rules[..<number].first(where: { $0.isAlwaysTrue(where: rule) }) {
                note(
                    rule.place,
                    "rule \(rule.id) never decides: \(earlier.id) on line "
                        + "\(earlier.place.position.line) applies whenever it does")
            }
        }
        sort()
    }

    private mutating func sort() {
        problems.sort {
            ($0.place.file, $0.place.position.line, $0.place.position.column)
                < ($1.place.file, $1.place.position.line, $1.place.position.column)
        }
    }

    private mutating func note(_ place: RulePlace, _ message: String) {
        problems.append(RuleProblem(place: place, message: message))
    }

    private func shown(_ text: PlacedText) -> String { "\"\(text.text.prefix(60))\"" }

    // MARK: what occurs twice

    private mutating func checkNames(_ names: [(name: String, place: RulePlace)]) {
        var first: [String: RulePlace] = [:]
        for (name, place) in names {
            guard let known = first[name] else {
                first[name] = place
                continue
            }
            note(place, "the name \(name) is given a second time; the first is on line \(known.position.line)")
        }
    }

    /// Phrases of one set, of which the second never counts.
    private mutating func checkTwice(_ phrases: [PlacedText], as form: (String) -> String = { $0 }) {
        var first: [String: RulePlace] = [:]
        for phrase in phrases {
            let text = form(phrase.text)
            guard let known = first[text] else {
                first[text] = phrase.place
                continue
            }
            note(phrase.place, "\(shown(phrase)) is given here a second time; the first is at \(known)")
        }
    }

    // MARK: what no text can contain

    private static func folded(_ text: String) -> String { String(decoding: FoldedText(text).bytes, as: UTF8.self) }

    private mutating func checkFolding(_ phrases: [PlacedText]) {
        for phrase in phrases {
            for piece in PhrasePattern.pieces(of: phrase.text) {
                let met = RuleCheck.folded("x \(piece) x")
                guard !met.contains(piece) else { continue }
                let better = met.dropFirst(2).dropLast(2)
                note(
                    phrase.place,
                    "\(shown(phrase)) stands in no folded text; there it is \"\(better.prefix(60))\"")
                break
            }
        }
    }

    // MARK: what never decides

    private mutating func checkOurs(_ rule: RuleEntry) {
        checkFolding(rule.any + rule.all + rule.against)
        checkKind(rule)
        if rule.reason == nil { note(rule.place, "rule \(rule.id): a rule of the project gives a reason") }
        if rule.kind != nil || rule.messageClass != nil || rule.reply != nil || rule.header != nil {
            note(rule.place, "rule \(rule.id): kind, class, reply and header are for rules of an administrator only")
        }
        if !rule.all.isEmpty, !rule.any.isEmpty || !rule.against.isEmpty || rule.stage != nil || rule.needsProof {
            note(rule.place, "rule \(rule.id): all goes with hosts and status only")
        }
        if !rule.all.isEmpty, let status = rule.status, status.text.contains("*") {
            note(status.place, "rule \(rule.id): with all, the status has three numbers")
        }
    }

    /// A temporary failure is never hard, whatever a rule says.
    private mutating func checkKind(_ rule: RuleEntry) {
        let isHard = rule.kind.map { $0.value == .hard } ?? rule.reason?.isHard ?? false
        guard isHard else { return }
        let place = rule.kind?.place ?? rule.place
        if let status = rule.status, StatusPattern(status.text)?.isTransient ?? false {
            note(place, "rule \(rule.id) says hard of status \(status.text): a failure of the moment is never hard")
        } else if let reply = rule.reply, reply.text.hasPrefix("4") {
            note(place, "rule \(rule.id) says hard of reply \(reply.text): a failure of the moment is never hard")
        }
    }

    /// If a text has phrases of several rules, the strongest rule decides, then the position in the text, then the
    /// first rule.
    private mutating func checkReplies(_ rules: [RuleEntry]) {
        let unconditional = rules.filter { !$0.hasConditions }
        let words = unconditional.flatMap { rule in rule.any.map { (rule: rule, phrase: $0) } }
        var holders: [String: [(rule: RuleEntry, phrase: PlacedText)]] = [:]
        for item in words { holders[item.phrase.text, default: []].append(item) }
        for rule in rules {
            for phrase in rule.any {
                // In a rule with another reason it says what comes second.
                let others =
                    holders[phrase.text]?.filter {
                        $0.rule.strength == rule.strength && $0.rule.reason == rule.reason
                    } ?? []
                guard let first = others.first, first.phrase.place != phrase.place else { continue }
                note(
                    phrase.place,
                    "\(shown(phrase)) never decides: it stands in \(first.rule.id) at \(first.phrase.place)"
                )
            }
            let stronger = words.filter { $0.rule.strength > rule.strength && $0.rule.reason != rule.reason }
            let isShadowed =
                !rule.any.isEmpty
                && rule.any.allSatisfy { phrase in
                    stronger.contains { RuleCheck.holds(phrase.text, $0.phrase.text) }
                }
            if isShadowed {
                note(rule.place, "rule \(rule.id) never decides: each of its phrases holds one of a stronger rule")
            }
        }
    }

    /// Warnings about rules that an administrator may have meant differently.
    private mutating func checkSense(_ rule: RuleEntry) {
        for phrase in rule.any where !CustomRule.saysSomething(phrase.text.filter { $0 != "*" }) {
            note(phrase.place, "rule \(rule.id): \(shown(phrase)) holds no word to look for")
        }
        let unused = rule.against.map { RuleCheck.folded($0.text) }
        let isNever =
            !rule.any.isEmpty
            && rule.any.allSatisfy { phrase in
                unused.contains { RuleCheck.holds(RuleCheck.folded(phrase.text), $0) }
            }
        if isNever { note(rule.place, "rule \(rule.id) never decides: against holds what each of its phrases says") }
        for host in rule.hosts where !host.utf8.allSatisfy({ $0.isLetterOrDigit || "-._".utf8.contains($0) }) {
            note(
                rule.place,
                "rule \(rule.id): \"\(host.prefix(60))\" is no end of a host name; write partner.example, which takes in "
                    + "all hosts below it")
        }
        guard rule.kind?.value == .hard || rule.kind == nil && rule.reason?.isHard ?? false else { return }
        if rule.any.isEmpty, rule.all.isEmpty, rule.status == nil, rule.reply == nil, rule.header == nil,
            rule.hosts.isEmpty
        {
            note(
                rule.place,
                "rule \(rule.id) says hard of every refusal at its stage: give words, status or reply, too"
            )
        }
        if let reason = rule.reason, reason.party == .sender, rule.party == nil {
            note(
                rule.kind?.place ?? rule.place,
                "rule \(rule.id) says hard of \(reason.rawValue), which is the sender's fault: a dead address has another reason"
            )
        }
    }

    /// Whether every text with a phrase also has another one.
    fileprivate static func holds(_ phrase: String, _ inner: String) -> Bool {
        if phrase == inner { return true }
        return !inner.contains("*")
            && PhrasePattern.pieces(of: phrase).contains { piece in
                var text = piece[...]
                while let range = text.firstRange(of: inner) {
                    if range.lowerBound == piece.startIndex || !piece[piece.index(before: range.lowerBound)].isLetter {
                        return true
                    }
                    text = text[text.index(after: range.lowerBound)...]
                }
                return false
            }
    }
}

extension RuleEntry {
    /// Whether there are conditions in addition to the words.
    fileprivate var hasConditions: Bool {
        status != nil || reply != nil || stage != nil || header != nil || !hosts.isEmpty || !against.isEmpty
    }

    /// Whether an administrator's rule applies wherever another one does.
    fileprivate func isAlwaysTrue(where rule: RuleEntry) -> Bool {
        guard (messageClass == nil) == (rule.messageClass == nil), against.isEmpty, !needsProof else { return false }
        func isSameOrAny<Value: Equatable>(_ mine: Value?, _ theirs: Value?) -> Bool { mine == nil || mine == theirs }
        func fold(_ text: PlacedText) -> String { String(decoding: FoldedText(text.text).bytes, as: UTF8.self) }
        let theirs = rule.all.map(fold)
        return isSameOrAny(status?.text, rule.status?.text) && isSameOrAny(reply?.text, rule.reply?.text)
            && isSameOrAny(stage, rule.stage)
            && (header == nil
                || header?.name == rule.header?.name && isSameOrAny(header?.contains, rule.header?.contains))
            && (hosts.isEmpty || !rule.hosts.isEmpty && Set(rule.hosts).isSubset(of: hosts))
            && all.map(fold).allSatisfy { words in theirs.contains { $0.contains(words) } }
            && (any.isEmpty
                || !rule.any.isEmpty
                    && rule.any.allSatisfy { phrase in any.contains { RuleCheck.holds(fold(phrase), fold($0)) } })
    }
}
