import Classifier
import TOML
import Verdict

/// The rules of some files, in their order.
package struct RuleFile: Sendable {
    package private(set) var rules: [RuleEntry] = []
    package private(set) var subjects: [WordsEntry<Subject>] = []
    package private(set) var predicates: [WordsEntry<String>] = []
    package private(set) var servers: [ServerEntry] = []
    package private(set) var words: [WordsEntry<SetMeaning>] = []
    package private(set) var listed: [WordsEntry<Reason>] = []
    package private(set) var relays: [WordsEntry<Relay>] = []
    package private(set) var habits: [WordsEntry<ProviderHabit>] = []
    /// The errors.
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
        var number = 0
        rules += entries("rule", &reader) { reader throws(RuleProblem) in
            number += 1
            return try RuleEntry(reader, number: number)
        }
        subjects += entries("subject", &reader) { reader throws(RuleProblem) in try WordsEntry(subject: reader) }
        predicates += entries("predicate", &reader) { reader throws(RuleProblem) in try WordsEntry(predicate: reader) }
        servers += entries("server", &reader) { reader throws(RuleProblem) in try ServerEntry(reader) }
        words += entries("words", &reader) { reader throws(RuleProblem) in try WordsEntry(words: reader) }
        listed += entries("listed", &reader) { reader throws(RuleProblem) in try WordsEntry(listed: reader) }
        relays += entries("relay", &reader) { reader throws(RuleProblem) in try WordsEntry(relay: reader) }
        habits += entries("habit", &reader) { reader throws(RuleProblem) in try WordsEntry(habit: reader) }
        note { () throws(RuleProblem) in try reader.rejectUnknownKeys() }
    }

    /// How many there are, of all kinds.
    package var count: Int { entries.count }

    /// The keys that an administrator's rules may not have.
    package var foreignKeys: [RuleProblem] {
        rules.compactMap(\.predicate).map {
            RuleProblem(
                place: $0.place,
                message: "subject and predicate are for the project's own rules; give the words with any or all")
        }
    }

    /// The tables that an administrator's file may not have.
    package var foreignTables: [RuleProblem] {
        entriesOfProject.map {
            RuleProblem(
                place: $0.place, message: "a file of your own may hold [[rule]] only; the others are the project's")
        }
    }

    /// The tables that only the project's own files may hold.
    private var entriesOfProject: [any FileEntry] {
        subjects + predicates + servers + words + listed + relays + habits
    }

    /// All tables.
    var entries: [any FileEntry] { rules + entriesOfProject }

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
