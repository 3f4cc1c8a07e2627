import ArgumentParser
import Glibc
import Ledger
import LedgerPostgreSQL

/// `status`: totals of the ledger.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show runs, reports, who is suppressed, what the brake holds, and where reports come from.",
        discussion: """
            First comes what you have to repair: which domains have refused your mail in the last \(SendersFaults.quietDays) \
            days for a fault of the sender (a block, a failed DKIM or SPF check, a message too big), how many addresses since \
            when, why, and what to do. It looks back \(SendersFaults.windowDays) days. docs/reasons.md has a section about each \
            reason.

            Local reports are those that our own mail server wrote while it talked to another; remote ones were written by \
            a foreign server that had taken the mail. Where remote ones never come, foreign servers may not be able to \
            reach the return address; it says so. What became of canaries is said if any are configured (canary --help).

            Example: maildir-bounce status --ledger /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce status --format json | jq .origins
            Example: maildir-bounce status --nagios --warning 30m --critical 24h

            With --nagios it prints one line and leaves with 0 well, 1 warning (a domain refuses --warn-senders-faults \
            addresses or more for a fault of the sender, the last scan is old or was stopped, the brake holds something, a \
            hook fails or is late, no foreign server's report in 30 days, a canary was not sent), 2 critical (no scan for \
            long, the last one failed, the ledger cannot be read, the report on a canary is overdue) or 3 unknown. When the \
            last scan was stands in the file that scan \
            --metrics writes.

            Exit status: 0 done, 64 usage, 66 no ledger in that file, 74 reading failed, 75 try again later, 78 \
            configuration.
            """)

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text for people, json for programs (one object).")
    var format: TextOrJSON = .text

    @Flag(help: "Answer as a plugin of Nagios: one line and its exit status.")
    var nagios = false

    @Option(help: ArgumentHelp("With --nagios: the file of scan --metrics.", valueName: "file"))
    var metrics: String?

    @Option(help: ArgumentHelp("With --nagios: a last scan so old is a warning.", valueName: "span"))
    var warning = TimeSpan(seconds: 30 * 60)

    @Option(help: ArgumentHelp("With --nagios: a last scan so old is critical.", valueName: "span"))
    var critical = TimeSpan(seconds: 24 * 3_600)

    @Option(
        help: ArgumentHelp(
            "With --nagios: so many addresses refused by one domain for a fault of the sender are a warning.",
            valueName: "n"))
    var warnSendersFaults = 10

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if nagios, format != .text { throw ValidationError("--nagios has its own format: leave --format out") }
        if warnSendersFaults < 1 { throw ValidationError("--warn-senders-faults must be at least 1") }
        if warning > critical { throw ValidationError("--warning must not be longer than --critical") }
    }

    func run() throws {
        if nagios { return try runForNagios() }
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        let report = try StatusListing(ledger, configuration, at: Int64(time(nil)))
        try format.print(report.lines()) { $0.status(report) }
    }

    private func runForNagios() throws {
        let report = nagiosReport()
        try StandardOutput.use { output in try output.write(line: report.line) }
        throw ExitCode(report.state.rawValue)
    }

    /// Whatever goes wrong is an answer, too.
    private func nagiosReport() -> NagiosAnswer {
        let configuration: Configuration
        let path: String
        do {
            configuration = try config.load()
            path = try ledgerOptions.path(configuration)
        } catch {
            return NagiosAnswer(
                .unknown, (error as? Failure)?.message ?? (error as? ValidationError)?.message ?? "\(error)")
        }
        let status: StatusListing
        do {
            let ledger = try LedgerStore(path: path, mode: .readOnly, policy: configuration.policy)
            status = try StatusListing(ledger, configuration, at: Int64(time(nil)))
        } catch {
            return NagiosAnswer(.critical, error.description)
        }
        var lastScan: LastScan?
        var noScan = "when the last scan was is not known: let it write --metrics FILE, and name the file here"
        if let file = metrics ?? configuration.metrics {
            do {
                lastScan = try MetricsFile(path: file).lastScan()
                noScan = "\(file) says nothing of a last scan: is it the file of scan --metrics?"
            } catch {
                noScan = "when the last scan was is not known: \(file): \(error.sentence)"
            }
        }
        return NagiosAnswer(
            status, lastScan: lastScan, noScan: noScan,
            limits: NagiosAnswer.Limits(warning: warning, critical: critical, sendersFaults: warnSendersFaults))
    }
}
