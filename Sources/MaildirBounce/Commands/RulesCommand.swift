import ArgumentParser
import Classifier
import Glibc
import Ledger

/// `rules`: the rules that judge failures, ours and the administrator's.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List, test and check the rules that decide.",
        discussion: """
            Rules of your own stand in a TOML file that the configuration names with rules, and are tried before ours:

                [[rule]]
                name = "partner gateway"
                when.text = ["blocked by partner policy"]   # all of them; also status, reply, provider, header
                then.reason = "policyviolation"             # and kind, party, or class for a whole message

            A file with a rule that cannot be used, or that others could have written, ends every command that judges mails with \
            status 78.

            Example: maildir-bounce rules check my-rules.toml
            Example: maildir-bounce rules test --rules my-rules.toml ~/Maildir/cur/1700000000.V1.host:2,S
            """,
        subcommands: [RulesListCommand.self, RulesTestCommand.self, RulesCheckCommand.self])
}

/// `rules list`
struct RulesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rules in the order in which they are tried, with their hits where there is a ledger.",
        discussion: "Example: maildir-bounce rules list --ledger ledger.sqlite")

    @OptionGroup var ledgerOptions: LedgerOptions
    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let rules = try configuration.classifierWithRules().rules
        var hits: [String: Int] = [:]
        if ledgerOptions.ledger ?? configuration.ledger != nil {
            let ledger = try ledgerOptions.open(configuration)
            let summary = try inLedger { () throws(LedgerError) in try ledger.summary(at: Int64(time(nil))) }
            for rule in summary.rules { hits[rule.rule] = rule.hits }
        }
        let output = StandardOutput()
        func row(_ columns: String...) throws(Failure) {
            try output.write(line: columns.map(terminalSafe).joined(separator: "\t"))
        }
        for rule in rules {
            let decides = [
                rule.messageClass?.rawValue, rule.kind?.rawValue, rule.reason?.rawValue, rule.party?.rawValue,
            ].compactMap { $0 }
            let name = "admin/\(rule.name)"
            try row(
                name, decides.joined(separator: " "), hits[name].map { "\($0) hits" } ?? "-", configuration.rules ?? "")
        }
        for rule in RuleListing.all {
            try row(rule.name, rule.reason, hits[rule.name].map { "\($0) hits" } ?? "-", rule.source)
        }
        try output.flush()
    }
}

/// `rules test`
struct RulesTestCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Show what your rules make of mails, beside what ours alone make of them.",
        discussion: "Example: maildir-bounce rules test --rules my-rules.toml mail.eml")

    @Option(help: ArgumentHelp("The rules to test; else those that the configuration names.", valueName: "file"))
    var rules: String?

    @Argument(help: ArgumentHelp("Mails.", valueName: "path"))
    var paths: [String]

    var words: [String] {
        get { paths }
        set { paths = newValue }
    }

    @OptionGroup var config: ConfigOptions

    func run() throws {
        var configuration = try config.load()
        if let rules { configuration.rules = rules }
        let (with, without) = (
            Classifier(settings: try configuration.classifierWithRules()),
            Classifier(settings: configuration.classifier)
        )
        let output = StandardOutput()
        var missed = false
        for path in RawArguments.paths(of: paths) {
            let contents: FileContents
            do throws(ReadProblem) {
                contents = try readFile(path, onlyRegular: false)
            } catch {
                missed = true
                makeLogger().error("\(path.text): \(error.sentence)")
                continue
            }
            let (mine, ours) = (with.classify(contents.bytes), without.classify(contents.bytes))
            let admin = mine.evidence.filter { $0.rule.hasPrefix("admin/") }.map(\.rule)
            let used = admin.isEmpty ? "no rule of yours" : admin.joined(separator: ", ")
            let change = mine.sum == ours.sum ? mine.sum : "\(ours.sum) -> \(mine.sum)"
            try output.write(line: terminalSafe("\(path.text): \(used): \(change)"))
        }
        try output.flush()
        if missed { throw ExitCode(ExitStatus.noInput) }
    }
}

/// `rules check`
struct RulesCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with a file of rules.",
        discussion: """
            Example: maildir-bounce rules check my-rules.toml

            Exit status: 0 every rule can be used, 78 something is wrong, named with its line and column.
            """)

    @Argument(help: ArgumentHelp("The rules; else those that the configuration names.", valueName: "file"))
    var file: String?

    @OptionGroup var config: ConfigOptions

    func run() throws {
        guard let path = try file ?? config.load().rules else {
            throw ValidationError("no rules: give a file, or set rules in the configuration")
        }
        let rules = RulesFile(path)
        let log = makeLogger()
        for problem in rules.problems { log.error("\(problem.message)") }
        guard rules.problems.isEmpty else { throw ExitCode(ExitStatus.configuration) }
        let output = StandardOutput()
        try output.write(line: terminalSafe("\(path): \(rules.rules.count) rules, all usable"))
        try output.flush()
    }
}

extension Verdict {
    /// Class and outcomes in a few words.
    fileprivate var sum: String {
        let outcomes = recipients.prefix(5).map { "\($0.address) \($0.kind.rawValue) \($0.reason?.rawValue ?? "-")" }
        return ([messageClass.rawValue] + outcomes).joined(separator: "; ")
    }
}
