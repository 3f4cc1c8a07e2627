import Foundation
import RuleFiles

/// `compile-rules [--check] RULES TABLE`: writes the table of the rules in the TOML files of a folder, as C source; or, with
/// `--check`, says whether it is that already. It trusts the files, which are the project's own.
@main
struct CompileRules {
    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let isCheck = arguments.first == "--check"
        if isCheck { arguments.removeFirst() }
        guard arguments.count == 2 else { fail("usage: compile-rules [--check] RULES TABLE", status: 64) }
        do {
            let source = Data(try RuleCompiler(try RuleFile(folder: arguments[0])).source)
            let table = URL(fileURLWithPath: arguments[1])
            if !isCheck {
                try source.write(to: table)
            } else if try Data(contentsOf: table) != source {
                fail("\(arguments[1]) is not the table of \(arguments[0]); run scripts/compile-rules.sh", status: 1)
            }
        } catch {
            fail("\(error)", status: 1)
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data("compile-rules: \(message)\n".utf8))
        exit(status)
    }
}

/// Rules that cannot be used.
package struct UnusableRules: Error, CustomStringConvertible {
    let problems: [RuleProblem]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension RuleFile {
    /// The names of the TOML files in a folder, sorted.
    package static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".toml") }.sorted()
    }

    /// The rules in the TOML files of a folder.
    package init(folder: String) throws {
        self.init()
        for name in try RuleFile.names(in: folder) {
            add([UInt8](try Data(contentsOf: URL(fileURLWithPath: folder).appendingPathComponent(name))), file: name)
        }
        guard problems.isEmpty else { throw UnusableRules(problems: problems) }
    }
}
