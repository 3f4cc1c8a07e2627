import ArgumentParser
import Glibc
import Ledger

/// `suppress`: leave addresses, or whole domains, out, by hand.
struct SuppressCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppress",
        abstract: "Leave addresses or whole domains out of mailings from now on, whatever reports say of them.",
        discussion: """
            It stands in the history of each address, with who did it and why, and holds until it is released or until \
            --until. No receipt lifts it. Where one of the addresses is none, or is an address of our own (return path, \
            postmaster, abuse, mailer-daemon, [own], [canary]), nothing is done and each such is named by its number. A pattern such as \
            *@dest.example is none.

            With --domain whole domains are given: dest.example is that domain only, .dest.example every domain below it \
            and not dest.example itself. In letters beyond ASCII or in A-labels is the same. The ledger keeps the last \
            decision about each domain. A domain in which addresses of our own are is refused. --reason may be left out.

            Example: maildir-bounce suppress bob@dest.example --reason unsubscribed --ledger \
            /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce suppress --domain evil.example .evil.example --reason "spam traps"
            Example: maildir-bounce suppress --from left.txt --reason "left the firm" --until 2027-06-30

            Exit status: 0 done, 64 usage, 65 there is something that is no address, or no domain, and nothing was \
            changed (with --skip-invalid: nothing else was there), 66 no ledger or no list in that file, 73 the ledger cannot be written, \
            74 reading or writing failed, 75 try again later, 78 configuration.
            """)

    @OptionGroup var source: AddressSource

    var words: [String] {
        get { source.addresses }
        set { source.addresses = newValue }
    }

    @Option(
        help: ArgumentHelp(
            "Why: a word or a few, such as unsubscribed. Only --domain does without.", valueName: "text"))
    var reason: String?

    @Option(
        help: ArgumentHelp(
            "When they may be mailed again: a day, a time (UTC unless it says otherwise), or from now, such as 90d.",
            valueName: "time"))
    var until: GivenTime?

    @Option(
        help: ArgumentHelp(
            "Only this mailing: its List-Id, or its return path without the tag.", valueName: "stream"))
    var stream: StreamName?

    @OptionGroup var note: NoteOptions

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if stream != nil, source.isDomains { throw ValidationError("--stream is about addresses, not about --domain") }
        if stream != nil, until != nil { throw ValidationError("--stream has no end; leave out --until") }
        if reason == nil, !source.isDomains { throw ValidationError("give --reason: why, in a word or a few") }
    }

    func run() throws {
        let now = Int64(time(nil))
        let end = until?.moment(after: now)
        if let end, end <= now { throw ValidationError("--until lies in the past") }
        let reason = self.reason ?? ManualAction.plainReason
        guard !reason.isEmpty else { throw ValidationError("--reason is empty; say why in a word or a few") }
        let configuration = try config.load()
        let open = { try ledgerOptions.openForWriting(configuration) }
        let author = note.authorName
        let tally =
            if source.isDomains {
                try source.takeDomains(excluding: configuration.own, into: open) {
                    DomainAction(
                        domain: $0, kind: .suppress, reason: reason, at: now, until: end, author: author,
                        note: note.note)
                }
            } else {
                try source.take(excluding: configuration.own, into: open) {
                    ManualAction(
                        address: $0, kind: .suppress, reason: reason, stream: stream?.text, at: now,
                        until: end, author: author, note: note.note)
                }
            }
        try StandardOutput.use { output in try output.write(line: tally.sentence("suppressed")) }
    }
}

/// `--note` and `--author`, for what is done by hand.
struct NoteOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Anything worth knowing later; kept with it.", valueName: "text"))
    var note: String?

    @Option(help: ArgumentHelp("Who did it; else the user who is logged in, also under sudo.", valueName: "name"))
    var author: String?

    var authorName: String { author ?? Account.loginName }
}
