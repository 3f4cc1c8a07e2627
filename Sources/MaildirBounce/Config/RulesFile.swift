import Bytes
import Classifier
import RuleFiles

/// The administrator's own rules: a TOML file that the configuration names with `rules` (docs/rules.md).
///
/// ```toml
/// [[rule]]
/// id = "partner gateway"
/// any = ["blocked by partner policy"]
/// hosts = ["partner.example"]
/// reason = "policyviolation"
///
/// [[rule]]
/// id = "ticket system"
/// header = "X-Ticket-System"
/// class = "auto-reply"
/// ```
struct RulesFile {
    /// The rules that can be used, in the order of the file.
    private(set) var rules: [CustomRule] = []
    /// What is wrong with the others, each with its place.
    private(set) var problems: [Failure] = []

    /// The rules in a file of which all can be used.
    ///
    /// - Throws: a failure with status 78 otherwise: reports counted without the rules cannot be counted again.
    static func usableRules(_ path: String) throws(Failure) -> [CustomRule] {
        let file = RulesFile(path)
        guard let first = file.problems.first else { return file.rules }
        let others = file.problems.count - 1
        throw Failure(
            ExitStatus.configuration,
            first.message + (others > 0 ? "; and \(others) more, which maildir-bounce rules check names" : ""))
    }

    init(_ path: String) {
        do throws(Failure) {
            read(try ConfigTable.read(path).text, file: path)
        } catch {
            problems.append(error)
        }
    }

    /// The rules in the text of a file.
    init(text: [UInt8], file: String) { read(text, file: file) }

    private mutating func read(_ text: [UInt8], file: String) {
        var entries = RuleFile()
        entries.add(text, file: file)
        rules = entries.rules.map(\.customRule)
        problems = (entries.problems + entries.foreignTables + entries.foreignKeys).map(Failure.init)
    }
}

extension Failure {
    init(_ problem: RuleProblem) { self.init(ExitStatus.configuration, problem.description) }
}
