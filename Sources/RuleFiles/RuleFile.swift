import TOML

/// The rules of some files, in their order.
package struct RuleFile: Sendable {
    package private(set) var rules: [RuleEntry] = []
    package private(set) var servers: [ServerEntry] = []
    package private(set) var words: [WordsEntry] = []
    package private(set) var listed: [ListedEntry] = []
    package private(set) var relays: [RelayEntry] = []
    /// What cannot be used.
    package private(set) var problems: [RuleProblem] = []

    package init() {}

    /// Adds the rules in the text of a file.
    package mutating func add(_ text: [UInt8], file: String) {
        let root: TOMLTable
        do throws(TOMLError) {
            root = try TOMLDocument(text).root
        } catch {
            let place = RulePlace(file: file, position: error.position)
            problems.append(RuleProblem(place: place, message: error.message))
            return
        }
        let start = RulePlace(file: file, position: TOMLPosition(line: 1, column: 1))
        var reader = RuleReader(root, name: "", at: start)
        rules += entries("rule", &reader) { reader throws(RuleProblem) in try RuleEntry(reader) }
        servers += entries("server", &reader) { reader throws(RuleProblem) in try ServerEntry(reader) }
        words += entries("words", &reader) { reader throws(RuleProblem) in try WordsEntry(reader) }
        listed += entries("listed", &reader) { reader throws(RuleProblem) in try ListedEntry(reader) }
        relays += entries("relay", &reader) { reader throws(RuleProblem) in try RelayEntry(reader) }
        note { () throws(RuleProblem) in try reader.rejectUnknownKeys() }
    }

    private mutating func entries<Entry>(
        _ key: String, _ reader: inout RuleReader, _ entry: (RuleReader) throws(RuleProblem) -> Entry
    ) -> [Entry] {
        var entries: [Entry] = []
        do throws(RuleProblem) {
            for table in try reader.tables(key) {
                note { () throws(RuleProblem) in entries.append(try entry(table)) }
            }
        } catch {
            problems.append(error)
        }
        return entries
    }

    private mutating func note(_ body: () throws(RuleProblem) -> Void) {
        do throws(RuleProblem) { try body() } catch { problems.append(error) }
    }
}

/// The pieces between the `*` of a phrase, blanks at the stars removed.
package func pieces(of phrase: String) -> [String] {
    let bytes = Array(phrase.utf8)
    return bytes.split(separator: UInt8(ascii: "*")).map { piece in
        var piece = piece
        if piece.startIndex != bytes.startIndex, piece.first == 0x20 { piece.removeFirst() }
        if piece.endIndex != bytes.endIndex, piece.last == 0x20 { piece.removeLast() }
        return String(decoding: piece, as: UTF8.self)
    }.filter { !$0.isEmpty }
}
