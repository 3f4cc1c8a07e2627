import ArgumentParser
import Bytes
import Glibc
import Ledger

/// `sent`: tells on which days a mailing was sent.
struct SentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sent",
        abstract: "Tell on which days a mailing was sent, or list the days that are known.",
        discussion: """
            A mailbox that is always full fails on every mailing; one that had an accident fails on one. So failures count \
            if mailings in a row have them (docs/policy.md). On which days a list was mailed the ledger knows from the \
            our own server's reports about two or more of its addresses; for a small list tell it, best from the script that sends. \
            STREAM is the list's List-Id, or the return path without its tag. Do not tell it of receipts and other single \
            mails: they are no mailing.

            --from reads a table with the columns stream, day and, if known, count, with or without a line of these names.

            Example: maildir-bounce sent --stream news.firm.example --count 4200
            Example: maildir-bounce sent --stream bounce@news.example --at 2026-11-24
            Example: maildir-bounce sent --from mailings.csv
            Example: maildir-bounce sent --remove --stream news.firm.example --at 2026-11-24
            Example: maildir-bounce sent --list

            Exit status: 0 done, 64 usage, 65 a line of the table is wrong, or of the day to take back nothing was told, and \
            nothing was changed, 66 no ledger or no table \
            in that file, 73 the ledger cannot be written, 74 reading or writing failed, 75 try again later, 78 configuration.
            """)

    @Option(
        help: ArgumentHelp(
            "The List-Id, or the return path without its tag; else the configured one.", valueName: "stream"))
    var stream: String?

    @Option(help: ArgumentHelp("The day (UTC); else today.", valueName: "day"))
    var at: GivenTime?

    @Option(help: ArgumentHelp("How many mails were sent.", valueName: "number"))
    var count: Int64?

    @Option(help: ArgumentHelp("Read a table of mailings from a file; - is standard input.", valueName: "file"))
    var from: String?

    @Flag(help: "Take back what was told of this day; what reports prove of it stays.")
    var remove = false

    @Flag(help: "Print the days that are known.")
    var list = false

    @Option(help: "With --list, how to print: text, csv or jsonl.")
    var format: ListFormat = .text

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if let count, count < 0 { throw ValidationError("--count is a number of mails") }
        if remove, count != nil || list { throw ValidationError("--remove takes --stream and --at only") }
        if from != nil, stream != nil || at != nil || count != nil || list || remove {
            throw ValidationError("--from names the streams and days; leave out the other options")
        }
        if list, at != nil || count != nil { throw ValidationError("--list only prints; leave out --at and --count") }
        if !list, format != .text { throw ValidationError("--format belongs to --list") }
    }

    func run() throws {
        let configuration = try config.load()
        if list {
            let mailings = try ledgerOptions.open(configuration).mailings(of: stream.map(Mailing.streamName))
            try StandardOutput.use { output in
                for line in MailingTable.lines(mailings, format) { try output.write(line) }
            }
            return
        }
        let mailings: [Mailing]
        let now = Int64(time(nil))
        // In some places it is tomorrow already.
        let latest = CalendarTime.day(of: now) + 1
        if let from {
            mailings = try MailingTable.read(try LineReader(from), until: latest)
        } else {
            guard let stream = stream ?? configuration.verp.returnPath else {
                throw ValidationError("give --stream, the mailing's List-Id or return path")
            }
            let day = CalendarTime.day(of: at?.moment(before: now) ?? now)
            guard day <= latest else { throw ValidationError("--at lies in the future") }
            let name = Mailing.streamName(stream)
            guard !name.isEmpty else { throw ValidationError("--stream is empty") }
            guard !name.contains("@") || !name.contains("+") else {
                throw ValidationError(
                    "--stream is the return path without its tag: leave out what is between the + and the @")
            }
            if remove {
                guard try ledgerOptions.openForWriting(configuration).takeBack(name, day: day) else {
                    throw Failure(
                        ExitStatus.dataError,
                        "nobody told of a mailing of \(name) on \(LedgerStore.day(day)); see sent --list")
                }
                return try StandardOutput.use { output in
                    try output.write(line: terminalSafe("took back the mailing of \(name) on \(LedgerStore.day(day))"))
                }
            }
            mailings = [Mailing(stream: name, day: day, count: count)]
        }
        let new = try ledgerOptions.openForWriting(configuration).record(mailings)
        let noun = mailings.count == 1 ? "mailing" : "mailings"
        try StandardOutput.use { output in
            try output.write(line: "noted \(mailings.count) \(noun), \(new) of which the ledger did not know")
        }
    }
}
