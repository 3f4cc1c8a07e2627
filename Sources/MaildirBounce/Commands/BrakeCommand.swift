import ArgumentParser
import Bytes
import Glibc
import Ledger

/// `brake`: what is held back because a provider seems to have an outage.
struct BrakeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brake",
        abstract: "List, release or confirm what is held: waves of failures, and large reports from outside.",
        discussion: """
            When many addresses of one domain fail for one reason within an hour, and far more than before, nobody is \
            suppressed for it until it is confirmed, or until the address fails again days later. docs/policy.md has the \
            numbers. A wave of complaints is held in the same way.

            A report from outside that blames more than [trust] max_addresses addresses is held whole: it counts against \
            nobody until it is confirmed, however often it comes.

            Example: maildir-bounce brake list
            Example: maildir-bounce brake release big.example --note "their outage of Tuesday"
            Example: maildir-bounce brake release --report 0123456789abcdef
            """,
        subcommands: [BrakeListCommand.self, BrakeReleaseCommand.self, BrakeConfirmCommand.self],
        defaultSubcommand: BrakeListCommand.self)
}

/// `brake list`
struct BrakeListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the spikes and held reports of which nobody has decided.",
        discussion: """
            Columns: provider, reason, start, end, addresses that failed, addresses that wait and would be suppressed if \
            it is confirmed, status (held, confirmed, released). A spike with nobody waiting needs no decision.

            Reports that are held come after them: id (its first digits), arrival, class, how many addresses, their \
            domains, Message-ID, file, status. csv lists the spikes, with --reports the reports.

            Example: maildir-bounce brake list --ledger /var/lib/maildir-bounce/ledger.sqlite --format csv

            Exit status: 0 done (also where nothing is held), 64 usage, 66 no ledger in that file, 74 reading failed, 75 \
            try again later, 78 configuration.
            """)

    @Flag(help: "Also those that were confirmed or released.")
    var all = false

    @Flag(help: "Only the held reports.")
    var reports = false

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text (columns), csv or jsonl.")
    var format: ListFormat = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let ledger = try ledgerOptions.open(try config.load())
        let episodes = reports ? [] : try ledger.brakes(all: all)
        let held = format == .csv && !reports ? [] : try ledger.heldReports(all: all)
        try StandardOutput.use { output in
            switch format {
            case .text:
                guard !episodes.isEmpty || !held.isEmpty else {
                    return try output.write(line: "nothing is held back")
                }
                var lines: [String] = []
                if !episodes.isEmpty {
                    lines = Columns.lines([BrakeEpisode.columns] + episodes.map { $0.cells.map(terminalSafe) })
                }
                if !held.isEmpty {
                    lines += lines.isEmpty ? [] : [""]
                    lines += Columns.lines([HeldReport.columns] + held.map { $0.cells(short: true).map(terminalSafe) })
                }
                for line in lines { try output.write(line: line) }
            case .csv:
                let rows =
                    reports
                    ? [HeldReport.columns] + held.map { $0.cells(short: false) }
                    : [BrakeEpisode.columns] + episodes.map(\.cells)
                for row in rows { try output.write(CSV.row(row).utf8) }
            case .jsonl:
                var json = JSONWriter()
                for episode in episodes {
                    json.brakeEpisode(episode)
                    json.endLine()
                }
                for report in held {
                    json.heldReport(report)
                    json.endLine()
                }
                try output.write(json.bytes)
            }
        }
    }
}

/// `brake release`
struct BrakeReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract:
            "The provider was out of order, or the report is forged: what it said counts against nobody, for good.",
        discussion: """
            Mail of that time that is scanned later does not count either; what fails at another time counts afresh. With \
            --report, a copy of the report does not count either.

            Example: maildir-bounce brake release big.example --note "their outage of Tuesday"
            Example: maildir-bounce brake release big.example --reason userunknown --start 2026-11-24T08:00:00Z
            Example: maildir-bounce brake release --report 0123456789abcdef

            Exit status: 0 done, 64 usage, 65 nothing is held that this names, 66 no ledger in that file, 73 the ledger \
            cannot be written, 74 reading or writing failed, 75 try again later, 78 configuration.
            """)

    @OptionGroup var choice: BrakeChoice

    func run() throws { try choice.decide(.release) }
}

/// `brake confirm`
struct BrakeConfirmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "The addresses are dead: what is held counts as if there were no brake.",
        discussion: """
            Example: maildir-bounce brake confirm closed.example
            Example: maildir-bounce brake confirm --report 0123456789abcdef

            Exit status: 0 done, 64 usage, 65 nothing is held that this names, 66 no ledger in that file, 73 the ledger \
            cannot be written, 74 reading or writing failed, 75 try again later, 78 configuration.
            """)

    @OptionGroup var choice: BrakeChoice

    func run() throws { try choice.decide(.confirm) }
}

/// Which spikes are meant, and who says so.
struct BrakeChoice: ParsableArguments {
    @Argument(help: "The domain, as brake list prints it.")
    var provider: String?

    @Option(
        help: ArgumentHelp("A held report, by the first digits of its id, as brake list prints it.", valueName: "id"))
    var report: String?

    @Option(help: ArgumentHelp("Only spikes for this reason, such as userunknown.", valueName: "reason"))
    var reason: String?

    @Option(
        help: ArgumentHelp(
            "Only the spike that begins then, as brake list prints it; also one that was decided otherwise.",
            valueName: "time"))
    var start: String?

    @OptionGroup var note: NoteOptions

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        switch (provider, report) {
        case (nil, nil): throw ValidationError("name the domain of a spike, or a report with --report")
        case (.some, .some): throw ValidationError("name either a domain or a --report, not both")
        case (nil, .some) where reason != nil || start != nil:
            throw ValidationError("--reason and --start are about a spike; leave them out with --report")
        default: break
        }
    }

    func decide(_ verdict: BrakeVerdict) throws {
        if let report { return try decide(verdict, report: report) }
        let provider = provider ?? ""
        let configuration = try config.load()
        let domain = CanonicalAddress("x@" + provider)?.domain ?? provider
        let decided: BrakeStatus = verdict == .confirm ? .confirmed : .released
        // Only read: if there is nothing to decide, nothing is written and no ledger is created. The reader must be closed
        // before the ledger is opened for writing: it maps the -shm of another program that writes read-only, and SQLite
        // shares one map among the connections of a process.
        let episodes = try ledgerOptions.open(configuration).brakes(all: true).filter { episode in
            episode.provider == domain && (reason.map { episode.reason.text == $0 } ?? true)
                && episode.status != decided
                && (start.map { $0 == timestamp(episode.start) } ?? (episode.status == .held))
        }
        guard !episodes.isEmpty else {
            throw Failure(
                ExitStatus.dataError,
                "nothing is held back at \(provider) that this names; maildir-bounce brake list shows what is")
        }
        let ledger = try ledgerOptions.openForWriting(configuration)
        let (note, author, now) = (self.note.note, self.note.authorName, Int64(time(nil)))
        try StandardOutput.use { output in
            for episode in episodes {
                _ = try ledger.decideBrake(
                    provider: episode.provider, reason: episode.reason, from: episode.start, to: episode.end,
                    verdict,
                    note: note, author: author, at: now)
                try output.write(line: terminalSafe("\(decided.name): \(episode.sentence), \(episode.effect(decided))"))
            }
        }
    }
}

extension BrakeChoice {
    private func decide(_ verdict: BrakeVerdict, report id: String) throws {
        let configuration = try config.load()
        let decided: BrakeStatus = verdict == .confirm ? .confirmed : .released
        guard let held = try ledgerOptions.open(configuration).heldReport(id.lowercased()), held.status != decided
        else {
            throw Failure(
                ExitStatus.dataError,
                "no held report has this id, or it is \(decided.name) already, or the id has fewer than "
                    + "\(HeldReport.shortest) digits; maildir-bounce brake list shows which are held")
        }
        let ledger = try ledgerOptions.openForWriting(configuration)
        guard
            try ledger.decideReport(
                held.id, verdict, note: note.note, author: note.authorName, at: Int64(time(nil)))
        else { throw Failure(ExitStatus.temporaryFailure, "the report is not held any more; look at brake list again") }
        try StandardOutput.use { output in
            try output.write(line: terminalSafe("\(decided.name): \(held.sentence)"))
        }
    }
}

extension BrakeEpisode {
    /// The effect of a decision on the waiting addresses.
    fileprivate func effect(_ decided: BrakeStatus) -> String {
        guard status == .held else { return "before \(status.name)" }
        return decided == .confirmed ? "\(held) now suppressed" : "\(held) that waited may be mailed"
    }
}
