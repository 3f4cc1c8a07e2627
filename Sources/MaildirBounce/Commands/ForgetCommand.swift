import ArgumentParser
import Ledger

/// `forget`: erase what is known of a person.
struct ForgetCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erase all that the ledger holds about addresses, but not that they are suppressed.",
        discussion: """
            History, counters, notes and the address itself are overwritten. Where the address is suppressed a keyed hash \
            stays, which check finds and no list shows; release lifts it. The reports themselves are not touched: the \
            files that name the address are printed, to be deleted by hand. Mail about it that arrives later makes a new \
            history.

            Example: maildir-bounce forget bob@dest.example --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done (also where nothing was known), 64 usage, 65 one of these is no address and nothing was \
            changed, 66 no ledger in that file, 73 the ledger cannot be written, 74 reading or writing failed, 75 try again \
            later, 78 configuration.
            """)

    @Argument(help: "The addresses. A plus tag is part of one, upper and lower case are the same.")
    var addresses: [String]

    var words: [String] {
        get { addresses }
        set { addresses = newValue }
    }

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        for (index, address) in addresses.enumerated() where CanonicalAddress(address) == nil {
            throw Failure(ExitStatus.dataError, "address \(index + 1): \(noAddress(address)); nothing was changed")
        }
        let ledger = try ledgerOptions.openForWriting(try config.load())
        try StandardOutput.use { output in
            for address in addresses {
                let record = try inLedger { () throws(LedgerError) in
                    try ledger.address(address, historyLimit: Int.max)
                }
                let isKnown = try inLedger { () throws(LedgerError) in try ledger.forget(address) }
                try output.write(line: terminalSafe("\(address): \(isKnown ? "erased" : "nothing was known")"))
                for row in record?.history ?? [] {
                    try output.write(line: terminalSafe("    named in \(row.file)"))
                }
            }
        }
    }
}

extension HistoryRow {
    /// Where the report is, as far as the ledger knows: where it was filed, or else its name in the Maildir.
    fileprivate var file: String {
        destination ?? "\(key.maildir): \(String(decoding: key.unique, as: UTF8.self))"
    }
}
