import CRules
import Classifier
import RuleFiles

/// Compiles rules into the table that `RuleTable` reads.
package struct RuleCompiler {
    /// A range for each section, and the sections.
    package private(set) var numbers: [UInt32] = []
    package private(set) var text: [UInt8] = []

    private var sections: [RuleTable.Section: [UInt32]] = [:]
    private var ranges: [String: crules_range] = [:]
    /// Ranges of the text, in lists.
    private var strings: [crules_range] = []

    package init(_ file: RuleFile) throws(PhraseTable.TooLarge) {
        try addRules(file)
        try addServers(file.servers)
        try addListed(file)
        for set in PhraseSet.allCases {
            let words = file.words.filter { $0.meaning.set == set }
            try add(words.flatMap { entry in entry.any.map { ($0.text, entry.meaning.number) } }, to: set.sections)
        }
        sections[.strings] = compile_rules.numbers(of: strings)
        lay()
    }

    /// Concatenates the sections. Records are aligned to cache lines.
    private mutating func lay() {
        numbers = Array(repeating: 0, count: 2 * RuleTable.Section.allCases.count)
        for section in RuleTable.Section.allCases {
            let content = sections[section] ?? []
            while numbers.count % 4 != 0 { numbers.append(0) }
            numbers[2 * section.rawValue] = UInt32(numbers.count)
            numbers[2 * section.rawValue + 1] = UInt32(content.count)
            numbers += content
        }
    }

    // MARK: rules about replies

    private mutating func addRules(_ file: RuleFile) throws(PhraseTable.TooLarge) {
        // Rules whose words must all be in a text are found by the first of them.
        let (providers, rules) = (file.rules.filter { !$0.all.isEmpty }, file.rules.filter { $0.all.isEmpty })
        sections[.rules] = compile_rules.numbers(of: rules.map { record($0) })
        sections[.providers] = compile_rules.numbers(of: providers.map { record($0) })
        var words = PhraseList()
        var (single, steps): ([(list: Int, number: Int)], [(list: Int, number: Int)]) = ([], [])
        var places: [crules_place] = []
        var sequences: UInt32 = 0
        for (index, rule) in rules.enumerated() {
            for phrase in rule.any {
                let pieces = PhrasePattern.pieces(of: phrase.text)
                if pieces.count == 1 {
                    single.append((words.number(of: pieces[0]), index))
                    continue
                }
                for (place, piece) in pieces.enumerated() {
                    steps.append((words.number(of: piece), places.count))
                    places.append(
                        crules_place(
                            phrase: sequences, place: UInt32(place), is_last: place == pieces.count - 1 ? 1 : 0,
                            rule: UInt32(index)))
                }
                sequences += 1
            }
        }
        let subjects = file.subjects.flatMap { entry in
            entry.any.map { (list: words.number(of: $0.text), number: Int(entry.meaning.rawValue)) }
        }
        let predicates = file.predicates.flatMap { entry in
            let theirs = rules.indices.filter { rules[$0].predicate?.text == entry.meaning }
            return entry.any.flatMap { word in
                let phrase = words.number(of: word.text)
                return theirs.map { (list: phrase, number: $0) }
            }
        }
        let firsts = providers.enumerated().map { (list: words.number(of: $1.all[0].text), number: $0) }
        let numbers = try add(words.phrases, to: .ruleWords)
        sections[.places] = compile_rules.numbers(of: places)
        addLists(single, numbers, to: (.singleStarts, .singles))
        addLists(firsts, numbers, to: (.providerStarts, .providerNumbers))
        addLists(subjects, numbers, to: (.subjectStarts, .subjectNumbers))
        addLists(predicates, numbers, to: (.predicateStarts, .predicateNumbers))
        addLists(steps, numbers, to: (.stepStarts, .steps))
    }

    private mutating func record(_ rule: RuleEntry) -> crules_rule {
        var record = crules_rule()
        record.id = range(rule.id)
        record.source = range(rule.source ?? "")
        record.reason = number(of: rule.reason ?? .undefined)
        record.strength = UInt32(rule.strength.rawValue)
        record.party = rule.party.map { number(of: $0) + 1 } ?? 0
        record.flags =
            (rule.isBare ? 1 : 0) | (rule.isPlainRefusal ? 2 : 0) | (rule.needsProof ? 4 : 0)
            | (rule.isWrapper ? 8 : 0)
        record.subjects = rule.subjects.reduce(0) { $0 | $1.bit }
        record.phrase_count = UInt32(rule.any.count)
        record.status = rule.status.flatMap { StatusPattern($0.text)?.packed } ?? 0
        record.stage = rule.stage.map { UInt32($0) + 1 } ?? 0
        record.hosts = list(rule.hosts)
        record.words = list(rule.all.map(\.text))
        record.against = list(rule.against.map(\.text))
        return record
    }

    /// Adds lists of numbers, each number with the phrase to whose list it is appended; `numbers` are those of the phrases.
    private mutating func addLists(
        _ pairs: [(list: Int, number: Int)], _ numbers: [Int],
        to sections: (starts: RuleTable.Section, numbers: RuleTable.Section)
    ) {
        var lists = Array(repeating: [UInt32](), count: numbers.count)
        for pair in pairs { lists[numbers[pair.list]].append(UInt32(pair.number)) }
        var starts: [UInt32] = [0]
        for list in lists { starts.append((starts.last ?? 0) + UInt32(list.count)) }
        self.sections[sections.starts] = starts
        self.sections[sections.numbers] = lists.flatMap { $0 }
    }

    // MARK: servers and relays

    private mutating func addServers(_ servers: [ServerEntry]) throws(PhraseTable.TooLarge) {
        var (records, sentences): ([crules_server], [crules_meaning]) = ([], [])
        for server in servers {
            let start = UInt32(sentences.count)
            sentences += server.sentences.map {
                crules_meaning(words: range($0.words.text), meaning: number(of: $0.reason))
            }
            records.append(
                crules_server(
                    id: range(server.id), code: server.code.map { number(of: $0) + 1 } ?? 0,
                    sentences: crules_range(at: start, count: UInt32(sentences.count) - start)))
        }
        sections[.servers] = compile_rules.numbers(of: records)
        sections[.sentences] = compile_rules.numbers(of: sentences)
        for place in Dialect.Place.allCases {
            let signs = servers.enumerated().flatMap { number, server in
                server.signs.filter { $0.place == place }.map { ($0.words.text, number) }
            }
            try add(signs, to: place.sections)
        }
    }

    private mutating func addListed(_ file: RuleFile) throws(PhraseTable.TooLarge) {
        let listed = file.listed.flatMap { entry in entry.any.map { ($0.text, entry.meaning) } }
        sections[.listed] = compile_rules.numbers(
            of: listed.map { crules_meaning(words: range($0.0), meaning: number(of: $0.1)) })
        try add(listed.enumerated().map { ($1.0, $0) }, to: (.listedWords, .listedMeanings))
        sections[.relays] = hosts(file.relays)
        sections[.habits] = hosts(file.habits)
    }

    private mutating func hosts<Meaning: CaseIterable & Equatable>(_ entries: [WordsEntry<Meaning>]) -> [UInt32] {
        let hosts = entries.flatMap { entry in entry.any.map { ($0.text, entry.meaning) } }
        return compile_rules.numbers(
            of: hosts.map { crules_meaning(words: range($0.0), meaning: number(of: $0.1)) })
    }

    // MARK: phrases and texts

    /// Adds phrases, and what each means. A duplicate has its first meaning.
    private mutating func add(
        _ table: [(phrase: String, meaning: Int)], to sections: (words: RuleTable.Section, meanings: RuleTable.Section)
    ) throws(PhraseTable.TooLarge) {
        var words = PhraseList()
        var meanings: [UInt32] = []
        for (phrase, meaning) in table where words.number(of: phrase) == meanings.count {
            meanings.append(UInt32(meaning))
        }
        let numbers = try add(words.phrases, to: sections.words)
        var sorted = meanings
        for (number, meaning) in zip(numbers, meanings) { sorted[number] = meaning }
        self.sections[sections.meanings] = sorted
    }

    /// Adds phrases.
    ///
    /// - Returns: the number of each in the table.
    private mutating func add(_ phrases: [[UInt8]], to section: RuleTable.Section) throws(PhraseTable.TooLarge) -> [Int]
    {
        let sorted = PhraseTable.sorted(phrases)
        let places = sorted.map { range(String(decoding: $0, as: UTF8.self)).at }
        sections[section] = try PhraseTable(sorted, at: places).image
        let numbers = Dictionary(zip(sorted, sorted.indices), uniquingKeysWith: { first, _ in first })
        return phrases.compactMap { numbers[$0] }
    }

    private mutating func range(_ string: String) -> crules_range {
        if let known = ranges[string] { return known }
        let range = crules_range(at: UInt32(text.count), count: UInt32(string.utf8.count))
        text += Array(string.utf8)
        ranges[string] = range
        return range
    }

    private mutating func list(_ strings: [String]) -> crules_range {
        let start = UInt32(self.strings.count)
        for string in strings { self.strings.append(range(string)) }
        return crules_range(at: start, count: UInt32(strings.count))
    }

    /// The place of a case among all.
    private func number<Case: CaseIterable & Equatable>(of item: Case) -> UInt32 {
        UInt32(Case.allCases.enumerated().first { $0.element == item }?.offset ?? 0)
    }
}

/// Phrases, numbered in the order in which they are first met.
private struct PhraseList {
    private(set) var phrases: [[UInt8]] = []
    private var numbers: [String: Int] = [:]

    mutating func number(of phrase: String) -> Int {
        if let known = numbers[phrase] { return known }
        numbers[phrase] = phrases.count
        phrases.append(Array(phrase.utf8))
        return phrases.count - 1
    }
}

extension RuleTable {
    /// Compiles rules. The memory of the table is never freed.
    package init(compiling rules: RuleFile) throws(PhraseTable.TooLarge) {
        let compiler = try RuleCompiler(rules)
        let numbers = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: compiler.numbers.count)
        _ = numbers.initialize(from: compiler.numbers)
        let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: compiler.text.count)
        _ = text.initialize(from: compiler.text)
        self.init(numbers: UnsafeBufferPointer(numbers), text: UnsafeBufferPointer(text))
    }
}
