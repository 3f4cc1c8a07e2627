import TOML

/// Where something is in a file of rules.
package struct RulePlace: Equatable, Sendable, CustomStringConvertible {
    package let file: String
    package let position: TOMLPosition

    /// `FILE:LINE:COLUMN`.
    package var description: String { "\(file):\(position)" }
}

/// A problem in a rule, and its position.
package struct RuleProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package let place: RulePlace
    /// A sentence that says what to do next.
    package let message: String

    package var description: String { "\(place): \(message)" }
}

/// A text of a file of rules.
package struct PlacedText: Equatable, Sendable {
    package let text: String
    package let place: RulePlace
}

/// A value of a file of rules.
package struct PlacedValue<Value: Sendable>: Sendable {
    package let value: Value
    package let place: RulePlace
}

/// A table of a file of rules: every key has to be asked for before `rejectUnknownKeys`.
struct RuleReader {
    let place: RulePlace
    private let table: TOMLTable
    private let name: String
    private var known: Set<String> = []

    init(_ table: TOMLTable, name: String, at place: RulePlace) {
        self.table = table
        self.name = name
        self.place = place
    }

    /// Whether there is such a key.
    func has(_ key: String) -> Bool { table[key] != nil }

    /// The text `key`, or nil if there is none.
    mutating func text(_ key: String) throws(RuleProblem) -> PlacedText? {
        guard let value = value(key) else { return nil }
        return try text(value, key)
    }

    /// The texts of the list `key`; none if there is no such key.
    mutating func texts(_ key: String) throws(RuleProblem) -> [PlacedText] {
        guard let value = value(key) else { return [] }
        guard let elements = value.array else { throw wrong(key, "must be a list of texts, [\"user unknown\"]") }
        var texts: [PlacedText] = []
        for element in elements { texts.append(try text(element, key)) }
        return texts
    }

    private func text(_ value: TOMLValue, _ key: String) throws(RuleProblem) -> PlacedText {
        guard let text = value.string else { throw wrong(key, "must be text in quotation marks", at: value.position) }
        guard text.contains(where: { !$0.isWhitespace }) else { throw wrong(key, "is empty", at: value.position) }
        return PlacedText(text: text, place: RulePlace(file: place.file, position: value.position))
    }

    /// Whether `key` is true.
    mutating func flag(_ key: String) throws(RuleProblem) -> Bool {
        guard let value = value(key) else { return false }
        guard let flag = value.bool else { throw wrong(key, "must be true or false") }
        return flag
    }

    /// One of the words of a kind, or nil if there is no such key.
    mutating func word<Word>(_ key: String, of words: [(name: String, word: Word)]) throws(RuleProblem) -> Word? {
        guard let found = try text(key) else { return nil }
        guard let word = words.first(where: { $0.name == found.text }) else {
            throw wrong(key, "must be one of " + words.map(\.name).joined(separator: " "))
        }
        return word.word
    }

    /// Any number of the words of a kind.
    mutating func words<Word>(_ key: String, of words: [(name: String, word: Word)]) throws(RuleProblem) -> [Word] {
        var found: [Word] = []
        for text in try texts(key) {
            guard let word = words.first(where: { $0.name == text.text }) else {
                throw wrong(key, "must be of " + words.map(\.name).joined(separator: " "), at: text.place.position)
            }
            found.append(word.word)
        }
        return found
    }

    /// The same for an enumeration.
    mutating func word<Word>(_ key: String, of type: Word.Type) throws(RuleProblem) -> Word?
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        try word(key, of: Word.allCases.map { ($0.rawValue, $0) })
    }

    /// The table `key`, or nil if there is none.
    mutating func table(_ key: String) throws(RuleProblem) -> RuleReader? {
        guard let value = value(key) else { return nil }
        guard let table = value.table else { throw wrong(key, "must be a table") }
        return RuleReader(table, name: path(key), at: RulePlace(file: place.file, position: value.position))
    }

    /// The tables `[[key]]`.
    mutating func tables(_ key: String) throws(RuleProblem) -> [RuleReader] {
        guard let value = value(key) else { return [] }
        guard let elements = value.array else { throw wrong(key, "must be tables, [[\(path(key))]]") }
        var tables: [RuleReader] = []
        for element in elements {
            guard let table = element.table else {
                throw wrong(key, "must be tables, [[\(path(key))]]", at: element.position)
            }
            tables.append(
                RuleReader(table, name: path(key), at: RulePlace(file: place.file, position: element.position)))
        }
        return tables
    }

    /// To be called when every key has been asked for.
    func rejectUnknownKeys() throws(RuleProblem) {
        guard let unknown = table.entries.first(where: { !known.contains($0.key) }) else { return }
        let choice = known.sorted().joined(separator: ", ")
        throw wrong(unknown.key, "is not a known key; allowed here: \(choice)", at: unknown.keyPosition)
    }

    /// A problem where the value of `key` is; if there is none, at the start of the table.
    func wrong(_ key: String, _ what: String, at position: TOMLPosition? = nil) -> RuleProblem {
        let position = position ?? table[key]?.value.position ?? place.position
        return RuleProblem(place: RulePlace(file: place.file, position: position), message: "\(path(key)) \(what)")
    }

    private func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    private mutating func value(_ key: String) -> TOMLValue? {
        known.insert(key)
        return table[key]?.value
    }
}
