import ArgumentParser
import Glibc
import Ledger
import LedgerPostgreSQL

/// `--config FILE`, for every command that an installation's settings change.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "Configuration file (TOML).",
            discussion: "Without it \(Configuration.defaultPath) is read where it exists. Options win over the file.",
            valueName: "file"))
    var path: String?

    init() {}

    init(path: String?) { self.path = path }

    func load() throws(Failure) -> Configuration { try Configuration.load(path) }
}

/// `--ledger FILE`, for every command that reads or writes the ledger.
struct LedgerOptions: ParsableArguments {
    @Option(
        name: .customLong("ledger"),
        help: ArgumentHelp(
            "The ledger: an SQLite database; the first scan makes it.",
            discussion: """
                Or, for several hosts, a database of a PostgreSQL server: postgresql://USER@HOST/DATABASE, with the password \
                in ~/.pgpass (docs/scale.md).
                """,
            valueName: "file"))
    var ledger: String?

    init() {}

    init(ledger: String?) { self.ledger = ledger }

    func path(_ configuration: Configuration) throws -> String {
        guard let path = ledger ?? configuration.ledger else {
            throw ValidationError("no ledger: give --ledger FILE, or set ledger in the configuration")
        }
        return path
    }

    /// The ledger for a command that only reads.
    func open(_ configuration: Configuration) throws -> LedgerStore {
        let path = try path(configuration)
        return try LedgerStore(path: path, mode: .readOnly, policy: configuration.policy)
    }

    /// The ledger for a command that changes it, but does not create one.
    func openForWriting(_ configuration: Configuration) throws -> LedgerStore {
        try LedgerStore.openExisting(try path(configuration), configuration.policy)
    }
}

/// A stream as the user names it: not an empty text, as an unset variable of a script is.
struct StreamName: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        text = Mailing.streamName(argument)
        if text.isEmpty || text.utf8.count > LedgerLimits.streamBytes { return nil }
    }
}

/// `--dry-run` and `--format`, for the commands that take messages into the ledger.
struct RunOptions: ParsableArguments {
    @Flag(help: "Say what would be done, and write nothing at all.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Print each verdict: text, jsonl or csv.",
            discussion: "Without it only sums are printed; --verbose with --dry-run is the same as text."))
    var format: ListFormat?

    /// As if neither is given.
    static var none: RunOptions {
        var options = RunOptions()
        options.dryRun = false
        options.format = nil
        return options
    }
}
