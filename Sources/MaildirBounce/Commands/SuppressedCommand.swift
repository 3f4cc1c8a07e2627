import ArgumentParser
import Glibc
import Ledger

/// `suppressed`: the addresses that must not be mailed.
struct SuppressedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressed",
        abstract: "List the addresses that must be left out of the next mailing.",
        discussion: """
            In the order of the addresses. Text has the address first in each line and can be cut with cut -f1.

            Example: maildir-bounce suppressed --ledger /var/lib/maildir-bounce/ledger.sqlite --format csv

            Exit status: 0 done (also where nobody is suppressed), 66 no ledger in that file, 74 it is \
            damaged, or reading failed, 75 try again later.
            """)

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text (columns separated by tabs), csv or jsonl.")
    var format: ListFormat = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        try StandardOutput.use { output in
            var list = SuppressedList(format: format)
            if let header = list.header { try output.write(header.utf8) }
            let printer = RowPrinter(output)
            var others = OtherAddresses(than: configuration.own)
            try ledger.suppressed(at: Int64(time(nil))) {
                !others.takes($0.address) || printer.print(list.line($0))
            }
            try printer.finish()
            others.warn()
        }
    }
}
