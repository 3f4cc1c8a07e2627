import Classifier
import Verdict

/// A `[[words]]`: phrases of a set, which say one thing.
package struct WordsEntry: Sendable {
    package let place: RulePlace
    package let set: PhraseSet
    /// The number of what they mean, among the cases of the set.
    package let meaning: Int
    package let any: [PlacedText]
    package let source: String?

    init(_ reader: RuleReader) throws(RuleProblem) {
        var reader = reader
        place = reader.place
        guard let set = try reader.word("set", of: PhraseSet.self) else {
            throw reader.wrong("set", "is missing: say where the words are looked for")
        }
        let meanings = set.meanings.enumerated().map { (name: $0.element, word: $0.offset) }
        guard let meaning = try reader.word("id", of: meanings) else {
            throw reader.wrong("id", "is missing: say what the words mean")
        }
        self.set = set
        self.meaning = meaning
        any = try reader.texts("any")
        source = try reader.text("source")?.text
        try reader.rejectUnknownKeys()
    }
}

/// A `[[listed]]`: what a relay says of an address on its list of suppressed ones.
package struct ListedEntry: Sendable {
    package let place: RulePlace
    package let reason: Reason
    package let any: [PlacedText]
    package let source: String?

    init(_ reader: RuleReader) throws(RuleProblem) {
        var reader = reader
        place = reader.place
        guard let reason = try reader.word("reason", of: Reason.self) else {
            throw reader.wrong("reason", "is missing: say what put the address on the list")
        }
        self.reason = reason
        any = try reader.texts("any")
        source = try reader.text("source")?.text
        try reader.rejectUnknownKeys()
    }
}

/// A `[[relay]]`: the domains of the servers of one.
package struct RelayEntry: Sendable {
    package let place: RulePlace
    package let relay: Relay
    package let hosts: [PlacedText]
    package let source: String?

    init(_ reader: RuleReader) throws(RuleProblem) {
        var reader = reader
        place = reader.place
        guard let relay = try reader.word("id", of: Relay.self) else {
            throw reader.wrong("id", "is missing: name the relay")
        }
        self.relay = relay
        hosts = try reader.texts("hosts")
        source = try reader.text("source")?.text
        try reader.rejectUnknownKeys()
    }
}
