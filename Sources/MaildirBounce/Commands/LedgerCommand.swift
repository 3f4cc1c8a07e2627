import ArgumentParser
import Bytes
import Ledger
import LedgerPostgreSQL

/// `ledger`: copy a ledger, or verify it.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Copy a ledger between a file and PostgreSQL, or compare its counters with its events.",
        subcommands: [LedgerCopyCommand.self, LedgerVerifyCommand.self])
}

/// `ledger copy FROM TO`.
struct LedgerCopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a whole ledger into a new one, and compare the two.",
        discussion: """
            Each of the two is a file, or a database as postgresql://USER@HOST/DATABASE. The copy is made in one \
            transaction, all or nothing, and read again before it is committed. Stop the scans first: what is written to \
            the old ledger meanwhile is not in the copy. To go on with the new one, name it in the configuration.

            Example: maildir-bounce ledger copy /var/lib/maildir-bounce/ledger.sqlite postgresql://bounce@db.example/bounces

            Exit status: 0 done, 64 usage, 66 no ledger to copy, 73 the new one is not empty or cannot be written, 74 \
            reading or writing failed, 75 try again later, 78 configuration.
            """)

    @Argument(help: ArgumentHelp("The ledger that is there.", valueName: "from"))
    var source: String

    @Argument(help: ArgumentHelp("The new one.", valueName: "to"))
    var target: String

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let policy = try config.load().policy
        if !LedgerStore.isAddress(target) {
            try GuardedFiles(ledger: source).refuse("the new ledger", target, ExitStatus.usage)
        }
        let from = try LedgerStore(path: source, mode: .readOnly, policy: policy)
        let to = try LedgerStore(path: target, mode: .readWrite, policy: policy, adoption: .onRebuild)
        let tables = try from.copy(to: to)
        func rows(_ name: String) -> Int { tables.first { $0.name == name }?.rows ?? 0 }
        try StandardOutput.use { output in
            try output.write(
                line: terminalSafe(
                    "copied to \(target): addresses \(rows("address")), reports \(rows("delivery")), rows "
                        + "\(tables.reduce(0) { $0 + $1.rows }); read again, and the same"))
        }
    }
}

/// `ledger verify`.
struct LedgerVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare all counters and states with the events that they follow from.",
        discussion: """
            Reads everything and writes nothing, SQLite's pages and indexes first. Where a counter differs, reprocess \
            --rebuild derives it anew; a file that is damaged must come from a backup.

            Example: maildir-bounce ledger verify --ledger /var/lib/maildir-bounce/ledger.sqlite

            Exit status: 0 all agree, 64 usage, 65 something differs, 66 no ledger there, 74 the ledger is damaged, or \
            reading failed, 75 try again later, 78 configuration.
            """)

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    /// How many differences are printed.
    private static let limit = 100

    func run() throws {
        let ledger = try ledgerOptions.open(try config.load())
        let problems = try ledger.integrityProblems(limit: Self.limit)
        guard problems.isEmpty else {
            try StandardOutput.use { output in
                for problem in problems { try output.write(line: terminalSafe(problem)) }
            }
            throw Failure(
                ExitStatus.ioError,
                "the ledger \(ledger.path) is damaged (\(problems[0])); what it says of an address may be wrong, restore it "
                    + "from a backup")
        }
        let result = try ledger.verify(limit: Self.limit)
        try StandardOutput.use { output in
            for difference in result.differences { try output.write(line: terminalSafe(difference)) }
            let more = result.differenceCount - result.differences.count
            if more > 0 { try output.write(line: "and \(more) more") }
            try output.write(
                line: "compared: addresses \(result.addresses), reports \(result.reports); "
                    + (result.differenceCount == 0 ? "all agree" : "differences \(result.differenceCount)"))
        }
        if result.differenceCount > 0 { throw ExitCode(ExitStatus.dataError) }
    }
}
