import ArgumentParser

/// `scan`: the main job.
struct ScanCommand: PlainCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Count the bounces that wait in a Maildir's new/ and move them out of the way.",
        discussion: """
            Each message in new/ is read, classified, counted in the ledger exactly once, and moved to cur/, or with \
            --archive to a Maildir for its class. What is no report goes to cur/ for a person to read. Says nothing when \
            nothing is wrong, as cron wants; where another run is at work on the Maildir, it leaves with success. SIGINT \
            and SIGTERM finish the batch at hand.

            The first scan leaves the file \(LedgerMark.fileName) in the Maildir, which names the ledger. A later one that \
            finds another ledger or none, as where a disk is not mounted, counts and moves nothing, with status 74. \
            --new-ledger begins anew.

            With --cur, or cur = true in [scan], it then looks into cur/, for a Maildir that people also open by IMAP: an IMAP \
            server moves a message there as soon as a mail program looks. Failure reports and complaints without any flag \
            that the ledger does not know are counted, and moved like those in new/. All else in cur/ is left as it is. A run \
            reads at most 10,000 messages of cur/, and the next one goes on; the file \(CurFolder.fileName) says up to where.

            Example: maildir-bounce scan --maildir /var/vmail/bounces/Maildir --ledger /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce scan --maildir ~/Maildir --ledger ledger.sqlite --dry-run
            Example: maildir-bounce scan --metrics /var/lib/prometheus/node-exporter/bounces.prom

            Exit status: 0 done, 64 usage, 66 no such Maildir, 73 Maildir, ledger, archive or metrics cannot be written, or \
            single messages could not be read or moved (they are named and left, all others are done), 74 reading or writing \
            failed, the reader of the verdicts has closed the pipe (those not moved are printed again by the next run), or the ledger is damaged, absent or another one, 75 stopped in good order (signal, full disk, busy ledger): \
            run it again, 78 configuration.
            """)

    @Option(help: ArgumentHelp("The Maildir: the folder that holds cur, new and tmp.", valueName: "dir"))
    var maildir: String?

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(
        help: ArgumentHelp(
            "Move reports to a Maildir for each class in this folder, such as DIR/hard-bounce.", valueName: "dir"))
    var archive: String?

    @Flag(
        help: """
            Count this Maildir in this ledger from now on, whatever it was counted in before; makes one if there is none.
            """)
    var newLedger = false

    @Flag(help: "Take the bounces in cur/ that nobody has opened, too; else cur of [scan] in the configuration.")
    var cur = false

    @OptionGroup var options: RunOptions

    @Option(
        help: ArgumentHelp(
            "Take at most so many messages, the first by name; those that cannot be moved do not count.", valueName: "n"
        ))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "Write figures for Prometheus to this file, in place of the last run's.", valueName: "file"))
    var metrics: String?

    @OptionGroup var config: ConfigOptions

    @Flag(name: .shortAndLong, help: "Print a summary line; with --dry-run, each verdict.")
    var verbose = false

    init() {}

    /// The options of a cron job: paths, and `--verbose`.
    init?(plain arguments: some Sequence<String>) {
        let options = ["--maildir", "--ledger", "--archive", "--metrics", "--config"]
        guard let plain = PlainArguments(arguments, options: options, flags: ["--verbose", "-v"]), plain.words.isEmpty
        else { return nil }
        maildir = plain.options["--maildir"]
        ledgerOptions = LedgerOptions(ledger: plain.options["--ledger"])
        archive = plain.options["--archive"]
        newLedger = false
        cur = false
        self.options = RunOptions.none
        limit = nil
        metrics = plain.options["--metrics"]
        config = ConfigOptions(path: plain.options["--config"])
        verbose = !plain.flags.isEmpty
    }

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
        if options.dryRun, metrics != nil { throw ValidationError("--dry-run writes nothing: leave --metrics out") }
    }

    func run() throws {
        let configuration = try config.load()
        guard let maildir = maildir ?? configuration.maildir else {
            throw ValidationError("no Maildir: give --maildir DIR, or set maildir in the configuration")
        }
        let ledger = try ledgerOptions.path(configuration)
        try checkOutputs(configuration, maildir: maildir, ledger: ledger)
        let order = ScanOrder(
            maildir: maildir, ledger: ledger, archive: archive ?? configuration.archive,
            limit: limit, format: options.format, settings: try configuration.classifierWithKeys(),
            policy: configuration.policy, trust: configuration.trust, capture: configuration.capture,
            isVerbose: verbose, takesCur: cur || configuration.takesCur, beginsAnew: newLedger,
            canary: configuration.canary, hooks: configuration.hooks.map(\.name))
        try StandardOutput.use { output in
            if options.dryRun {
                try DryRun.run(order, output: output)
            } else if let metrics = metrics ?? configuration.metrics {
                try MeasuredScan.run(order, metrics: metrics, output: output)
            } else {
                var tally = ScanTally()
                _ = try Scan.run(order, output: output, tally: &tally)
            }
        }
    }

    /// No output may overwrite the ledger, and the ledger must not be where it would be taken for a message.
    private func checkOutputs(_ configuration: Configuration, maildir: String, ledger: String) throws(Failure) {
        func source(_ given: String?, _ option: String, _ key: String) -> (name: String, status: Int32) {
            given == nil ? (key, ExitStatus.configuration) : (option, ExitStatus.usage)
        }
        let guarded = GuardedFiles(ledger: ledger, more: ["\(maildir)/\(LedgerMark.fileName)"])
        let place = source(ledgerOptions.ledger, "--ledger", "ledger")
        try guarded.refuseLedger(in: maildir, place.name, place.status)
        if let metrics = metrics ?? configuration.metrics {
            let place = source(self.metrics, "--metrics", "metrics.file")
            try guarded.refuse(place.name, metrics, place.status)
        }
        if let archive = archive ?? configuration.archive {
            let place = source(self.archive, "--archive", "archive")
            try guarded.refuse(archive: archive, place.name, place.status)
        }
    }
}
