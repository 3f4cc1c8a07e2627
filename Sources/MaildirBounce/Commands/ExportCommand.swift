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
            check_recipient_access, to be indexed with postmap. sql: statements that make and fill the tables \
            \(SQLExport.addresses.name) and \(SQLExport.domains.name) anew, in one transaction, the same for MariaDB, \
            MySQL, PostgreSQL and SQLite. All but sql can be imported again.

            Domains that are suppressed as a whole are in postfix and in sql. text, csv and jsonl have only addresses, and \
            a note says how many domains there are; --domains writes these instead. suppress --domain --from reads the \
            text, import the jsonl. In a Postfix map, dest.example also refuses the domains below it, and .dest.example \
            refuses nothing, while smtpd_access_maps is in parent_domain_matches_subdomains, as it is by default.

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

    @Flag(help: "With text, csv or jsonl: write the domains that are suppressed as a whole instead of addresses.")
    var domains = false

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if domains, format.hasDomains {
            throw ValidationError("\(format.rawValue) has the domains in any case: leave --domains out")
        }
    }

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        let now = Int64(time(nil))
        if domains {
            try DomainList(exported: format).print(ledger, at: now, other: configuration.own)
            return
        }
        try StandardOutput.use { output in
            var list = ExportList(format)
            if let header = list.header { try output.write(header.utf8) }
            let printer = RowPrinter(output)
            var others = OtherAddresses(than: configuration.own)
            try ledger.suppressed(at: now) {
                !others.takes($0.address) || printer.print(list.line($0))
            }
            if format.hasDomains {
                try ledger.suppressedDomains(at: now) {
                    !others.takes($0.domain) || printer.print(list.line($0))
                }
            }
            try printer.finish()
            others.warn()
            if let footer = list.footer { try output.write(footer.utf8) }
            if list.leftOut > 0 {
                Log().warning("left out, since a key of an access map cannot begin with #: \(list.leftOut)")
            }
            if list.belowCount > 0 {
                Log().note(
                    "domains that begin with a dot: \(list.belowCount); Postfix refuses what is below them only if "
                        + "smtpd_access_maps is not in parent_domain_matches_subdomains, which postconf shows")
            }
        }
        if !format.hasDomains { try DomainList.noteUnlisted(ledger, at: now, by: "export") }
    }
}
