import ArgumentParser
import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL

/// `init`: sets up an installation.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the configuration, the Maildir and the ledger, and print what Postfix must be told.",
        discussion: """
            At a terminal it asks for what the options do not say; elsewhere it takes the defaults. It makes only what is \
            missing and writes over nothing, so a second run changes nothing. Where there is a configuration, that one \
            counts. As root it gives Maildir, archive and ledger to --user. It installs nothing and changes nothing of \
            Postfix: the lines are printed.

            Example: maildir-bounce init --return-path bounce@bounce.example.com --user bounce
            Example: maildir-bounce init --return-path bounce@bounce.example.com --dry-run

            Exit status: 0 done, 64 usage, or there is no such user, 73 something cannot be made, or the configuration says \
            something else than the options, 75 try again later, 78 there is a configuration and it is wrong.
            """)

    @Option(
        help: ArgumentHelp("The Maildir that bounces come to (\(Setup.defaultMaildir)).", valueName: "dir"))
    var maildir: String?

    @Option(help: ArgumentHelp("The ledger (\(Setup.defaultLedger)), or postgresql://….", valueName: "file"))
    var ledger: String?

    @Option(
        help: ArgumentHelp(
            "File reports by class in this folder; without it they go to the Maildir's cur.", valueName: "dir"))
    var archive: String?

    @Option(
        help: ArgumentHelp(
            "The address that reports go to (bounce@ and the name of this machine).", valueName: "address"))
    var returnPath: String?

    @Option(
        help: ArgumentHelp(
            "Who owns the Maildir and runs the scan (root: \(Account.defaultName); others: themselves).",
            valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("The configuration file (\(Configuration.defaultPath)).", valueName: "file"))
    var config = Configuration.defaultPath

    @Flag(help: "Say what would be made, and make nothing.")
    var dryRun = false

    func run() throws {
        let setup = try answers()
        try StandardOutput.use { output in
            var steps = SetupSteps(isDryRun: dryRun) { line throws(Failure) in
                try output.write(line: terminalSafe(line))
            }
            try steps.run(setup)
            if steps.made == 0 { try output.write(line: "all is there: nothing was changed") }
            try output.write(line: "")
            for line in PostfixLines.lines(setup) { try output.write(line: terminalSafe(line)) }
        }
    }

    // MARK: Answers

    private func answers() throws(Failure) -> Setup {
        let kept = access(config, F_OK) == 0 ? try Configuration(ConfigTable(file: config)) : nil
        try agree(maildir, kept?.maildir, "maildir")
        try agree(ledger, kept?.ledger, "ledger")
        try agree(archive, kept?.archive, "archive")
        try agree(returnPath, kept?.verp.returnPath, "verp.return_path")
        let questions = try SetupQuestions(isInteractive: kept == nil && SetupQuestions.somebodyIsThere)
        func answer(_ option: String?, _ question: String, _ standard: String?) throws(Failure) -> String? {
            guard let option else { return try questions.ask(question, standard: standard) }
            return option
        }
        let address = try answer(
            returnPath ?? kept?.verp.returnPath, "Address that reports go to", Self.standardReturnPath)
        guard let address else {
            throw Failure(
                ExitStatus.usage,
                "no return path: give --return-path bounce@bounce.example.com, the address that reports go to")
        }
        let name = try answer(
            user, "User who owns the Maildir and scans it", geteuid() == 0 ? Account.defaultName : nil)
        var setup = Setup(
            config: config,
            maildir: try answer(maildir ?? kept?.maildir, "Maildir for the bounces", Setup.defaultMaildir)
                ?? Setup.defaultMaildir,
            ledger: try answer(ledger ?? kept?.ledger, "Ledger", Setup.defaultLedger) ?? Setup.defaultLedger,
            archive: try answer(archive ?? kept?.archive, "Folder to file counted reports in, by class", nil),
            returnPath: try Setup.ReturnAddress(address),
            user: try Account.find(name))
        setup.namesKey =
            kept?.verp.keys.contains { source in
                if case .file(let path) = source { path == setup.key } else { false }
            } ?? false
        try Setup.checkAbsolute(setup.maildir, "--maildir")
        if !LedgerStore.isAddress(setup.ledger) { try Setup.checkAbsolute(setup.ledger, "--ledger") }
        if let archive = setup.archive { try Setup.checkAbsolute(archive, "--archive") }
        // The same path for several would overwrite files.
        let guarded = GuardedFiles(ledger: setup.ledger)
        try guarded.refuse("--config", setup.config, ExitStatus.usage)
        try guarded.refuse("--maildir", setup.maildir, ExitStatus.usage)
        try guarded.refuseLedger(in: setup.maildir, "--ledger", ExitStatus.usage)
        if let archive = setup.archive { try guarded.refuse(archive: archive, "--archive", ExitStatus.usage) }
        return setup
    }

    /// Only paths in the configuration may be created.
    private func agree(_ option: String?, _ kept: String?, _ key: String) throws(Failure) {
        guard let option, let kept, option != kept else { return }
        throw Failure(
            ExitStatus.cannotCreate,
            "\(config) is there, is never written over, and says \(key) = \(kept.tomlQuoted), not \(option); edit it, or "
                + "leave out the option")
    }

    /// bounce@ and this machine's name, if that has a domain.
    private static var standardReturnPath: String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
        let name = textBeforeNUL(buffer)
        return name.contains(".") ? "bounce@" + name.lowercased() : nil
    }
}
