import ArgumentParser
import Glibc
import Ledger

/// `status`: the ledger in figures.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show runs, reports, who is suppressed, what the brake holds, and where reports come from.",
        discussion: """
            Local reports are those that our own mail server wrote while it talked to another; remote ones were written by \
            a foreign server that had taken the mail. Where remote ones never come, foreign servers may not be able to \
            reach the return address; it says so.

            Example: maildir-bounce status --ledger /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce status --format json | jq .origins

            Exit status: 0 done, 64 usage, 66 no ledger in that file, 74 reading failed, 75 try again later, 78 \
            configuration.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text
        case json
    }

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text for people, json for programs (one object).")
    var format: Format = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        let domain = configuration.verp.returnPath.flatMap { CanonicalAddress($0)?.domain }
        let report = try inLedger { () throws(LedgerError) in
            try StatusReport(ledger, at: Int64(time(nil)), returnDomain: domain)
        }
        try StandardOutput.use { output in
            switch format {
            case .text:
                for line in report.lines() { try output.write(line: line) }
            case .json:
                var json = JSONWriter()
                json.status(report)
                try output.write(json.bytes)
            }
        }
    }
}
