import ArgumentParser
import Glibc
import Ledger

/// `prune`: remove old details.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Drop the details of old reports from the ledger, and keep what they led to.",
        discussion: """
            Every counter, streak and suppression stays as it is, and no old report counts again. What goes is the \
            history: diagnostics, Message-IDs, notes, the names of hosts that nothing else names, old rows of the feed of \
            changes. Room that this frees is \
            given back where no other program uses the ledger just then. A policy that changes later no longer derives that part again, and \
            spikes older than this can no longer be released.

            Texts of mails that came back (subject, Message-ID and the like) go with their report, and in any case after \
            the days of [capture] in the configuration, \(CaptureTable.defaultDays) if it says nothing.

            Example: maildir-bounce prune --older-than 400d --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done, 64 usage, 66 no ledger in that file, 73 the ledger cannot be written, 74 reading or \
            writing failed, 75 try again later, 78 configuration.
            """)

    @Option(help: ArgumentHelp("How old, in days or weeks: 400d, 60w.", valueName: "span"))
    var olderThan: DayCount

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.openForWriting(configuration)
        let now = Int64(time(nil))
        let result = try ledger.prune(
            olderThan: now - olderThan.seconds, capturedBefore: configuration.capture.horizon(at: now))
        try StandardOutput.use { output in
            try output.write(
                line: "dropped: reports \(result.deliveries), outcomes \(result.outcomes), changes \(result.changes); "
                    + "what they led to stays")
            if result.captured > 0 {
                try output.write(line: "dropped: texts of mails that came back \(result.captured)")
            }
            if let room = result.room { try output.write(line: sentence(room)) }
        }
    }

    /// The result of freeing space.
    private func sentence(_ room: LedgerRoom) -> String {
        func text(_ bytes: Int64) -> String {
            bytes < 1_000_000 ? "\(bytes / 1_000) kB" : "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB"
        }
        if room.after < room.before {
            return "the ledger's file had \(text(room.before)) and has \(text(room.after)) now"
        }
        guard let obstacle = room.obstacle else {
            return
                "the ledger's file still has \(text(room.after)), of which \(text(room.unused)) are free to be used again"
        }
        return
            "the ledger's file still has \(text(room.after)): \(obstacle); what is free in it is used again, and the next "
            + "prune tries again to give it back"
    }
}
