import ArgumentParser
import Bytes
import Classifier
import Ledger
import Maildir

/// `unclassified`: what no rule recognised.
struct UnclassifiedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unclassified",
        abstract: "Show what nothing recognised, grouped by likeness, with a count and a sample of each.",
        discussion: """
            With --maildir the messages in its new and cur are read again, under today's rules: reports for which no reason \
            was found, and mails that were not taken for a report though they have signs of one. Without it, the bounces \
            in the ledger for which no reason was found. Nothing is changed.

            --anonymize makes samples fit for a bug report: addresses, host names, IP addresses, ids and people's names \
            become placeholders. Read them before you send them all the same.

            Example: maildir-bounce unclassified --ledger /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce unclassified --maildir /var/vmail/bounces/Maildir --anonymize --limit 5

            Exit status: 0 done (also where all was recognised), 64 usage, 66 no such Maildir or no ledger in that file, \
            74 the ledger is damaged, or reading failed, 75 try again later.
            """)

    @Option(help: ArgumentHelp("Read the messages of this Maildir again.", valueName: "dir"))
    var maildir: String?

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: ArgumentHelp("Show at most so many groups, the largest first.", valueName: "n"))
    var limit: Int = 20

    @Flag(help: "Replace what names people, hosts and mails.")
    var anonymize = false

    @Option(help: "How to print: text for people, jsonl for programs (one JSON object a group).")
    var format: RecordFormat = .text

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
        if maildir != nil, ledgerOptions.ledger != nil {
            throw ValidationError("give --maildir to read messages again or --ledger to ask the ledger, not both")
        }
    }

    func run() throws {
        let configuration = try config.load()
        try StandardOutput.use { output in
            var missed = 0
            let groups =
                if let maildir {
                    try messages(maildir, try configuration.classifierToLook(Log()), missed: &missed)
                } else {
                    try outcomes(try ledgerOptions.open(configuration))
                }
            try write(groups, output)
            if missed > 0 { Log().warning("\(missed) messages could not be read") }
        }
    }

    private func messages(
        _ path: String, _ settings: Settings, missed: inout Int
    ) throws -> LikenessGroups<Unrecognised> {
        // Says what is wrong with a path that is no Maildir.
        _ = try Maildir(opening: path)
        var walker = PathWalker([BytePath(path)])
        var groups = LikenessGroups<Unrecognised>()
        let pipeline = Pipeline<PathItem, [Unrecognised], ReadProblem>(
            settings: settings,
            read: { item throws(ReadProblem) in try item.read() },
            conclude: { item, contents, verdict in
                Unrecognised.found(in: verdict, contents: contents.bytes, file: item.path.text)
            },
            weigh: { $0.reduce(64) { $0 + 512 + $1.text.utf8.count } })
        try pipeline.run {
            walker.next()
        } deliver: { _, result in
            switch result {
            case .success(let found): for one in found { groups.add(one.key) { one } }
            case .failure(.missing): break
            case .failure: missed += 1
            }
        }
        return groups
    }

    private func outcomes(_ ledger: LedgerStore) throws(LedgerError) -> LikenessGroups<Unrecognised> {
        var groups = LikenessGroups<Unrecognised>()
        try ledger.recipients(StatisticsWindow(), reasons: StatisticsData.undecidedReasons) {
            said, read throws(LedgerError) in
            let said = said ?? ""
            let key = Likeness.key(said)
            try groups.add(key) { () throws(LedgerError) in
                guard let sample = try read() else { return nil }
                return Unrecognised(
                    what: "\(sample.class.text) without a reason", key: key, file: sample.destination ?? "",
                    text: said.isEmpty ? "(the report says nothing)" : said, addresses: [sample.address])
            }
            return true
        }
        return groups
    }

    private func write(_ groups: LikenessGroups<Unrecognised>, _ output: StandardOutput) throws(Failure) {
        let shown = groups.ranked.prefix(limit)
        var anonymizer = Anonymizer()
        var json = JSONWriter()
        if format == .text {
            try output.write(
                line: groups.count == 0
                    ? "everything was recognised"
                    : "\(groups.count) not recognised, in \(groups.groupCount) groups"
                        + (shown.count < groups.groupCount ? "; the largest \(shown.count)" : ""))
        }
        for group in shown {
            var text = group.sample.text
            if anonymize {
                for address in group.sample.addresses { anonymizer.learn(address: address) }
                for name in group.sample.names { anonymizer.learn(name: name) }
                text = anonymizer.anonymize(text)
            }
            let file = anonymize ? nil : group.sample.file
            switch format {
            case .text:
                try output.write(line: "")
                try output.write(line: terminalSafe("\(group.count) like this one: \(group.sample.what)"))
                if let file, !file.isEmpty { try output.write(line: terminalSafe("    in \(file)")) }
                for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
                    try output.write(line: terminalSafe("    | \(line)"))
                }
            case .jsonl:
                json.removeAll()
                json.object { writer in
                    writer.member("count", group.count)
                    writer.member("what", group.sample.what)
                    writer.member("file", file)
                    writer.member("sample", text)
                }
                json.endLine()
                try output.write(json.bytes)
            }
        }
    }
}
