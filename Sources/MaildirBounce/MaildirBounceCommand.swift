import ArgumentParser
import Glibc

/// The command: `maildir-bounce SUBCOMMAND …`.
@main struct MaildirBounceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maildir-bounce",
        abstract: "Reads the bounces in a Maildir, counts them by address, and says who must not be mailed again.",
        discussion: """
            Example: maildir-bounce scan --maildir ~/Maildir --ledger ledger.sqlite
            Example: maildir-bounce check bob@dest.example --ledger ledger.sqlite
            """,
        version: programVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Messages",
                subcommands: [
                    ScanCommand.self,
                    DeliverCommand.self,
                    ReprocessCommand.self,
                    ClassifyCommand.self,
                    UnclassifiedCommand.self,
                ]),
            CommandGroup(
                name: "Who may be mailed",
                subcommands: [
                    CheckCommand.self,
                    AddressCommand.self,
                    SuppressedCommand.self,
                    SuppressCommand.self,
                    ReleaseCommand.self,
                    ImportCommand.self,
                    ExportCommand.self,
                    ChangesCommand.self,
                    HookCommand.self,
                    ForgetCommand.self,
                    PruneCommand.self,
                ]),
            CommandGroup(
                name: "What decides, and what came of it",
                subcommands: [
                    ReportCommand.self,
                    StatusCommand.self,
                    PolicyCommand.self,
                    SentCommand.self,
                    BrakeCommand.self,
                    RulesCommand.self,
                    VERPCommand.self,
                ]),
            CommandGroup(
                name: "Setting up",
                subcommands: [
                    InitCommand.self,
                    DoctorCommand.self,
                    CanaryCommand.self,
                    LedgerCommand.self,
                ]),
        ])

    static func main() {
        do {
            try ProcessLimits.prepare()
            var command = try parseCommandLine()
            try command.run()
        } catch {
            end(with: error)
        }
    }

    /// Reports what ended the command, and leaves with its status. Every command throws what it meets; only here it gets
    /// words and a number.
    private static func end(with error: any Error) -> Never {
        if let failure = Failure(error) {
            Log().error(failure.message)
            Glibc.exit(failure.status)
        }
        // An answer, already given in words; the general way builds the whole tree of commands first.
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        guard exitCode(for: error).rawValue == ExitStatus.usage else { exit(withError: error) }
        Log().error(usageSentence(for: error))
        Glibc.exit(isDelivering ? DeliverCommand.failureStatus : ExitStatus.usage)
    }

    /// Those that run every few minutes, once a message or once an address.
    private static let plainCommands: [any PlainCommand.Type] = [
        ScanCommand.self, DeliverCommand.self, CheckCommand.self,
    ]

    /// The command that was asked for.
    ///
    /// Tries the plain form first (see ``PlainArguments``), then the subcommand directly: parsing from the root takes
    /// longer. Errors in a command line are reported by the root, which knows all of it.
    private static func parseCommandLine() throws -> any ParsableCommand {
        let arguments = RawArguments.texts[...]
        if let command = try longCommand(arguments) { return command }
        if let name = arguments.first {
            let rest = arguments.dropFirst()
            if let plain = plainCommands.first(where: { $0.configuration.commandName == name }),
                let command = plain.init(plain: rest)
            {
                return command
            }
            if let subcommand = configuration.subcommands.first(where: { $0.configuration.commandName == name }),
                let command = try? subcommand.parseAsRoot(Array(rest))
            {
                return command
            }
        }
        return try parseAsRoot(Array(arguments))
    }

    /// The command of a line with many words; `nil` if there are few.
    ///
    /// An invalid line with many words is reported in its shortened form.
    private static func longCommand(_ arguments: ArraySlice<String>) throws -> (any ParsableCommand)? {
        guard arguments.count > LongArguments.shortestRun else { return nil }
        let long = LongArguments(arguments)
        guard long.isShortened else { return nil }
        let command = try parseAsRoot(long.short)
        guard var command = command as? any WordsCommand else {
            // The placeholder must not be taken for one of the words.
            guard arguments.count > LongArguments.longestGeneral else { return nil }
            throw ValidationError("\(arguments.count) words are too many for this command")
        }
        command.words = long.restored(command.words)
        try command.validate()
        return command
    }

    /// Whether a mail server pipes a message to us, which it would discard for most exit statuses.
    private static var isDelivering: Bool {
        RawArguments.texts.first == DeliverCommand.configuration.commandName
    }

    /// One line about an invalid command line, with a hint to the help.
    private static func usageSentence(for error: any Error) -> String {
        let sentence = message(for: error).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        let subcommand = RawArguments.texts.first.flatMap { names.contains($0) ? " \($0)" : nil } ?? ""
        return "\(sentence); see maildir-bounce\(subcommand) --help"
    }
}
