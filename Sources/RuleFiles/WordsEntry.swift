import Classifier
import Verdict

/// A table of a rules file: its position, and its source.
protocol FileEntry: Sendable {
    var place: RulePlace { get }
    var source: String? { get }
}

/// A `[[words]]`, `[[listed]]`, `[[relay]]`, `[[habit]]`, `[[subject]]` or `[[predicate]]`: texts that mean one thing.
package struct WordsEntry<Meaning: Sendable>: FileEntry {
    package let place: RulePlace
    package let meaning: Meaning
    package let any: [PlacedText]
    package let source: String?

    /// - Parameters:
    ///   - key: the key of the texts.
    ///   - hasLanguage: the table may say of which language they are.
    ///   - meaning: reads what they mean.
    private init(
        _ reader: RuleReader, key: String = "any", hasLanguage: Bool = false,
        meaning: (inout RuleReader) throws(RuleProblem) -> Meaning
    ) throws(RuleProblem) {
        var reader = reader
        place = reader.place
        self.meaning = try meaning(&reader)
        any = try reader.texts(key)
        source = try reader.text("source")?.text
        if hasLanguage { _ = try reader.text("language") }
        try reader.rejectUnknownKeys()
    }
}

/// What the words of a set mean.
package struct SetMeaning: Sendable {
    package let set: PhraseSet
    /// The number among the cases of the set.
    package let number: Int
}

extension WordsEntry<SetMeaning> {
    /// A `[[words]]`: phrases of a set, which say one thing.
    init(words reader: RuleReader) throws(RuleProblem) {
        try self.init(reader) { reader throws(RuleProblem) in
            guard let set = try reader.word("set", of: PhraseSet.self) else {
                throw reader.wrong("set", "is missing: say where the words are looked for")
            }
            let meanings = set.meanings.enumerated().map { (name: $0.element, word: $0.offset) }
            guard let number = try reader.word("id", of: meanings) else {
                throw reader.wrong("id", "is missing: say what the words mean")
            }
            return SetMeaning(set: set, number: number)
        }
    }
}

extension WordsEntry<Reason> {
    /// A `[[listed]]`: what a relay says about an address on its suppression list.
    init(listed reader: RuleReader) throws(RuleProblem) {
        try self.init(reader) { reader throws(RuleProblem) in
            guard let reason = try reader.word("reason", of: Reason.self) else {
                throw reader.wrong("reason", "is missing: say what put the address on the list")
            }
            return reason
        }
    }
}

extension WordsEntry<Relay> {
    /// A `[[relay]]`: the domains of the servers of one.
    init(relay reader: RuleReader) throws(RuleProblem) {
        try self.init(reader, key: "hosts") { reader throws(RuleProblem) in
            guard let relay = try reader.word("id", of: Relay.self) else {
                throw reader.wrong("id", "is missing: name the relay")
            }
            return relay
        }
    }
}

extension WordsEntry<ProviderHabit> {
    /// A `[[habit]]`: the domains of the servers of providers that have one.
    init(habit reader: RuleReader) throws(RuleProblem) {
        try self.init(reader, key: "hosts") { reader throws(RuleProblem) in
            guard let habit = try reader.word("id", of: ProviderHabit.self) else {
                throw reader.wrong("id", "is missing: say what the providers do")
            }
            return habit
        }
    }
}

extension WordsEntry<Subject> {
    /// A `[[subject]]`: words for what sentences of servers are about, of one language.
    init(subject reader: RuleReader) throws(RuleProblem) {
        try self.init(reader, hasLanguage: true) { reader throws(RuleProblem) in
            guard let subject = try reader.word("id", of: Subject.allCases.map { (name: $0.name, word: $0) }) else {
                throw reader.wrong("id", "is missing: say which subject the words name")
            }
            return subject
        }
    }
}

extension WordsEntry<String> {
    /// A `[[predicate]]`: words for what is said about subjects, of one language. Rules name it by what it means.
    init(predicate reader: RuleReader) throws(RuleProblem) {
        try self.init(reader, hasLanguage: true) { reader throws(RuleProblem) in
            guard let id = try reader.text("id") else {
                throw reader.wrong("id", "is missing: say what the words mean, as rules name it")
            }
            return id.text
        }
    }
}
