import Foundation
import Testing

@Suite("check --batch")
struct BatchCheckTests {
    let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
        #expect(try station.scan().status == 0)
    }

    private func check(_ list: String, _ more: String...) throws -> Run {
        try Program.run(["check", "--batch", "--ledger", station.ledger] + more, input: Data(list.utf8))
    }

    private static let list = """
        # subscribers
        Carol@Dest.Example
        BOB@dest.example

        nonsense
          dan@dest.example\u{20}
        bob@dest.example

        """

    @Test("prints those that may be mailed, as they were written and in their order, or the others")
    func filter() throws {
        let run = try check(Self.list)
        #expect(run.status == 0)
        #expect(run.text == "Carol@Dest.Example\ndan@dest.example\n")
        #expect(run.errors == "maildir-bounce: warning: line 5: nonsense: this is no mail address\n")
        let others = try check(Self.list, "--suppressed")
        #expect(others.status == 0)
        #expect(others.text == "BOB@dest.example\nbob@dest.example\n")
    }

    @Test("says why as JSON")
    func json() throws {
        let suppressed = try check(Self.list, "--suppressed", "--format", "jsonl").objects()
        #expect(suppressed.map { $0["address"] as? String } == ["BOB@dest.example", "bob@dest.example"])
        #expect(suppressed.allSatisfy { $0["suppressed"] as? Bool == true && $0["reason"] as? String == "userunknown" })
        let mailable = try check(Self.list, "--format", "jsonl").objects()
        #expect(mailable.map { $0["suppressed"] as? Bool } == [false, false])
        #expect(mailable.allSatisfy { $0["reason"] == nil })
        let one = try Program.run("check", "bob@dest.example", "--format", "jsonl", "--ledger", station.ledger)
        #expect(one.status == 1)
        #expect(try one.objects().first?["suppressed"] as? Bool == true)
    }

    @Test("Every address comes out on one side, however many there are")
    func pages() throws {
        let list = (0..<25_000).map { $0 % 1_000 == 0 ? "bob@dest.example" : "u\($0)@dest.example" }
        let text = list.joined(separator: "\n")
        #expect(try check(text).lines == list.filter { $0.hasPrefix("u") })
        #expect(try check(text, "--suppressed").lines.count == 25)
    }

    @Test("Where no line is an address the status says so; an empty list is no error")
    func nothingUsable() throws {
        let none = try check("nonsense\nmore\n")
        #expect(none.status == 65)
        #expect(none.output.isEmpty)
        #expect(none.errorLines.count == 3)
        #expect(try check("").status == 0)
    }

    @Test("A line without an end, with bytes that are no text, or of endless length is no address")
    func hostile() throws {
        var list = Data("a@dest.example\nb\u{0}@dest.example\n".utf8)
        list += Data([0xFF, 0xFE, UInt8(ascii: "@")]) + Data("dest.example\n".utf8)
        list +=
            Data(repeating: UInt8(ascii: "x"), count: 3_000_000)
            + Data("@dest.example\n\u{1B}[31m\nz@dest.example".utf8)
        let run = try Program.run(["check", "--batch", "--ledger", station.ledger], input: list)
        #expect(run.status == 0)
        #expect(run.text == "a@dest.example\nz@dest.example\n")
        #expect(run.errorLines.count == 4)
        #expect(run.errors.contains("line 4: the line has more than 65536 bytes"))
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test("Nothing is written, and a reader that goes away is no error")
    func reading() throws {
        let before = try station.folder.everything()
        #expect(try check(Self.list).status == 0)
        let script =
            #"yes bob@dest.example | head -n 300000 | "$PROGRAM" check --batch --suppressed --ledger "$1" | head -n 1; exit ${PIPESTATUS[2]}"#
        let run = try Program.shell(script, station.ledger)
        #expect(run.status == 0)
        #expect(run.text == "bob@dest.example\n")
        #expect(try station.folder.everything() == before)
    }

    @Test(
        "A command line that makes no sense",
        arguments: [["check"], ["check", "a@b.example", "--batch"], ["check", "a@b.example", "--suppressed"]])
    func usage(arguments: [String]) throws {
        let run = try Program.run(arguments + ["--ledger", station.ledger])
        #expect(run.status == 64)
        #expect(run.errorLines.count == 1)
    }
}
