import ArgumentParser
import Glibc
import Ledger

/// `suppressed`: the addresses, or the domains, that must not be mailed.
struct SuppressedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressed",
        abstract: "List the addresses that must be left out of the next mailing.",
        discussion: """
            In the order of the addresses. Text has the address first in each line and can be cut with cut -f1.

            Addresses of a domain that is suppressed as a whole are listed only if they are suppressed themselves: a note \
            says how many such domains there are, and --domains lists these instead, with author and note.

            Example: maildir-bounce suppressed --ledger /var/lib/maildir-bounce/ledger.sqlite --format csv
            Example: maildir-bounce suppressed --domains

            Exit status: 0 done (also where nobody is suppressed), 66 no ledger in that file, 74 it is \
            damaged, or reading failed, 75 try again later.
            """)

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text (columns separated by tabs), csv or jsonl.")
    var format: ListFormat = .text

    @Flag(help: "List the domains that are suppressed as a whole instead.")
    var domains = false

    @Option(
        help: ArgumentHelp(
            "List also who has unsubscribed from this mailing, after the others.", valueName: "stream"))
    var stream: StreamName?

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        let now = Int64(time(nil))
        if domains {
            try DomainList(format: format, hasNotes: true).print(ledger, at: now, other: configuration.own)
            return
        }
        try StandardOutput.use { output in
            var list = SuppressedList(format: format)
            if let header = list.header { try output.write(header.utf8) }
            let printer = RowPrinter(output)
            var others = OtherAddresses(than: configuration.own)
            try ledger.suppressed(at: now) {
                !others.takes($0.address) || printer.print(list.line($0))
            }
            if let stream {
                try ledger.unsubscribed(from: stream.text) {
                    !others.takes($0.address) || printer.print(list.line($0))
                }
            }
            try printer.finish()
            others.warn()
        }
        try DomainList.noteUnlisted(ledger, at: now, by: "suppressed")
    }
}
