import Classifier

/// A `[[subject]]`: words for what sentences of servers are about, of one language.
package struct SubjectEntry: Sendable {
    package let place: RulePlace
    package let subject: Subject
    package let any: [PlacedText]
    package let source: String?

    init(_ reader: RuleReader) throws(RuleProblem) {
        var reader = reader
        place = reader.place
        guard let subject = try reader.word("id", of: Subject.allCases.map { (name: $0.name, word: $0) }) else {
            throw reader.wrong("id", "is missing: say which subject the words name")
        }
        self.subject = subject
        any = try reader.texts("any")
        source = try reader.text("source")?.text
        _ = try reader.text("language")
        try reader.rejectUnknownKeys()
    }
}

/// A `[[predicate]]`: words for what is said of subjects, of one language.
package struct PredicateEntry: Sendable {
    package let place: RulePlace
    package let id: String
    package let any: [PlacedText]
    package let source: String?

    init(_ reader: RuleReader) throws(RuleProblem) {
        var reader = reader
        place = reader.place
        guard let id = try reader.text("id") else {
            throw reader.wrong("id", "is missing: say what the words mean, as rules name it")
        }
        self.id = id.text
        any = try reader.texts("any")
        source = try reader.text("source")?.text
        _ = try reader.text("language")
        try reader.rejectUnknownKeys()
    }
}
