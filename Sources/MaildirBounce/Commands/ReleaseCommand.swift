import ArgumentParser
import Glibc
import Ledger

/// `release`: let addresses be mailed again, by hand.
struct ReleaseCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let addresses be mailed again, whatever had suppressed them.",
        discussion: """
            It stands in the history of each address, with who did it. Mail that arrived before does not undo it, however \
            late it is scanned; a bounce that arrives after it counts afresh. It also lifts what is left of an address \
            that was forgotten.

            Example: maildir-bounce release bob@dest.example --note "rang: mailbox is back" --ledger \
            /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done, 64 usage, 65 there is something that is no address and nothing was changed (with \
            --skip-invalid: nothing else was there), 66 no ledger or no list in that file, 73 the ledger cannot be written, \
            74 reading or writing failed, 75 try again later, 78 configuration.
            """)

    @OptionGroup var source: AddressSource

    var words: [String] {
        get { source.addresses }
        set { source.addresses = newValue }
    }

    @OptionGroup var note: NoteOptions

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let now = Int64(time(nil))
        let configuration = try config.load()
        let tally = try source.take(
            into: { try ledgerOptions.openForWriting(configuration) },
            action: {
                ManualAction(address: $0, kind: .release, at: now, author: note.authorName, note: note.note)
            })
        try StandardOutput.use { output in try output.write(line: tally.sentence("released")) }
    }
}
