import ArgumentParser
import Bytes
import Classifier
import Glibc
import Ledger
import Verdict

/// `rules`: the rules that judge failures, ours and the administrator's.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List, test and check the rules that decide.",
        discussion: """
            Rules of your own stand in a TOML file that the configuration names with rules, and are tried before ours:

                [[rule]]
                id = "partner gateway"
                any = ["blocked by partner policy"]   # one of them; also all, against, hosts, status, reply, stage, header
                reason = "policyviolation"            # and kind or party, or class for a whole message

            docs/rules.md has every key. A file with a rule that cannot be used, or that others could have written, ends every command that judges mails with \
            status 78.

            Example: maildir-bounce rules check my-rules.toml
            Example: maildir-bounce rules test --rules my-rules.toml ~/Maildir/cur/1700000000.V1.host:2,S
            """,
        subcommands: [RulesListCommand.self, RulesTestCommand.self, RulesCheckCommand.self, RulesLintCommand.self])
}

/// `rules list`
struct RulesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rules in the order in which they are tried, with their hits where there is a ledger.",
        discussion: "Example: maildir-bounce rules list --ledger ledger.sqlite")

    @OptionGroup var ledgerOptions: LedgerOptions
    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let rules = try configuration.classifierWithRules().rules
        var hits: [String: Int] = [:]
        if ledgerOptions.ledger ?? configuration.ledger != nil {
            let ledger = try ledgerOptions.open(configuration)
            let summary = try ledger.summary(at: Int64(time(nil)))
            for rule in summary.rules { hits[rule.rule] = rule.hits }
        }
        let output = StandardOutput()
        func row(_ columns: String...) throws(Failure) {
            try output.write(line: columns.map(terminalSafe).joined(separator: "\t"))
        }
        for rule in rules {
            let decides = [
                rule.messageClass?.rawValue, rule.kind?.rawValue, rule.reason?.rawValue, rule.party?.rawValue,
            ].compactMap { $0 }
            let name = "admin/\(rule.name)"
            try row(
                name, decides.joined(separator: " "), hits[name].map { "\($0) hits" } ?? "-", configuration.rules ?? "")
        }
        for rule in RuleListing.all {
            try row(rule.name, rule.reason, hits[rule.name].map { "\($0) hits" } ?? "-", rule.source)
        }
        try output.flush()
    }
}
