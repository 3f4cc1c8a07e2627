import ArgumentParser
import Bytes
import Glibc
import Ledger

/// `hook`: tells programs of an application who became suppressed or free.
struct HookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Hand changes to a program of yours as they come: each once, in order, again after a failure.",
        discussion: """
            A table [[hook]] of the configuration names the program:

            [[hook]]
            name = "shop"
            command = ["/usr/local/bin/tell-shop"]
            on = ["suppressed", "released", "lapsed", "held", "erased", "overdue"]

            It gets JSON lines on standard input, as changes --format jsonl prints them. The first time, and when the feed \
            started over, it gets everything that is suppressed, between a line "begin" and a line "complete" \
            (snapshot = false: only what changes from then on). Status 0 means that it has taken all of it. After any other \
            end, or if it reads nothing for timeout_seconds, the next run gives it the same lines again: a program that \
            stores the last number and passes over smaller ones has each change exactly once. docs/interface.md has examples.

            Run it as a user of its own that may write the ledger, from cron or the systemd timer maildir-bounce-hook; as \
            root it runs only what has as_root = true.

            Example: maildir-bounce hook run
            Example: maildir-bounce hook list
            """,
        subcommands: [HookRunCommand.self, HookListCommand.self, HookResetCommand.self])
}

/// `hook run`
struct HookRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the configured programs with the changes that they have not taken.",
        discussion: """
            Says nothing if all is well. Where another run of the hook is at work, it leaves it alone. A program that \
            fails does not keep the others from being run.

            Example: maildir-bounce hook run shop --verbose

            Exit status: 0 done, 64 no such hook, 66 no ledger in that file, 73 the ledger cannot be written, 74 reading \
            or writing failed, 75 a program failed or a signal came: the next run tries again, 78 configuration, or it \
            would run as root.
            """)

    @Argument(help: ArgumentHelp("Which hook; else all of them.", valueName: "name"))
    var name: String?

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    @Flag(name: .shortAndLong, help: "Say how many changes each has taken.")
    var verbose = false

    func run() throws {
        let configuration = try config.load()
        let hooks = try configuration.hooks(named: name)
        guard geteuid() != 0 || hooks.allSatisfy(\.runsAsRoot) else {
            throw Failure(
                ExitStatus.configuration,
                "hooks are not run as root: run this as a user of its own (docs/operations.md), or set as_root = true in "
                    + "[[hook]]")
        }
        let ledger = try ledgerOptions.openForWriting(configuration)
        StopSignal.watch()
        var failures: [any Error] = []
        for hook in hooks where StopSignal.pending == nil {
            do {
                let count = try HookRun(hook, ledger, own: configuration.own).run()
                if verbose {
                    let what = count.map { "\($0) \($0 == 1 ? "change" : "changes")" } ?? "another run is at work"
                    Log().note("hook \(hook.name): \(what)")
                }
            } catch {
                failures.append(error)
            }
        }
        for other in failures.dropFirst() { if let failure = Failure(other) { Log().error(failure.message) } }
        if let first = failures.first { throw first }
    }
}

/// `hook list`
struct HookListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show how far each hook has got.",
        discussion: """
            Columns: name, when it last succeeded, changes that it has not taken, how often it has failed since, why.

            Example: maildir-bounce hook list --format jsonl

            Exit status: 0 done, 64 usage, 66 no ledger in that file, 74 reading failed, 75 try again later, 78 \
            configuration.
            """)

    @Option(help: "How to print: text (columns), csv or jsonl.")
    var format: ListFormat = .text

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let hooks = try HookListing(configuration.hooks.map(\.name), try ledgerOptions.open(configuration))
        try StandardOutput.use { output in
            for line in hooks.lines(format) { try output.write(line) }
        }
    }
}

/// `hook reset`
struct HookResetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Let a hook begin again, with everything that is suppressed.",
        discussion: """
            With snapshot = false it begins with what changes after its next run, and what waited is left out. Also drops what the ledger has of a hook that the configuration no longer has.

            Example: maildir-bounce hook reset shop

            Exit status: 0 done, 65 no hook of this name was ever run, 66 no ledger in that file, 73 the ledger cannot be \
            written, 74 reading or writing failed, 75 try again later, 78 configuration.
            """)

    @Argument(help: ArgumentHelp("Which hook.", valueName: "name"))
    var name: String

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.openForWriting(configuration)
        let hook = configuration.hooks.first { $0.name == name }
        guard try ledger.forgetHook(name) else {
            throw Failure(ExitStatus.dataError, "no hook \(name) was ever run; see maildir-bounce hook list")
        }
        let next =
            hook.map { $0.hasSnapshot ? "with everything that is suppressed" : "with what changes after it" }
            ?? "if the configuration has it again"
        try StandardOutput.use { try $0.write(line: terminalSafe("the next run of hook \(name) starts over, \(next)")) }
    }
}
