import Foundation
import Ledger
import Testing

@testable import MaildirBounce

@Suite("policy adopt")
struct PolicyAdoptTests {
    let station: Station

    /// A ledger of version 0.1.0 in which that version's defaults and the present ones disagree about three addresses.
    init() throws {
        station = try Station()
        let today = LedgerSamples.today
        let months: [Int64] = [today - 61, today - 31, today - 1]
        try LedgerSamples.makeOfFirstEdition(station.ledger)
        try LedgerSamples.make(
            station.ledger,
            // A mailbox that is full on every mailing of a monthly list.
            months.enumerated().map { LedgerSamples.failure($0.offset, on: $0.element) }
                + LedgerSamples.mailings(months)
                // Five days of a mistake in the sender's DNS.
                + (0..<5).map {
                    LedgerSamples.failure(
                        10 + $0, "good@dest.example", on: today - 9 + Int64($0), reason: .authFailure)
                } + [
                    LedgerSamples.failure(
                        20, "once@gone.example", on: today - 2, reason: .hostUnknown, kind: .hard),
                    LedgerSamples.failure(21, "dead@dest.example", on: today - 2, reason: .userUnknown, kind: .hard),
                ])
    }

    private func run(_ command: String..., config: String? = nil) throws -> Run {
        try Program.run(command + ["--ledger", station.ledger] + (config.map { ["--config", $0] } ?? []))
    }

    private func suppressed() throws -> [String] {
        try run("suppressed").lines.map { String($0.prefix { $0 != "\t" }) }
    }

    private static let before = ["dead@dest.example", "good@dest.example", "once@gone.example"]
    private static let after = ["bob@dest.example", "dead@dest.example"]

    private func expectChanges(_ lines: [String]) {
        #expect(lines.count >= 4)
        guard lines.count >= 4 else { return }
        #expect(lines[0].hasPrefix("+ bob@dest.example  suppressed: soft bounces on 3 "))
        #expect(lines[1].hasPrefix("- good@dest.example  may be mailed; was suppressed: "))
        #expect(lines[2].hasPrefix("- once@gone.example  may be mailed; was suppressed: "))
        #expect(lines[3] == "Addresses that change sides: 1 suppressed, 2 may be mailed")
    }

    @Test("A ledger of 0.1.0 keeps its policy, and policy show, status and doctor say so")
    func kept() throws {
        #expect(try suppressed() == Self.before)
        let shown = try run("policy", "show", "--format", "jsonl").objects()
        func value(_ key: String) -> Int? {
            shown.first { $0["key"] as? String == "policy." + key }?["value"] as? Int
        }
        #expect(value("edition") == 1)
        #expect(value("hostunknown.days") == 1)
        #expect(value("soft.days") == 5)
        #expect(value("recipient.mailings") == nil)
        #expect(value("sender.days") == nil)
        let row = try #require(try run("policy", "show").lines.first)
        #expect(
            row.split(separator: " ").map(String.init)
                == ["policy.edition", "1", "the", "ledger;", "see", "policy", "adopt"])
        // Without a ledger they are this version's.
        #expect(try !Program.run("policy", "show").text.contains("edition"))

        let status = try run("status")
        #expect(status.lines.contains { $0.hasPrefix("policy ") && $0.contains("that of version 0.1.0; policy adopt") })
        #expect(try run("status", "--format", "json").objects().first?["policy_edition"] as? Int == 1)
        let findings = try doctor()
        #expect(findings.map { $0["level"] as? String } == ["warning"])
        #expect((findings.first?["what"] as? String)?.contains("policy of version 0.1.0") == true, "\(findings)")
        #expect((findings.first?["mend"] as? String)?.contains("maildir-bounce policy adopt") == true)
    }

    private func doctor() throws -> [[String: Any]] {
        let config = try station.folder.write("d.toml", "maildir = \"\(station.maildir)\"\n")
        let object = try #require(try run("doctor", "--format", "json", config: config).objects().first)
        let findings = try #require(object["findings"] as? [[String: Any]])
        return findings.filter { $0["subject"] as? String == "policy" }
    }

    @Test("Where nobody can be asked it lists who would change sides and writes nothing")
    func onlyLists() throws {
        let before = try station.folder.everything()
        let run = try run("policy", "adopt")
        #expect(run.status == 75)
        expectChanges(run.lines)
        #expect(run.lines.count == 4)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("nothing was changed: nobody is there to ask; add --yes"))
        #expect(try station.folder.everything() == before)
    }

    @Test("--yes adopts it, and a second time there is nothing to do")
    func adopts() throws {
        let run = try run("policy", "adopt", "--yes")
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        expectChanges(run.lines)
        #expect(run.lines.last == "Committed.")
        #expect(try suppressed() == Self.after)
        #expect(try self.run("ledger", "verify").status == 0)

        #expect(try !self.run("policy", "show").text.contains("edition"))
        #expect(try !self.run("status").lines.contains { $0.hasPrefix("policy ") })
        #expect(try self.run("status", "--format", "json").objects().first?["policy_edition"] as? Int == 2)
        #expect(try doctor().isEmpty)

        let before = try station.folder.everything()
        for arguments in [["--yes"], []] {
            let again = try Program.run(
                ["policy", "adopt", "--ledger", station.ledger] + arguments)
            #expect(again.status == 0)
            #expect(again.lines == ["The ledger has the defaults of this version already."])
        }
        #expect(try station.folder.everything() == before)
        // Whatever is scanned next counts under the present defaults.
        try station.deliver("1.V1.host", Mail.letter(id: "S1"))
        #expect(try station.scan().status == 0)
        #expect(try suppressed() == Self.after)
    }

    @Test("At a terminal it asks", .enabled(if: Tool.isThere("script --version")), arguments: [("n", 75), ("y", 0)])
    func asks(answer: String, status: Int32) throws {
        let run = try Program.shell(
            #"""
            printf '%s\n' "$2" |
                script -qec "'$PROGRAM' policy adopt --ledger '$1'" /dev/null
            """#,
            station.ledger, answer)
        #expect(run.status == status, "\(run.text)")
        #expect(run.text.contains("Commit this?"))
        #expect(try suppressed() == (status == 0 ? Self.after : Self.before))
    }

    @Test("Numbers of the configuration hold before and after")
    func configured() throws {
        let some = "[policy.sender]\ndays = 5\n[policy.hostunknown]\ndays = 1\nspan_days = 0\n"
        let listed = try run("policy", "adopt", config: try station.folder.write("c.toml", some))
        #expect(listed.lines.first?.hasPrefix("+ bob@dest.example") == true)
        #expect(listed.lines.last == "Addresses that change sides: 1 suppressed, 0 may be mailed")
        // What docs/policy.md gives for the behaviour of 0.1.0.
        let all = try station.folder.write("c.toml", some + "[policy.soft]\ndays = 5\n")
        let run = try run("policy", "adopt", "--yes", config: all)
        #expect(run.lines == ["Addresses that change sides: 0 suppressed, 0 may be mailed", "Committed."])
        #expect(try self.run("check", "good@dest.example", config: all).status == 1)
        // Soft bounces by days, as 0.1.0 counted them: nobody changes sides for them.
        let station = try Station()
        try LedgerSamples.makeOfFirstEdition(station.ledger)
        let days = try station.folder.write("c.toml", "[policy.soft]\ndays = 2\nwithin_days = 90\nquiet_days = 90\n")
        let first = LedgerSamples.today - 50
        try LedgerSamples.make(
            station.ledger, [first, first + 40].enumerated().map { LedgerSamples.failure($0.offset, on: $0.element) },
            policy: try Configuration.load(days).policy)
        let other = try Program.run("policy", "adopt", "--yes", "--ledger", station.ledger, "--config", days)
        #expect(other.lines == ["Addresses that change sides: 0 suppressed, 0 may be mailed", "Committed."])
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 1)
    }

    @Test("No ledger is made, and a new one has the present defaults")
    func others() throws {
        let missing = station.folder.path("none.sqlite")
        #expect(try Program.run("policy", "adopt", "--yes", "--ledger", missing).status == 66)
        #expect(!station.folder.names("").contains("none.sqlite"))
        let new = station.folder.path("new.sqlite")
        try LedgerSamples.make(new, [])
        let run = try Program.run("policy", "adopt", "--ledger", new)
        #expect(run.status == 0)
        #expect(run.lines == ["The ledger has the defaults of this version already."])
    }

    @Test("The ledger of a real 0.1.0 is of its edition after it was converted")
    func former() throws {
        let former = try Station()
        try FormerLedger.make(former.ledger)
        #expect(try Program.run("policy", "adopt", "--ledger", former.ledger).status == 66)
        try former.deliver("1.V1.host", Mail.letter(id: "S1"))
        #expect(try former.scan().status == 0)
        let status = try Program.run("status", "--ledger", former.ledger, "--format", "json")
        #expect(try status.objects().first?["policy_edition"] as? Int == 1)
        #expect(try Program.run("policy", "adopt", "--yes", "--ledger", former.ledger).lines.last == "Committed.")
        #expect(try Program.run("check", "bob@dest.example", "--ledger", former.ledger).status == 1)
    }
}
