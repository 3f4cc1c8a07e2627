import Bytes
import ArgumentParser
import Glibc
import RuleFiles
import TOML

/// `rules check`: reports errors in rules files. It does not trust them.
struct RulesCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with files of rules.",
        discussion: """
            Finds keys that do not exist, names and phrases that stand twice, phrases that no text can hold, rules that \
            never decide because another one does, and a rule that calls a failure of the moment hard. A folder stands for \
            the project's own rules, Rules/, which are checked together.

            Example: maildir-bounce rules check my-rules.toml
            Example: maildir-bounce rules check Rules

            Exit status: 0 every rule can be used, 78 something is wrong, named with its line and column.
            """)

    @Argument(help: ArgumentHelp("The rules; else those that the configuration names.", valueName: "file"))
    var files: [String] = []

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let named = try files.isEmpty ? [config.load().rules].compactMap { $0 } : files
        guard !named.isEmpty else {
            throw ValidationError("no rules: give a file, or set rules in the configuration")
        }
        let log = Log()
        let output = StandardOutput()
        var isWrong = false
        for path in named {
            let (count, problems) = RulesCheckCommand.check(path)
            for problem in problems { log.error(problem.message) }
            if problems.isEmpty {
                try output.write(line: terminalSafe("\(path): \(count) rules, all usable"))
            } else {
                isWrong = true
            }
        }
        try output.flush()
        if isWrong { throw ExitCode(ExitStatus.configuration) }
    }

    /// How many rules there are, and what is wrong with them.
    private static func check(_ path: String) -> (count: Int, problems: [Failure]) {
        var rules = RuleFile()
        do throws(Failure) {
            let isFolder = BytePath(path).fileKind(followLinks: true) == S_IFDIR
            for file in isFolder ? try files(in: path) : [path] {
                rules.add(try ConfigTable.read(file).text, file: file)
            }
            let isOurs = isFolder || !rules.foreignTables.isEmpty
            let problems = isOurs ? RuleCheck(ours: rules).problems : RuleCheck(administrators: rules).problems
            return (rules.count, problems.map(Failure.init))
        } catch {
            return (0, [error])
        }
    }

    /// The TOML files of a folder, by their names.
    private static func files(in folder: String) throws(Failure) -> [String] {
        let names: FolderListing
        do throws(ReadProblem) {
            names = try FolderListing(BytePath(folder))
        } catch {
            throw Failure(ExitStatus.configuration, "\(folder): the folder \(error.sentence)")
        }
        let files = (0..<names.count).map { String(decoding: names[$0], as: UTF8.self) }.filter {
            $0.hasSuffix(".toml")
        }
        guard !files.isEmpty else {
            throw Failure(ExitStatus.configuration, "\(folder): no file of rules is there, NAME.toml")
        }
        return files.map { BytePath(folder).appending($0.utf8).text }
    }
}
