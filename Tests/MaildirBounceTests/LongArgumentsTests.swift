import Foundation
import Testing

@testable import MaildirBounce

@Suite("A command line with many words", .timeLimit(.minutes(5)))
struct LongArgumentsTests {
    private static let many = (0..<40).map { "u\($0)@d.example" }

    @Test(
        "means what the general reader takes the whole for",
        arguments: [
            many, ["--reason", "left the firm"] + many, many + ["--reason", "x", "--note", "y"],
            ["--reason", "x"] + many + ["--skip-invalid"] + many + ["--", "-a", "--b"] + many,
            ["--reason=x", "--"] + many + ["--reason", "y", "--", "-"], ["a", "b"] + many + ["--ledger", "l", "c"],
            ["--ledger", "l"] + many + ["--author", "me"] + many.reversed(), many + many + ["--note=", "z"] + many,
            many + ["… and 39 more"] + many, ["--", "--"] + many, ["-", "--config", "c"] + many + ["-"],
        ])
    func same(arguments: [String]) throws {
        let long = LongArguments(arguments[...])
        #expect(long.isShortened)
        #expect(long.short.count < arguments.count)
        let whole = ["--reason", "r"].filter { _ in !arguments.contains { $0.hasPrefix("--reason") } } + arguments
        let given = LongArguments(whole[...])
        let general = try SuppressCommand.parse(whole)
        var short = try SuppressCommand.parse(given.short)
        short.words = given.restored(short.words)
        #expect(fields(short) == fields(general))
        #expect(short.words == general.words)
    }

    private func fields(_ command: SuppressCommand) -> [String?] {
        [
            command.reason, command.note.note, command.note.author, command.ledgerOptions.ledger, command.config.path,
            command.source.skipInvalid.description, command.source.from,
        ]
    }

    @Test("is left as it is where no run of words is long")
    func short() {
        let arguments = (0..<100).flatMap { ["--note", "a\($0)", "b", "-v"] }
        let long = LongArguments(arguments[...])
        #expect(!long.isShortened)
        #expect(long.short == arguments)
    }

    @Test("keeps the name of a command within a group")
    func group() throws {
        let arguments = ["rules", "test", "--rules", "r", "first"] + Self.many
        let long = LongArguments(arguments[...])
        let command = try MaildirBounceCommand.parseAsRoot(long.short)
        let test = try #require(command as? RulesTestCommand)
        #expect(long.restored(test.words) == ["first"] + Self.many)
    }

    @Test(
        "is no stand-in for a command that takes no list",
        arguments: [["policy", "explain"], ["brake", "release"], ["verp", "make"]], [40, 5_000])
    func noList(command: [String], count: Int) throws {
        let words = (0..<count).map { "u\($0)@d.example" }
        let run = try Program.run(command + words)
        #expect(run.status == 64, "\(run.errors)")
        #expect(!run.errors.contains("… and"))
    }

    @Test("is refused by the rules for all of them")
    func validation() throws {
        let sources = ["-"] + Array(repeating: "/nowhere", count: 30) + ["-"]
        let run = try Program.run(["reprocess", "--ledger", "/nowhere/l"] + sources)
        #expect(run.status == 64)
        #expect(run.errors.contains("standard input (-) can be read only once"))
        let check = try Program.run(["check", "--ledger", "/nowhere/l"] + Self.many)
        #expect(check.status == 64)
        #expect(check.errorLines.count == 1)
    }

    /// With a reader that takes the square of their number these took minutes each.
    @Test("takes a time that grows with their number")
    func fast() throws {
        let folder = try TemporaryFolder()
        let ledger = folder.path("ledger.sqlite")
        let list = try folder.write("list", "a@b.example\n")
        #expect(try Program.run("import", list, "--ledger", ledger).status == 0)
        let mail = try folder.write("m", Mail.bounce("bob@dest.example", id: "1"))
        // The kernel takes 128 KiB an argument and 2 MiB in all.
        let script = #"""
            set -- "$1" "$2" $(seq 1 60000)
            ledger=$1; cd "${2%/*}"; shift 2
            "$PROGRAM" suppress --reason x --ledger "$ledger" "${@/%/@d.example}" || exit
            "$PROGRAM" release --ledger "$ledger" "${@/%/@d.example}" || exit
            "$PROGRAM" classify --format jsonl "${@/*/m}" | wc -l
            "$PROGRAM" reprocess --ledger "$ledger" "${@/*/m}"
            """#
        let run = try Program.shell(script, ledger, mail)
        #expect(run.status == 0, "\(run.errors.prefix(1_000))")
        #expect(run.lines.contains("60000"))
    }
}
