import ArgumentParser
import Glibc
import Ledger

/// `address`: what the ledger knows of one address.
struct AddressCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "address",
        abstract: "Show what the ledger knows of an address: its counters and its history.",
        discussion: """
            Example: maildir-bounce address bob@dest.example --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done (also where no report has named the address), 65 this is no address, 66 no ledger in \
            that file, 74 it is damaged, or reading failed, 75 try again later.
            """)

    @Argument(help: "The address. A plus tag is part of it, upper and lower case are the same.")
    var address: String

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text for people, jsonl for programs (one JSON object).")
    var format: RecordFormat = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let ledger = try ledgerOptions.open(configuration)
        let record = try ledger.address(address)
        // An address whose history was erased may still be suppressed.
        let now = Int64(time(nil))
        let held = try ledger.check(address, at: now)
        let own = CanonicalAddress(address).flatMap { DomainPattern($0.domain) }
        let domain = try own.flatMap { try ledger.suppressedDomains(covering: [$0], at: now)[0]?.suppression }
        let result = configuration.own.result(held, of: address)
        try StandardOutput.use { output in
            switch format {
            case .text:
                let text = AddressText(width: output.width)
                for line in text.lines(record, asked: address, result, domain: domain) { try output.write(line: line) }
            case .jsonl:
                var json = JSONWriter()
                json.address(record, asked: address, result, domain: domain)
                try output.write(json.bytes)
            }
        }
    }
}
