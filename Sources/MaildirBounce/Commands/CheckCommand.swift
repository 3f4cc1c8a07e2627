import ArgumentParser
import Bytes
import Glibc
import Ledger

/// `check`: may this address be mailed?
struct CheckCommand: PlainCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether an address may be mailed, or which of a list may.",
        discussion: """
            For a script that sends: one line, and the answer as exit status.

            With --batch a list is read from standard input, one address a line, and those that may be mailed are printed \
            as they were written; --suppressed prints the others instead. What is no address is named on standard error by \
            its line, up to \(NamedProblems.limit) of them, and never printed. jsonl says why: suppressed, and cause, \
            reason, party (whose fault it is), since, until.

            --stream names the mailing (its List-Id, or its return path without the tag): who has unsubscribed from it is \
            suppressed for it, and may get other mail.

            Example: maildir-bounce check bob@dest.example --ledger /var/lib/maildir-bounce/ledger.sqlite && sendmail \
            bob@dest.example < news.eml
            Example: maildir-bounce check --batch < subscribers.txt > to-mail.txt

            Exit status: 0 may be mailed (also an address that no report has named), 1 suppressed, 64 usage, 65 this is \
            no address, 66 no ledger in that file, 74 reading or writing failed, 75 try again later, 78 configuration. \
            With --batch: 0 done, whoever is suppressed and even where some lines are no addresses; 65 where all are none.
            """)

    @Argument(help: "The address. A plus tag is part of it, upper and lower case are the same.")
    var address: String?

    @Flag(help: "Read addresses from standard input, one a line, and print those that may be mailed.")
    var batch = false

    @Flag(help: "With --batch: print those that must not be mailed instead.")
    var suppressed = false

    @Option(
        help: ArgumentHelp(
            "The mailing that is to be sent: its List-Id, or its return path without the tag.", valueName: "stream"))
    var stream: StreamName?

    @Option(help: "How to print: text or jsonl.")
    var format: RecordFormat = .text

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    init() {}

    /// An address, `--ledger FILE` and `--config FILE`, in whatever order.
    init?(plain arguments: some Sequence<String>) {
        guard let plain = PlainArguments(arguments, options: ["--ledger", "--config"]), plain.words.count == 1
        else { return nil }
        address = plain.words[0]
        batch = false
        suppressed = false
        stream = nil
        format = .text
        ledgerOptions = LedgerOptions(ledger: plain.options["--ledger"])
        config = ConfigOptions(path: plain.options["--config"])
    }

    func validate() throws {
        guard batch != (address != nil) else {
            throw ValidationError("give an address, or --batch for a list of them on standard input, and not both")
        }
        guard batch || !suppressed else { throw ValidationError("--suppressed goes with --batch") }
    }

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        let now = Int64(time(nil))
        guard let address else {
            var batch = BatchCheck(
                ledger: ledger, own: configuration.own, stream: stream?.text, now: now,
                wantsSuppressed: suppressed, format: format)
            try batch.run(try LineReader(nil))
            return
        }
        if let problem = CanonicalAddress.problem(of: address) { throw Failure(ExitStatus.dataError, problem) }
        let held = try ledger.check(address, stream: stream?.text, at: now)
        let result = configuration.own.result(held, of: address)
        try StandardOutput.use { output in
            switch (format, result) {
            case (.text, .mayMail): try output.write(line: terminalSafe("\(address): may be mailed"))
            case (.text, .suppressed(let suppression)):
                try output.write(line: terminalSafe("\(address): suppressed \(suppression.sentence)"))
            case (.jsonl, _):
                var json = JSONWriter()
                json.check(address, result)
                try output.write(json.bytes)
            }
            if result != .mayMail { throw ExitCode(ExitStatus.suppressed) }
        }
    }
}
