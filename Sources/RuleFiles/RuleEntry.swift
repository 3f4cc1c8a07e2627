import Classifier

/// A `[[rule]]`, ours or an administrator's (docs/rules.md).
package struct RuleEntry: Sendable {
    package let id: String
    package let place: RulePlace
    package let reason: Reason?
    /// Whose fault it is, where that is not what the reason says.
    package let party: Party?
    package let strength: Strength
    /// Phrases, any of which is enough.
    package let any: [PlacedText]
    /// Phrases that must all stand in the text, the rarest first.
    package let all: [PlacedText]
    /// Ends of host names.
    package let hosts: [PlacedText]
    /// RFC 3463 status, of a rule of ours.
    package let code: StatusCode?
    /// What must be known beside the words.
    package let needs: Proof?
    package let isBare: Bool
    package let isPlainRefusal: Bool
    /// Where the words are from.
    package let source: String?

    init(_ reader: RuleReader) throws(RuleProblem) {
        var reader = reader
        guard let id = try reader.text("id") else { throw reader.wrong("id", "is missing: give the rule a name") }
        self.id = id.text
        place = reader.place
        reason = try reader.word("reason", of: Reason.self)
        party = try reader.word("party", of: Party.self)
        strength = try reader.word("strength", of: Strength.names) ?? .sure
        any = try reader.texts("any")
        all = try reader.texts("all")
        hosts = try reader.texts("hosts")
        if let status = try reader.text("status") {
            guard let code = StatusCode(status.text.utf8.span, firstIn: 0..<status.text.utf8.count),
                code.description == status.text
            else { throw reader.wrong("status", "must be like \"5.7.1\"") }
            self.code = code
        } else {
            code = nil
        }
        needs = try reader.word("needs", of: Proof.names)
        isBare = try reader.flag("bare")
        isPlainRefusal = try reader.flag("plain")
        source = try reader.text("source")?.text
        try reader.rejectUnknownKeys()
    }
}

extension Strength {
    static let names: [(name: String, word: Strength)] = [("hint", .hint), ("usual", .usual), ("sure", .sure)]
}

extension Proof {
    static let names: [(name: String, word: Proof)] = [("refusal", .refusal), ("addressing", .addressing)]
}

/// A `[[server]]`: how its reports are known, and what they say otherwise than RFC 3464 would.
package struct ServerEntry: Sendable {
    package let id: String
    package let place: RulePlace
    /// The phrases of each place at which a sign may stand.
    package let signs: [(place: Dialect.Place, words: PlacedText)]
    package let quotation: PlacedText?
    /// The function that adjusts what was read.
    package let code: ServerCode?
    /// The server's own sentences, which need no code.
    package let sentences: [(words: PlacedText, reason: Reason)]
    package let source: String?

    init(_ reader: RuleReader) throws(RuleProblem) {
        var reader = reader
        guard let id = try reader.text("id") else { throw reader.wrong("id", "is missing: name the server") }
        self.id = id.text
        place = reader.place
        var signs: [(Dialect.Place, PlacedText)] = []
        for place in Dialect.Place.allCases { signs += try reader.texts(place.key).map { (place, $0) } }
        self.signs = signs
        quotation = try reader.text("quotation")
        code = try reader.word("code", of: ServerCode.self)
        var sentences: [(PlacedText, Reason)] = []
        for var sentence in try reader.tables("sentence") {
            guard let reason = try sentence.word("reason", of: Reason.self) else {
                throw sentence.wrong("reason", "is missing: say what the words mean")
            }
            sentences += try sentence.texts("any").map { ($0, reason) }
            try sentence.rejectUnknownKeys()
        }
        self.sentences = sentences
        source = try reader.text("source")?.text
        try reader.rejectUnknownKeys()
    }
}

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
