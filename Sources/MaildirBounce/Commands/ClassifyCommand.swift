import ArgumentParser
import Classifier

/// `classify`: prints what messages are, and changes nothing.
struct ClassifyCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Say what messages are, and touch nothing.",
        discussion: """
            Reads files, folders (a Maildir stands for its new and cur, another folder for all files below it) or, for -, \
            one message from standard input, and prints a verdict for each, in the order given.

            Example: maildir-bounce classify --explain ~/Maildir/new/1700000000.V1.host
            Example: maildir-bounce classify --format jsonl - < mail.eml

            Exit status: 0 done, 65 nothing in the input was a message, 66 a path is missing or unreadable (the others are \
            still done).
            """)

    @Argument(help: ArgumentHelp("Files, folders, or - for standard input.", valueName: "path"))
    var paths: [String]

    var words: [String] {
        get { paths }
        set { paths = newValue }
    }

    @Flag(help: "Show what decided: the rules that spoke and what they matched.")
    var explain = false

    @Option(help: "How to print: text for people, jsonl for programs (one JSON object a line).")
    var format: RecordFormat = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let settings = try config.load().classifierToLook(Log())
        try StandardOutput.use { output in
            let status = try classify(output, settings: settings)
            guard status == ExitStatus.success else { throw ExitCode(status) }
        }
    }

    private func classify(_ output: StandardOutput, settings: Settings) throws -> Int32 {
        let log = Log()
        var report = VerdictListing(format: format == .text ? .text : .jsonl, explain: explain, width: output.width)
        var walker = PathWalker(RawArguments.paths(of: paths))
        var (missed, usable) = (false, false)
        let pipeline = Pipeline<PathItem, SizedVerdict, ReadProblem>(
            settings: settings,
            read: { item throws(ReadProblem) in try item.read() },
            conclude: { _, contents, verdict in SizedVerdict(verdict: verdict, size: contents.bytes.count) },
            weigh: { $0.verdict.weight })
        try pipeline.run(while: { !output.isClosed }) {
            walker.next()
        } deliver: { item, result in
            switch result {
            case .success(let message):
                if message.size > 0 { usable = true }
                try output.write(report.lines(message.verdict, file: item.path.text))
            case .failure(.missing) where item.place == .found: break
            case .failure(let problem):
                missed = true
                log.error("\(item.path.text): \(problem.sentence)")
            }
        }
        if missed { return ExitStatus.noInput }
        if !usable, !output.isClosed {
            log.error(
                "nothing to classify: the input holds no message; name a mail, a Maildir, or - for standard input")
            return ExitStatus.dataError
        }
        return ExitStatus.success
    }
}

private struct SizedVerdict: Sendable {
    let verdict: Verdict
    /// Bytes read; 0 for an empty file.
    let size: Int
}
