import Testing

@Suite("usage")
struct UsageTests {
    @Test(
        "answers a wrong command line with one line and status 64",
        arguments: [
            ["classify", "--bogus", "x"], ["classify"], ["nonsense"], ["classify", "--format", "xml", "x"],
            ["scan", "--bogus"], ["scan", "--limit", "many"], ["suppressed", "--format", "html"], ["check"],
            ["address"],
        ])
    func wrongOption(arguments: [String]) throws {
        let run = try Program.run(arguments)
        #expect(run.status == 64)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.hasPrefix("maildir-bounce: error: "))
        #expect(run.errors.contains("--help"))
        #expect(run.output.isEmpty)
    }

    @Test("lets no control character of the command line reach the terminal")
    func hostileOption() throws {
        let run = try Program.run("classify", "--\u{1B}[31mred")
        #expect(run.status == 64)
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test(
        "prints help with an example for every command",
        arguments: [
            "scan", "classify", "address", "suppressed", "check", "suppress", "release", "import", "export", "forget",
            "prune", "status", "deliver", "init", "doctor", "sent", "policy adopt",
        ])
    func help(command: String) throws {
        let run = try Program.run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(run.status == 0)
        #expect(run.text.contains("Example: maildir-bounce \(command)"))
        #expect(run.text.contains("Exit status:"))
        #expect(!run.text.contains("ledger.db"))
    }

    @Test("prints its version")
    func version() throws {
        let run = try Program.run("--version")
        #expect(run.status == 0)
        #expect(run.lines.count == 1)
    }
}
