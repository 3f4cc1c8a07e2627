import Bytes
import ArgumentParser
import Classifier
import Verdict

/// The rules that a command tries instead of those of the configuration.
struct RulesOption: ParsableArguments {
    @Option(help: ArgumentHelp("The rules to test; else those that the configuration names.", valueName: "file"))
    var rules: String?

    func load(_ config: ConfigOptions) throws(Failure) -> Configuration {
        var configuration = try config.load()
        if let rules { configuration.rules = rules }
        return configuration
    }
}

/// `rules test`
struct RulesTestCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Show which rule decides for each recipient of mails, what comes second, and what your rules change.",
        discussion: """
            Example: maildir-bounce rules test --rules my-rules.toml mail.eml

            Exit status: 0 done, 66 a mail is missing or unreadable (the others are still done), 78 the rules cannot be used.
            """)

    @OptionGroup var rules: RulesOption

    @Argument(help: ArgumentHelp("Mails.", valueName: "path"))
    var paths: [String]

    var words: [String] {
        get { paths }
        set { paths = newValue }
    }

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try rules.load(config)
        let (with, without) = (
            Classifier(settings: try configuration.classifierWithRules()),
            Classifier(settings: configuration.classifier)
        )
        let output = StandardOutput()
        var missed = false
        for path in RawArguments.paths(of: paths) {
            let contents: FileContents
            do throws(ReadProblem) {
                contents = try FileContents.read(path, onlyRegular: false)
            } catch {
                missed = true
                Log().error("\(path.text): \(error.sentence)")
                continue
            }
            let (mine, ours) = (with.classify(contents.bytes), without.classify(contents.bytes))
            let admin = mine.evidence.filter { $0.rule.hasPrefix("admin/") }.map(\.rule)
            let used = admin.isEmpty ? "no rule of yours" : admin.joined(separator: ", ")
            let change = mine.sum == ours.sum ? mine.sum : "\(ours.sum) -> \(mine.sum)"
            try output.write(line: terminalSafe("\(path.text): \(used): \(change)"))
            for evidence in mine.evidence where evidence.recipient != nil {
                try output.write(line: terminalSafe("    " + evidence.decision))
            }
        }
        try output.flush()
        if missed { throw ExitCode(ExitStatus.noInput) }
    }
}

extension Evidence {
    /// The rule that decides for a recipient, its words, and what comes second.
    fileprivate var decision: String {
        let words = matched.map { "\"\($0)\" " } ?? ""
        return "\(recipient ?? ""): \(rule) (\(words)at \(at)), then \(runnerUp ?? "nothing")"
    }
}

extension Verdict {
    /// Class and outcomes in a few words.
    fileprivate var sum: String {
        let outcomes = recipients.prefix(5).map { "\($0.address) \($0.kind.rawValue) \($0.reason?.rawValue ?? "-")" }
        return ([messageClass.rawValue] + outcomes).joined(separator: "; ")
    }
}
