import ArgumentParser
import Ledger

/// `changes`: who became suppressed or free, in the order of the commits.
struct ChangesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "List who became suppressed or free since another program last asked.",
        discussion: """
            Each row has a number, and numbers only grow: who has read number N asks for what is --after N and misses \
            nothing, not even of mails that came late or that another host has counted. A row says suppressed (do not mail \
            it), released, lapsed (its suppression has ended) or held (the brake waits for a decision): the last three may be \
            mailed. erased names no address but the key that its earlier rows had; whether it may be mailed, check says. overdue \
            names a canary on which no report has come (canary --help).

            A new reader begins with --snapshot: everything that is suppressed, between a line "begin" and a line "complete", \
            which has the number to go on from. So must everybody when the feed has a new epoch (after \
            reprocess --rebuild, --reclassify, policy adopt, ledger copy), or where rows were pruned that the reader had not \
            read; then the exit status is 65. Give the epoch with the number, --after EPOCH:N, so that no old number is taken \
            for a new one. docs/interface.md describes the rows; hook run hands them to a program.

            Example: maildir-bounce changes --format csv
            Example: maildir-bounce changes --snapshot --format jsonl > everything.jsonl
            Example: maildir-bounce changes --after 5a3c9e10:4711 --format jsonl

            Exit status: 0 done (also where nothing has changed), 64 usage, 65 the reader must begin again with --snapshot, \
            66 no ledger in that file, 73 the ledger cannot be written, 74 reading or writing failed, 75 try again later, 78 \
            configuration.
            """)

    @Option(
        help: ArgumentHelp(
            "The number of the last row that was read, or EPOCH:NUMBER; else all rows that are there.",
            valueName: "number"))
    var after: FeedCursor?

    @Option(help: ArgumentHelp("How many rows at most.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Print everything that is suppressed now, for a reader that begins.")
    var snapshot = false

    @Flag(help: "Begin a new epoch, after a backup of the ledger was restored: every reader begins again.")
    var newEpoch = false

    @Option(help: "How to print: text (columns separated by tabs), csv or jsonl.")
    var format: ListFormat = .text

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
        if snapshot, after != nil || limit != nil {
            throw ValidationError("--snapshot prints everything: leave --after and --limit out")
        }
        if newEpoch, snapshot || after != nil || limit != nil || format != .text {
            throw ValidationError("--new-epoch prints no rows: leave the other options out")
        }
    }

    func run() throws {
        let configuration = try config.load()
        if newEpoch {
            let ledger = try ledgerOptions.openForWriting(configuration)
            try ledger.beginFeed()
            let feed = try ledger.feed()
            return try StandardOutput.use { output in
                try output.write(
                    line: "epoch \(feed.epoch): readers begin again with changes --snapshot, hooks do so by themselves")
            }
        }
        let ledger = try ledgerOptions.open(configuration)
        try StandardOutput.use { output in
            let printer = RowPrinter(output)
            if snapshot {
                try FeedReader(ledger, own: configuration.own).snapshot(format) { printer.print($0) }
            } else {
                try printChanges(ledger, configuration.own, printer)
            }
            try printer.finish()
        }
    }

    private func printChanges(_ ledger: LedgerStore, _ own: OwnAddresses, _ printer: RowPrinter) throws {
        let reader = FeedReader(ledger, own: own)
        let feed = try ledger.feed()
        if let after, !feed.continues(after: after.number, in: after.epoch) {
            throw Failure(
                ExitStatus.dataError,
                "the feed does not continue after \(after.number): begin again with changes --snapshot (its epoch is "
                    + "\(feed.epoch), "
                    + (feed.first < feed.number
                        ? "its rows are \(feed.first + 1) to \(feed.number))" : "it has no row yet)"))
        }
        var list = ChangeList(format: format, epoch: feed.epoch)
        if let header = list.header { printer.print(header.utf8) }
        var (last, left) = (after?.number ?? feed.first, limit ?? Int.max)
        while left > 0 {
            let rows = try reader.next(after: last, limit: min(left, LedgerStore.page), in: feed.epoch)
            guard let final = rows.last?.number else { return }
            for row in rows where reader.takes(row) {
                guard printer.print(list.line(row)) else { return }
                left -= 1
            }
            last = final
        }
    }
}

extension FeedCursor: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
