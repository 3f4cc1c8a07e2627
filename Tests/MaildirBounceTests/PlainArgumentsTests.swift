import Testing

@testable import MaildirBounce

@Suite("A plain command line means what the general reader of command lines takes it for")
struct PlainArgumentsTests {
    @Test(
        "Of a scan",
        arguments: [
            [], ["--maildir", "/m"], ["--ledger", "l", "--maildir", "m m"], ["-v"],
            ["--verbose", "--config", "/etc/c", "--archive", "", "--metrics", "x.prom"],
        ])
    func scan(arguments: [String]) throws {
        let plain = try #require(ScanCommand(plain: arguments))
        #expect(fields(plain) == fields(try ScanCommand.parse(arguments)))
    }

    private func fields(_ scan: ScanCommand) -> [String?] {
        [
            scan.maildir, scan.ledgerOptions.ledger, scan.archive, scan.metrics, scan.config.path,
            scan.limit?.description, scan.options.format?.rawValue, scan.options.dryRun.description,
            scan.verbose.description,
        ]
    }

    @Test(
        "Of a question",
        arguments: [["a@b.example"], ["--ledger", "l", "a@b.example"], ["", "--config", "c", "--ledger", "l"]])
    func check(arguments: [String]) throws {
        let plain = try #require(CheckCommand(plain: arguments))
        #expect(fields(plain) == fields(try CheckCommand.parse(arguments)))
    }

    private func fields(_ check: CheckCommand) -> [String?] {
        [
            check.address, check.ledgerOptions.ledger, check.config.path, check.batch.description,
            check.suppressed.description, check.format.rawValue,
        ]
    }

    @Test("Of a delivery", arguments: [[], ["--maildir", "m"], ["--config", "c", "--maildir", "m"]])
    func deliver(arguments: [String]) throws {
        let plain = try #require(DeliverCommand(plain: arguments))
        let general = try DeliverCommand.parse(arguments)
        #expect([plain.maildir, plain.config.path] == [general.maildir, general.config.path])
        let other = DeliverCommand(plain: arguments + ["x"])
        #expect(other == nil)
    }

    @Test(
        "What is not plain is left to the general reader",
        arguments: [
            ["--maildir"], ["--maildir", "-v"], ["--maildir", "a", "--maildir", "b"], ["--maildir=a"], ["--dry-run"],
            ["--limit", "1"], ["a"], ["--"], ["-"], ["-vv"], ["--help"],
        ])
    func general(arguments: [String]) {
        let plain = ScanCommand(plain: arguments)
        #expect(plain == nil)
    }

    @Test(
        "So is what is more than one address",
        arguments: [
            [], ["a@b.example", "c@d.example"], ["--batch"], ["--format", "jsonl", "a@b.example"], ["--", "a"],
        ])
    func generalCheck(arguments: [String]) {
        let plain = CheckCommand(plain: arguments)
        #expect(plain == nil)
    }
}
