import ArgumentParser
import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL

/// `release`: let addresses be mailed again, by hand.
struct ReleaseCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let addresses be mailed again, whatever had suppressed them.",
        discussion: """
            It stands in the history of each address, with who did it. Mail that arrived before does not undo it, however \
            late it is scanned; a bounce that arrives after it counts afresh. It also lifts what is left of an address \
            that was forgotten. Afterwards the ledger is asked again, and what it says of each address is printed; of one \
            that was not suppressed, that, too: its release still stands against mail that arrived before.

            Example: maildir-bounce release bob@dest.example --note "rang: mailbox is back" --ledger \
            /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done, 64 usage, 65 there is something that is no address and nothing was changed (with \
            --skip-invalid: nothing else was there), 66 no ledger or no list in that file, 73 the ledger cannot be written, \
            74 reading or writing failed, 75 try again later (also where an address is suppressed all the same), 78 \
            configuration.
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
        let path = try ledgerOptions.path(configuration)
        var releases = Releases(path: path, policy: configuration.policy, now: now)
        var opened: LedgerStore?
        var tally = try source.take(
            into: {
                let ledger = try LedgerStore.openExisting(path, configuration.policy)
                opened = ledger
                return ledger
            },
            action: {
                ManualAction(address: $0, kind: .release, at: now, author: note.authorName, note: note.note)
            },
            look: { try releases.look($0) })
        var stillSuppressed = 0
        try StandardOutput.use { output in
            if let opened { stillSuppressed = try releases.report(opened, output) }
            tally.needless = min(tally.written, releases.needless)
            try output.write(line: tally.sentence("released"))
        }
        guard stillSuppressed > 0 else { return }
        throw Failure(
            ExitStatus.temporaryFailure,
            "\(stillSuppressed) of them \(stillSuppressed == 1 ? "is" : "are") suppressed all the same: another program has "
                + "counted or suppressed meanwhile; look with maildir-bounce address, and release again")
    }
}

/// The states of addresses before and after their release.
private struct Releases {
    private let path: String
    private let policy: Policy
    private let now: Int64
    /// Sees the ledger as it was, while it is being written.
    private var before: LedgerStore?
    private var addresses: [(text: String, wasSuppressed: Bool)] = []

    /// How many are asked for at a time.
    private static let page = Intake.page

    /// How many were not suppressed before.
    var needless: Int { addresses.count { !$0.wasSuppressed } }

    init(path: String, policy: Policy, now: Int64) {
        self.path = path
        self.policy = policy
        self.now = now
    }

    mutating func look(_ actions: [ManualAction]) throws(LedgerError) {
        let ledger: LedgerStore
        if let before {
            ledger = before
        } else {
            ledger = try LedgerStore(path: path, mode: .readOnly, policy: policy)
        }
        before = ledger
        let texts = actions.map(\.address)
        let results = try ledger.check(texts, at: now)
        for (text, result) in zip(texts, results) { addresses.append((text, result != .mayMail)) }
    }

    /// Queries again, and prints the state now.
    ///
    /// - Returns: how many are suppressed nevertheless.
    func report(_ ledger: LedgerStore, _ output: StandardOutput) throws -> Int {
        var count = 0
        for start in stride(from: 0, to: addresses.count, by: Releases.page) {
            let some = addresses[start..<min(start + Releases.page, addresses.count)]
            let results = try ledger.check(some.map(\.text), at: now)
            for (address, result) in zip(some, results) {
                var line = "\(address.text): " + (address.wasSuppressed ? "" : "was not suppressed; ")
                if case .suppressed(let suppression)? = result {
                    count += 1
                    line += "still suppressed \(suppression.sentence)"
                } else {
                    line += "may be mailed"
                }
                try output.write(line: terminalSafe(line))
            }
        }
        return count
    }
}
