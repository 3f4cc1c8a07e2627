import ArgumentParser
import Bytes
import Ledger

/// `forget`: erase what is known of a person.
struct ForgetCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erase all that the ledger holds about addresses, but not that they are suppressed.",
        discussion: """
            History, counters, notes and the address itself are overwritten, and every other text in the ledger in which \
            it stands. Where the address is suppressed a keyed hash stays, which check finds and no list shows; release \
            lifts it. The reports themselves are not touched: the files that name the address, copies among them, are \
            printed, to be deleted by hand. Mail about it that arrives later makes a new history.

            Example: maildir-bounce forget bob@dest.example --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done (also where nothing was known), 64 usage, 65 one of these is no address and nothing was \
            changed, 66 no ledger in that file, 73 the ledger cannot be written, 74 reading or writing failed, 75 try again \
            later (also where another program reads the ledger, and so keeps the old bytes), 78 configuration.
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
        for (index, address) in addresses.enumerated() {
            guard let problem = CanonicalAddress.problem(of: address) else { continue }
            throw Failure(ExitStatus.dataError, "address \(index + 1): \(problem); nothing was changed")
        }
        let configuration = try config.load()
        let path = try ledgerOptions.path(configuration)
        let ledger = try ledgerOptions.openForWriting(configuration)
        let result = try ledger.forget(addresses)
        try StandardOutput.use { output in
            for address in result.addresses {
                try output.write(line: terminalSafe("\(address.address): \(sentence(address, result.isOffTheDisk))"))
                for file in address.files { try output.write(line: terminalSafe("    named in \(file)")) }
                if address.hasPrunedReports {
                    try output.write(
                        line:
                            "    reports about it were pruned: the ledger does not know their files any more; look for "
                            + "the address in the Maildir and the archive")
                }
            }
        }
        guard result.isOffTheDisk else {
            throw Failure(
                ExitStatus.temporaryFailure,
                "another program is reading the ledger as it was before, and keeps the old pages in \(path) and "
                    + "\(path)-wal; run this again when it has ended")
        }
    }

    private func sentence(_ address: ForgottenAddress, _ isOffTheDisk: Bool) -> String {
        guard address.isKnown else { return "nothing was known" }
        return isOffTheDisk ? "erased" : "taken out of the tables, but still in the file"
    }
}
