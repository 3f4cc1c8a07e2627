import ArgumentParser
import Glibc
import Ledger

/// `check`: may this address be mailed?
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether an address may be mailed.",
        discussion: """
            For a script that sends: one line, and the answer as exit status.

            Example: maildir-bounce check bob@dest.example --ledger ledger.db && sendmail bob@dest.example < news.eml

            Exit status: 0 may be mailed (also an address that no report has named), 1 suppressed, 64 usage, 65 this is \
            no address, 66 no ledger in that file, 74 reading failed, 75 try again later, 78 configuration.
            """)

    @Argument(help: "The address. A plus tag is part of it, upper and lower case are the same.")
    var address: String

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let ledger = try ledgerOptions.open(try config.load())
        let address = self.address
        let result = try inLedger { () throws(LedgerError) in try ledger.check(address, at: Int64(time(nil))) }
        try StandardOutput.use { output in
            switch result {
            case .mayMail: try output.write(line: terminalSafe("\(address): may be mailed"))
            case .suppressed(let suppression):
                try output.write(line: terminalSafe("\(address): suppressed \(suppression.sentence)"))
                throw ExitCode(ExitStatus.suppressed)
            }
        }
    }
}
