import ArgumentParser
import Bytes
import Glibc
import Ledger

/// `canary`: mails that are meant to bounce, to see whether bounces come back.
struct CanaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canary",
        abstract: "Send mails that are meant to bounce, and say whether their reports come back.",
        discussion: """
            A mail to an address that is known to refuse must come back as a report. If it does not, no bounce may come \
            back: the way home is broken, and nobody sees it. There are two ways. A local canary goes to an address of our own \
            server that does not exist; a remote one to another server's, whose report, if it takes the mail first, must find \
            us by the MX or A record of the return path's domain. If it refuses in the SMTP dialogue, our own server writes \
            the report, and canary check says that the way from outside was not tested.

                [canary]
                local = "news.example"           # a domain of this server, or an address of it that does not exist
                remote = "refuses.example"       # one, or a list
                within = "1h"                    # no report for so long is an alarm
                every = "1d"

            To a domain each canary goes to an address of its own. [verp] return_path is needed; a tag is added to it, so that \
            a recipient delimiter that is off is found. Nothing is sent unless the configuration names somebody. Name a second domain of your own, or one whose \
            postmaster agreed. A report on a canary counts for no address and in no statistic.

            Example: maildir-bounce canary send
            Example: maildir-bounce canary check
            """,
        subcommands: [CanarySendCommand.self, CanaryCheckCommand.self])
}

/// `canary send`
struct CanarySendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send the canaries that are due.",
        discussion: """
            At most one to each target in the time of every, so it may be run every hour. Each is recorded in the ledger and \
            handed to sendmail, from a return path of the kind that [verp] describes. Says nothing when nothing is wrong, as \
            cron wants. Run it as the user who scans.

            Example: maildir-bounce canary send
            Example: maildir-bounce canary send --force --verbose

            Exit status: 0 done, 64 usage, 66 no ledger in that file, 73 the ledger cannot be written, 74 reading or writing \
            failed, 75 sendmail did not take a mail, or the ledger is busy: run it again, 78 no canary is configured, none can \
            be made for one of the targets (the others are sent), or the configuration is wrong.
            """)

    @Flag(help: "Send now, however old the last ones are.")
    var force = false

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    @Flag(name: .shortAndLong, help: "Name each that was sent.")
    var verbose = false

    func run() throws {
        let configuration = try config.load()
        let sending = CanarySending(
            configuration.canary, configuration.verp, try ledgerOptions.openForWriting(configuration), isForced: force,
            at: Int64(time(nil)))
        try StandardOutput.use { output in
            try sending.run { line in
                if verbose { try output.write(line: terminalSafe(line)) }
            }
        }
    }
}

/// `canary check`
struct CanaryCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say which reports on canaries have come, which are awaited and which are overdue.",
        discussion: """
            An overdue one is an alarm until a later one is answered; what the silence may mean is said, most probable first. \
            status, status --nagios, the metrics of scan and doctor say the same.

            Example: maildir-bounce canary check
            Example: maildir-bounce canary check --format json | jq '.canaries[] | select(.state == "overdue")'

            Exit status, as a monitor's plugin has it: 0 answered (also if a remote server refused in the SMTP dialogue, \
            state refused), or not due yet; 1 a warning: none was sent for long, one could not be sent, or a report came without its tag; 2 overdue; 3 no canary is configured. As elsewhere: 64 \
            usage, 66 no ledger in that file, 74 reading failed, 75 try again later, 78 configuration.
            """)

    @Option(help: "How to print: text for people, json for programs (one object).")
    var format: TextOrJSON = .text

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    /// The exit status if no canary is configured.
    static let unknown: Int32 = 3

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        let listing = try CanaryListing(ledger, configuration, at: Int64(time(nil)))
        guard !listing.entries.isEmpty else {
            try format.print(["no canary is configured; see maildir-bounce canary --help"]) { writer in
                writer.object { $0.canaries(listing) }
                writer.endLine()
            }
            throw ExitCode(Self.unknown)
        }
        try format.print(listing.lines()) { writer in
            writer.object { $0.canaries(listing) }
            writer.endLine()
        }
        if listing.level != .ok { throw ExitCode(listing.level.rawValue) }
    }
}
