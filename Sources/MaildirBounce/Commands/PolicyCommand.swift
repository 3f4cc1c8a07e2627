import ArgumentParser
import Bytes
import Glibc
import Ledger

/// `policy`: shows the policy, explains an address's state, and simulates another policy.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Show, explain and try out the numbers that decide who is left out.",
        discussion: """
            The numbers stand in the configuration, and docs/policy.md says what each means:

                [policy.recipient]
                mailings = 3                # failures on so many mailings in a row
                mailing_span_days = 14      # the last so many days after the first

                [[policy.override]]         # other numbers for a cause, class, reason or domain
                domain = ".example.jp"
                cause = "soft"
                days = 10

                [policy.brake]
                minimum = 20

            Example: maildir-bounce policy explain bob@dest.example
            """,
        subcommands: [
            PolicyShowCommand.self, PolicyExplainCommand.self, PolicySimulateCommand.self, PolicyAdoptCommand.self,
        ])
}

/// `policy show`
struct PolicyShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print every number in force and where it comes from.",
        discussion: """
            If the ledger keeps the defaults of an earlier version, these are printed, and policy.edition says so.

            Example: maildir-bounce policy show --config /etc/maildir-bounce.toml

            Exit status: 0 done (also where there is no ledger), 64 usage, 66 the ledger cannot be read, 74 reading failed, \
            75 try again later, 78 configuration.
            """)

    @Option(help: "How to print: text, csv or jsonl.")
    var format: ListFormat = .text

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    /// That of the ledger, if there is one.
    private func edition(_ configuration: Configuration) throws -> Policy.Edition {
        guard ledgerOptions.ledger != nil || configuration.ledger != nil else { return .current }
        return try LedgerStore.openForDryRun(try ledgerOptions.path(configuration), Policy()).policy.edition
    }

    func run() throws {
        let configuration = try config.load()
        let numbers = configuration.policyTable.numbers(in: try edition(configuration))
        try StandardOutput.use { output in
            switch format {
            case .text:
                let rows = numbers.map { number in
                    [
                        "policy." + number.key, number.value,
                        terminalSafe(number.source + (number.about.map { " (\($0))" } ?? "")),
                    ]
                }
                for line in Columns.lines(rows) { try output.write(line: line) }
            case .csv:
                try output.write(CSV.row(["key", "value", "about", "source"]).utf8)
                for number in numbers {
                    try output.write(CSV.row(["policy." + number.key, number.value, number.about, number.source]).utf8)
                }
            case .jsonl:
                var json = JSONWriter()
                for number in numbers { json.policyNumber(number) }
                try output.write(json.bytes)
            }
        }
    }
}

/// `policy explain`
struct PolicyExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Derive an address's state step by step from what happened to it.",
        discussion: """
            Example: maildir-bounce policy explain bob@dest.example --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done (also where the ledger does not know the address), 64 usage, 65 this is no address, 66 no \
            ledger in that file, 74 reading failed, 75 try again later, 78 configuration.
            """)

    @Argument(help: "The address.")
    var address: String

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text for people, jsonl for programs (one JSON object a step).")
    var format: RecordFormat = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let ledger = try ledgerOptions.open(try config.load())
        let steps = try ledger.explain(address)
        let answer = try ledger.check(address, at: Int64(time(nil)))
        let canonical = CanonicalAddress(address)?.text ?? address
        try StandardOutput.use { output in
            switch format {
            case .text:
                try output.write(line: terminalSafe(canonical))
                for line in Columns.lines((steps ?? []).map(\.cells)) { try output.write(line: "    " + line) }
                if steps == nil { try output.write(line: "    the ledger knows nothing of it") }
                switch answer {
                case .mayMail: try output.write(line: "now: may be mailed")
                case .suppressed(let suppression):
                    try output.write(line: terminalSafe("now: suppressed \(suppression.sentence)"))
                }
            case .jsonl:
                var json = JSONWriter()
                for step in steps ?? [] { json.policyStep(step, of: canonical) }
                try output.write(json.bytes)
            }
        }
    }
}

/// `policy simulate`
struct PolicySimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "List who would change sides under other numbers, over the whole ledger, and write nothing.",
        discussion: """
            FILE is a configuration whose [policy] is tried; the rest of it may be missing. What was pruned stays as the \
            numbers of its time made it.

            Example: maildir-bounce policy simulate --with stricter.toml --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done (also where nobody would change sides), 64 usage, 66 no ledger in that file, 74 reading \
            failed, 75 try again later, 78 a configuration is wrong.
            """)

    @Option(
        name: .customLong("with"), help: ArgumentHelp("The configuration with the other numbers.", valueName: "file"))
    var other: String

    @OptionGroup var ledgerOptions: LedgerOptions

    @Option(help: "How to print: text (columns separated by tabs, and a last line with the sums), csv or jsonl.")
    var format: ListFormat = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let ledger = try ledgerOptions.open(try config.load())
        let policy = try Configuration.load(other).policy.inEdition(ledger.policy.edition)
        try StandardOutput.use { output in
            if format == .csv {
                try output.write(CSV.row(["address", "change", "cause", "reason", "since", "why"]).utf8)
            }
            var json = JSONWriter()
            var (left, mailed) = (0, 0)
            let printer = RowPrinter(output)
            try ledger.simulate(policy, at: Int64(time(nil))) { change in
                if change.after == nil { mailed += 1 } else { left += 1 }
                return printer.print(line(change, &json))
            }
            try printer.finish()
            if format == .text {
                try output.write(line: "\(left) more would be left out, \(mailed) fewer")
            }
        }
    }

    private func line(_ change: PolicyChange, _ json: inout JSONWriter) -> [UInt8] {
        switch format {
        case .text: return Array((terminalSafe(change.address) + "\t" + terminalSafe(change.sentence) + "\n").utf8)
        case .csv:
            let suppression = change.suppression
            return Array(
                CSV.row([
                    change.address, change.direction, suppression?.cause.name, suppression?.reason.text,
                    suppression.flatMap { timestamp($0.since) }, suppression?.why,
                ]).utf8)
        case .jsonl:
            json.removeAll()
            json.policyChange(change)
            return json.bytes
        }
    }
}

/// `policy adopt`
struct PolicyAdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Give a ledger of an earlier version the defaults of this one.",
        discussion: """
            A ledger keeps the defaults of the version that has made it, whichever version writes to it. This lists who would \
            be suppressed and who would be mailed again with the present defaults, and asks. Numbers in the configuration \
            hold either way. docs/policy.md says what is different.

            Example: maildir-bounce policy adopt --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 done (also where the ledger has them already), 64 usage, 66 no ledger in that file, 73 the ledger \
            cannot be written, 74 reading or writing failed, 75 nothing was changed, 78 configuration.
            """)

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let path = try ledgerOptions.path(configuration)
        let now = Int64(time(nil))
        try StandardOutput.use { output in
            let known = try LedgerStore(path: path, mode: .readOnly, policy: configuration.policy)
            guard known.policy.edition != .current else {
                try output.write(line: "The ledger has the defaults of this version already.")
                return
            }
            let sides = SidePrinter(output, isConfirmed: yes)
            guard yes || isatty(STDIN_FILENO) == 1 else {
                // Nobody can agree: the ledger is only read.
                try known.simulate(known.policy.inEdition(.current), at: now) { change in
                    sides.add(change)
                    return sides.failure == nil
                }
                sides.finish()
                _ = try sides.end(false)
                return
            }
            let ledger = try LedgerStore.openExisting(path, configuration.policy)
            _ = try sides.end(
                try ledger.adoptEdition(at: now, each: sides.add) { sides.approve(needsConsent: true) })
        }
    }
}
