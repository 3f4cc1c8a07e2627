import ArgumentParser
import Glibc
import Ledger
import Verdict

/// `import`: the suppressions of another system, or of another ledger.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Suppress the addresses of a list, with the times and reasons that it gives.",
        discussion: """
            text: one address a line; what follows a tab is passed over, and so are lines that begin with #.
            csv: the first line may name the columns: email (or address), cause, reason, since, until, note, stream, relay; \
            separated by commas, semicolons or tabs. What was taken for what is told. A date is taken only from a column \
            that says it is the suppression's: since, suppressed_at, bounced_at, unsubscribed_at and their like, not \
            created_at or date.
            jsonl: objects with the members address, cause, reason, since, until, note, stream, relay; with domain in place \
            of address for a whole domain, as suppress --domain takes it.
            json: one JSON text with a list of such objects, as services answer.
            postfix: an access map, with the address, or a domain, and REJECT or a 5xx code in each line.

            The cause says why an address is suppressed: hard, soft, complaint, unsubscribed, relay or manual. It is \
            that of --cause, else what the line says, else manual. A sign of life lifts soft as it does after bounces, soft \
            and others end as [policy] says, a stronger cause stays, and a release lifts each. unsubscribed with --stream is \
            about that mailing only, without it about all mail.

            --provider reads the export of a service by its own names of columns and keys (docs/interface.md lists them): \
            amazon-ses, sendgrid, postmark, mailgun, mailchimp, listmonk, phplist, mautic. Its dates are the suppressions', \
            its text becomes the note, and lines about addresses that may be mailed are counted and left out. Where its \
            list does not say the cause, as SendGrid's do not, give --cause.

            All is written in one transaction. A line that has no time counts from now on and changes nothing where the \
            address is left out for that cause or a stronger one already, so a list may be imported again and again. What \
            export writes gives the same suppressions. Makes the ledger where there is none. An address of our own (return \
            path, postmaster, abuse, mailer-daemon, [own]) is refused like a broken line. Broken lines are named by their \
            numbers, up to \(NamedProblems.limit) of them; a line that is not UTF-8, or not in the charset of --charset, is one.

            Example: maildir-bounce import old-list.csv --format csv --reason "old system" --ledger \
            /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce import blocked.csv --format csv --charset windows-1252
            Example: aws sesv2 list-suppressed-destinations | maildir-bounce import --provider amazon-ses --format json
            Example: maildir-bounce import bounces.csv --provider sendgrid --format csv --cause hard

            Exit status: 0 done, 64 usage, 65 a line is broken and nothing was changed (with --on-error skip: all are), \
            66 no list in that file, or no ledger, 73 the ledger cannot be written, 74 reading or writing failed, 75 try \
            again later, 78 configuration.
            """)

    @Argument(help: "The list; - or nothing for standard input.")
    var file: String?

    @Option(help: "How it is written: text, csv, jsonl, json or postfix.")
    var format: ImportFormat = .text

    @Option(
        help: ArgumentHelp(
            "The charset of the list, such as windows-1252, shift_jis or utf-16. (default: utf-8)", valueName: "name"))
    var charset: ListCharset?

    @Option(help: "What a broken line means: stop takes nothing of the list, skip takes the rest.")
    var onError: OnError = .stop

    @Option(help: "Whose export it is, by whose names of columns and keys it is read.")
    var provider: ListProvider?

    @Option(
        help: ArgumentHelp(
            "Why the addresses are suppressed, for all lines, whatever the list says.", valueName: "cause"))
    var cause: Suppression.Cause?

    @Option(help: ArgumentHelp("Whose suppression list it is, for --cause relay.", valueName: "name"))
    var relay: Relay?

    @Option(
        help: ArgumentHelp(
            "The only mailing that they unsubscribed from, for the cause unsubscribed: its List-Id, or its return path "
                + "without the tag.", valueName: "stream"))
    var stream: StreamName?

    @Option(
        help: ArgumentHelp(
            "A word or a few, for the lines that give no reason. (default: import, or the provider)", valueName: "text")
    )
    var reason: String?

    @OptionGroup var note: NoteOptions

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if provider != nil, format != .csv, format != .json, format != .jsonl {
            throw ValidationError("--provider reads tables and JSON; give --format csv, json or jsonl")
        }
        if relay != nil, let cause, cause != .relay { throw ValidationError("--relay belongs to --cause relay") }
        if stream != nil, let cause, cause != .unsubscribed {
            throw ValidationError("--stream belongs to --cause unsubscribed")
        }
        if reason?.isEmpty == true { throw ValidationError("--reason is empty; say why in a word or a few") }
    }

    func run() throws {
        let now = Int64(time(nil))
        let configuration = try config.load()
        let path = try ledgerOptions.path(configuration)
        let lines = try LineReader(file, decoder: try charset?.decoder())
        var names = provider?.names ?? .own
        names.isCauseGiven = cause != nil
        var parser = ListParser(format, names)
        var intake = Intake(
            onError: onError, unit: "line", hint: "correct the list, or give --on-error skip to take the rest")
        let author = note.authorName
        var isTold = false
        try intake.take(
            from: { () throws(Failure) in
                while let (number, line) = try parser.next(lines) {
                    if let columns = parser.columns, !isTold {
                        Log().note(columns.remark)
                        isTold = true
                    }
                    switch line {
                    case .entry(let entry): return item(entry, number, now, author, configuration.own)
                    case .broken(let problem): return .broken(number, problem)
                    case .free: return .free
                    case .nothing: continue
                    }
                }
                return nil
            },
            into: {
                try CountedLedger.making(
                    path, configuration.policy, counted: configuration.maildir(countedIn: path))
            })
        try StandardOutput.use { output in try output.write(line: intake.tally.sentence("suppressed")) }
    }

    private func item(
        _ entry: ListEntry, _ number: Int, _ now: Int64, _ author: String, _ own: OwnAddresses
    ) -> Intake.Item {
        let isEnded = entry.until.map { $0 <= now } ?? false
        // A time in the future is due to another machine's clock.
        let since = entry.since.flatMap { $0 > now ? nil : $0 }
        guard let cause = cause ?? entry.cause ?? (provider == nil ? .manual : nil) else {
            return .broken(number, "the list does not say why the address is suppressed; give --cause")
        }
        if entry.isDomain {
            guard let domain = DomainPattern(entry.address) else {
                return .broken(number, DomainPattern.problem(of: entry.address))
            }
            if let refusal = own.refusal(of: domain) { return .broken(number, refusal) }
            guard cause == .manual else {
                return .broken(number, "a whole domain has the cause manual, and no other; leave its cause out")
            }
            if isEnded { return .ended }
            return .domain(
                DomainAction(
                    domain: domain, kind: .suppress, reason: entry.reason ?? reasonWord, at: since ?? now,
                    until: entry.until, author: author, note: entry.note ?? note.note, onlyIfNeeded: since == nil,
                    isDated: since != nil))
        }
        if let problem = CanonicalAddress.problem(of: entry.address) { return .broken(number, problem) }
        if let canonical = CanonicalAddress(entry.address), own.contains(canonical) {
            return .broken(number, OwnAddresses.refusal(of: canonical.text))
        }
        var action = ManualAction(
            address: entry.address, kind: .suppress, reason: entry.reason ?? reasonWord, cause: cause, at: since ?? now,
            until: entry.until, author: author, note: entry.note ?? note.note, onlyIfNeeded: since == nil,
            isDated: since != nil)
        switch cause {
        case .unsubscribed:
            action.stream = stream?.text ?? entry.stream.map(Mailing.streamName)
            if action.stream != nil, entry.until != nil {
                return .broken(number, "who unsubscribed from one stream stays so; leave the end out")
            }
        case .relay:
            guard let relay = relay ?? entry.relay.flatMap(Relay.init(rawValue:)) else {
                let known = Relay.allCases.map(\.rawValue).joined(separator: ", ")
                return .broken(number, "it does not say whose list has the address; give --relay, one of \(known)")
            }
            action.relay = Token(relay)
            // What follows a blank would be taken for the relay.
            if action.reason.contains(where: \.isWhitespace) {
                action.note = action.note ?? action.reason
                action.reason = ImportCommand.plainReason
            }
        case .soft, .hard, .complaint, .manual: break
        }
        if isEnded { return .ended }
        return .action(action)
    }

    /// The reason of lines that do not give one.
    private var reasonWord: String { reason ?? provider?.rawValue ?? ImportCommand.plainReason }

    private static let plainReason = "import"
}

extension Suppression.Cause: ExpressibleByArgument {
    public init?(argument: String) {
        guard let cause = Self.allCases.first(where: { $0.name == argument }) else { return nil }
        self = cause
    }

    public static var allValueStrings: [String] { allCases.map(\.name) }
}

extension Relay: ExpressibleByArgument {}

extension ImportFormat: ExpressibleByArgument {}
