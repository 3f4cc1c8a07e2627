import ArgumentParser
import Glibc
import Ledger

/// `export`: the suppression list for another program.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the addresses that must be left out, for another program.",
        discussion: """
            text: one address a line. csv and jsonl: with cause, reason, since, until. postfix: an access map for \
            check_recipient_access, to be indexed with postmap. sql: statements that make and fill a table \
            \(SQLExport.table) anew, in one transaction, the same for MariaDB, MySQL, PostgreSQL and SQLite. All but \
            sql can be imported again.

            An address of our own (return path, postmaster, abuse, mailer-daemon, [own]) is never in it.

            An address that was forgotten is suppressed by its hash alone and cannot be in any list: ask check for it.

            Example: maildir-bounce export --format postfix --ledger /var/lib/maildir-bounce/ledger.sqlite \
            > /etc/postfix/suppressed && postmap /etc/postfix/suppressed
            Example: maildir-bounce export --format sql | mysql shop
            Example: maildir-bounce export --format sql | sqlite3 -bail application.db

            Exit status: 0 done (also where nobody is suppressed), 64 usage, 66 no ledger in that file, 74 reading or \
            writing failed, 75 try again later, 78 configuration.
            """)

    @Option(help: "How to write it: text, csv, jsonl, postfix or sql.")
    var format: ExportFormat = .text

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        try StandardOutput.use { output in
            var list = ExportList(format)
            if let header = list.header { try output.write(header.utf8) }
            let printer = RowPrinter(output)
            var others = OtherAddresses(than: configuration.own)
            try ledger.suppressed(at: Int64(time(nil))) {
                !others.takes($0.address) || printer.print(list.line($0))
            }
            try printer.finish()
            others.warn()
            if let footer = list.footer { try output.write(footer.utf8) }
            if list.leftOut > 0 {
                Log().warning("left out, since a key of an access map cannot begin with #: \(list.leftOut)")
            }
        }
    }
}
