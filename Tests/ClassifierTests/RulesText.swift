import RuleFiles
import Testing
import compile_rules

@testable import Classifier

extension RuleSet {
    /// The rules in the text of a file.
    convenience init(testing toml: String) throws {
        var rules = RuleFile()
        rules.add(Array(toml.utf8), file: "test.toml")
        #expect(rules.problems == [])
        self.init(try RuleTable(compiling: rules))
    }
}
