import ArgumentParser
import Glibc

/// `reprocess`: counts old mail, or rebuilds the ledger.
struct ReprocessCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "reprocess",
        abstract: "Count old mail: Maildirs, archives, folders, mbox files, tar archives. Or derive the ledger again.",
        discussion: """
            Each message is read, classified and counted as scan does it, and nothing is moved: sources are never written \
            to. A source is a Maildir (its new and cur), an archive that scan --archive has filled, another folder (all \
            files and Maildirs below it), an mbox, a tar archive or a single mail, each also packed with gzip, or - for \
            standard input. What it is shows in its first bytes. A file of events that a mail service posted to a webhook (JSON \
            of Amazon SNS, SendGrid, Postmark, Mailgun, Mailjet) is a source, too, each event a message.

            A message counts once, however often this is run, wherever it was stopped, and whether or not scan has met it \
            before or will. A message of an mbox or tar that breaks off within it is not counted.

            Example: maildir-bounce reprocess ~/Maildir old-bounces.mbox.gz --ledger /var/lib/maildir-bounce/ledger.sqlite
            Example: tar c Maildir | maildir-bounce reprocess - --since 2025-01-01 --dry-run
            Example: maildir-bounce reprocess --reclassify /var/vmail/bounces/archive --yes
            Example: maildir-bounce reprocess --rebuild

            Exit status: 0 done, 64 usage, 65 no message in the sources, 66 a source is missing, cannot be read or breaks \
            off (all that could be read is counted), 73 ledger cannot be written, 74 reading or writing failed, \
            or the reader of the verdicts has closed the pipe, 75 stopped in good order (signal, full disk, busy ledger, \
            no consent to --rebuild or --reclassify): run it again, 78 configuration.
            """)

    @Argument(help: ArgumentHelp("Maildirs, folders, mbox files, tar archives, mails, or -.", valueName: "source"))
    var sources: [String] = []

    var words: [String] {
        get { sources }
        set { sources = newValue }
    }

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(
        help: ArgumentHelp(
            "Only messages that arrived at this time or later: 2025-01-31, with T12:00:00Z, or 90d (ago).",
            valueName: "time"))
    var since: GivenTime?

    @Option(help: ArgumentHelp("Only messages that arrived before this time.", valueName: "time"))
    var until: GivenTime?

    @Option(help: ArgumentHelp("Threads that read and classify.", valueName: "n"))
    var jobs: Int = 2

    @OptionGroup var options: RunOptions

    @Flag(name: .shortAndLong, help: "Print each verdict, as --format text does.")
    var verbose = false

    @Flag(help: "Derive all counters from the events in the ledger; takes no source.")
    var rebuild = false

    @Flag(help: "Replace the verdicts that the ledger has of these messages by today's, all or none.")
    var reclassify = false

    @Flag(help: "With --rebuild and --reclassify: commit without asking.")
    var yes = false

    @Option(
        help: """
            How far it is, on standard error: auto (a bar at a terminal, a line every 10 s where it goes elsewhere, nothing \
            under cron), always (also under cron), never.
            """)
    var progress: ProgressMode = .auto

    @OptionGroup var config: ConfigOptions

    /// The most threads that make sense anywhere.
    static let maximumJobs = 64

    func validate() throws {
        guard (1...Self.maximumJobs).contains(jobs) else {
            throw ValidationError("--jobs must be from 1 to \(Self.maximumJobs)")
        }
        guard sources.filter({ $0 == "-" }).count < 2 else {
            throw ValidationError("standard input (-) can be read only once")
        }
        if rebuild {
            guard sources.isEmpty, !reclassify, since == nil, until == nil, options.format == nil else {
                throw ValidationError(
                    "--rebuild derives everything from the ledger; it takes no source and no other order")
            }
        } else if sources.isEmpty {
            throw ValidationError(
                "no source: name a Maildir, an mbox, a tar archive or a folder, or - for standard input")
        }
        if (rebuild || reclassify) && options.dryRun {
            throw ValidationError(
                "--dry-run: --rebuild and --reclassify change nothing until you agree; leave out --yes")
        }
        if reclassify && options.format != nil { throw ValidationError("--format: --reclassify prints what changes") }
        if yes && !rebuild && !reclassify { throw ValidationError("--yes goes with --rebuild or --reclassify") }
        let now = Int64(time(nil))
        if let since, let until, since.moment(before: now) >= until.moment(before: now) {
            throw ValidationError("--since must be before --until")
        }
    }

    func run() throws {
        let configuration = try config.load()
        let now = Int64(time(nil))
        let ledger = try ledgerOptions.path(configuration)
        let order = ReprocessOrder(
            sources: RawArguments.paths(of: sources), ledger: ledger,
            period: Period(since: since?.moment(before: now), until: until?.moment(before: now)), threads: jobs,
            isDryRun: options.dryRun,
            format: options.format ?? (verbose ? .text : nil), progress: progress,
            settings: try configuration.classifierWithKeys(), policy: configuration.policy, trust: configuration.trust,
            capture: configuration.capture,
            countedMaildir: configuration.maildir(countedIn: ledger))
        try StandardOutput.use { output in
            let status: Int32
            if rebuild || reclassify {
                let run = Reclassify(order, isConfirmed: yes, output: output)
                status = rebuild ? try run.rebuild() : try run.reclassify()
            } else {
                status = try Reprocess.run(order, output: output)
            }
            guard status == ExitStatus.success else { throw ExitCode(status) }
        }
    }
}
