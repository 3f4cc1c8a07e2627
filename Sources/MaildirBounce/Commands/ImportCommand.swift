import ArgumentParser
import Glibc
import Ledger

/// `import`: the suppressions of another system, or of another ledger.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Suppress the addresses of a list, with the times and reasons that it gives.",
        discussion: """
            text: one address a line; what follows a tab is passed over, and so are lines that begin with #.
            csv: the first line may name the columns: email (or address), reason, since, until, note; separated by \
            commas, semicolons or tabs. What was taken for what is told. A date is taken only from a column that says it is \
            the suppression's: since, suppressed_at, bounced_at, unsubscribed_at and their like, not created_at or date.
            jsonl: objects with the members address, reason, since, until, note; with domain in place of address for a \
            whole domain, as suppress --domain takes it.
            postfix: an access map, with the address, or a domain, and REJECT or a 5xx code in each line.

            All is written in one transaction. A line that has no time counts from now on and changes nothing where the \
            address is left out by hand already, so a list may be imported again and again. What export writes gives the \
            same suppressions. Makes the ledger where there is none. An address of our own (return path, postmaster, abuse, \
            mailer-daemon, [own]) is refused like a broken line. Broken lines are named by their numbers, up to \
            \(NamedProblems.limit) of them; a line that is not UTF-8, or not in the charset of --charset, is one.

            Example: maildir-bounce import old-list.csv --format csv --reason "old system" --ledger \
            /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce import blocked.csv --format csv --charset windows-1252

            Exit status: 0 done, 64 usage, 65 a line is broken and nothing was changed (with --on-error skip: all are), \
            66 no list in that file, or no ledger, 73 the ledger cannot be written, 74 reading or writing failed, 75 try \
            again later, 78 configuration.
            """)

    @Argument(help: "The list; - or nothing for standard input.")
    var file: String?

    @Option(help: "How it is written: text, csv, jsonl or postfix.")
    var format: ImportFormat = .text

    @Option(
        help: ArgumentHelp(
            "The charset of the list, such as windows-1252, shift_jis or utf-16. (default: utf-8)", valueName: "name"))
    var charset: ListCharset?

    @Option(help: "What a broken line means: stop takes nothing of the list, skip takes the rest.")
    var onError: OnError = .stop

    @Option(help: ArgumentHelp("Why, for the lines that do not say it.", valueName: "text"))
    var reason = "import"

    @OptionGroup var note: NoteOptions

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let now = Int64(time(nil))
        let configuration = try config.load()
        let path = try ledgerOptions.path(configuration)
        let lines = try LineReader(file, decoder: try charset?.decoder())
        var parser = ListParser(format)
        var intake = Intake(
            onError: onError, unit: "line", hint: "correct the list, or give --on-error skip to take the rest")
        let author = note.authorName
        var isTold = false
        try intake.take(
            from: { () throws(Failure) in
                while let (number, line) = try parser.next(lines.next) {
                    if let columns = parser.columns, !isTold {
                        Log().note(columns.remark)
                        isTold = true
                    }
                    switch line {
                    case .entry(let entry): return item(entry, number, now, author, configuration.own)
                    case .broken(let problem): return .broken(number, problem)
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
        if entry.isDomain {
            guard let domain = DomainPattern(entry.address) else {
                return .broken(number, DomainPattern.problem(of: entry.address))
            }
            if let refusal = own.refusal(of: domain) { return .broken(number, refusal) }
            if isEnded { return .ended }
            return .domain(
                DomainAction(
                    domain: domain, kind: .suppress, reason: entry.reason ?? reason, at: since ?? now,
                    until: entry.until, author: author, note: entry.note ?? note.note, onlyIfNeeded: since == nil,
                    isDated: since != nil))
        }
        if let problem = CanonicalAddress.problem(of: entry.address) { return .broken(number, problem) }
        if let canonical = CanonicalAddress(entry.address), own.contains(canonical) {
            return .broken(number, OwnAddresses.refusal(of: canonical.text))
        }
        if isEnded { return .ended }
        return .action(
            ManualAction(
                address: entry.address, kind: .suppress, reason: entry.reason ?? reason, at: since ?? now,
                until: entry.until, author: author, note: entry.note ?? note.note, onlyIfNeeded: since == nil,
                isDated: since != nil))
    }
}

extension ImportFormat: ExpressibleByArgument {}
