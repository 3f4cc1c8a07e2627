import Classifier
import Verdict

/// A `[[server]]`: how its reports are recognised, and how they differ from RFC 3464.
package struct ServerEntry: FileEntry {
    package let id: String
    package let place: RulePlace
    /// The identifying phrases, by the place where they may be.
    package let signs: [(place: Dialect.Place, words: PlacedText)]
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
