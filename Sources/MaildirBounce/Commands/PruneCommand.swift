import ArgumentParser
import Glibc
import Ledger

/// `prune`: drop old details.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Drop the details of old reports from the ledger, and keep what they led to.",
        discussion: """
            Every counter, streak and suppression stays as it is, and no old report counts again. What goes is the \
            history: diagnostics, Message-IDs, notes. A policy that changes later no longer derives that part anew, and \
            spikes older than this can no longer be released.

            Example: maildir-bounce prune --older-than 400d --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done, 64 usage, 66 no ledger in that file, 73 the ledger cannot be written, 74 reading or \
            writing failed, 75 try again later, 78 configuration.
            """)

    @Option(help: ArgumentHelp("How old, in days or weeks: 400d, 60w.", valueName: "span"))
    var olderThan: DayCount

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let ledger = try ledgerOptions.openForWriting(try config.load())
        let moment = Int64(time(nil)) - olderThan.seconds
        let result = try inLedger { () throws(LedgerError) in try ledger.prune(olderThan: moment) }
        try StandardOutput.use { output in
            try output.write(
                line: "dropped: reports \(result.deliveries), outcomes \(result.outcomes); their counts stay")
        }
    }
}
