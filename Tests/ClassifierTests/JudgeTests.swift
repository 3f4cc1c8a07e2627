import Foundation
import MIME
import RuleFiles
import Testing
import Verdict
import compile_rules

@testable import Classifier

@Suite("the judge")
struct JudgeTests {
    private func report(status: StatusCode? = nil, command: SMTPCommand? = nil) -> RecipientReport {
        var report = RecipientReport()
        report.status = status
        report.command = command
        return report
    }

    private func facts(_ text: String, _ report: RecipientReport) -> FailureFacts {
        FailureFacts(
            report, diagnostic: Array(text.utf8), explanation: [], address: "bob@dest.example", reportingMTA: nil)
    }

    private func decide(_ text: String, _ rule: String, _ report: RecipientReport) throws -> Decision {
        let judge = Judge(rules: try RuleSet(testing: "[[rule]]\nid = \"mine\"\n" + rule), custom: [])
        return judge.decide(judge.findings(facts(text, report)), in: Message(parsing: []))
    }

    @Test("lets no rule decide by its name")
    func renamed() throws {
        var rules = RuleFile()
        let folder = RuleTableTests.root.appendingPathComponent("Rules")
        for file in try RuleFile.names(in: folder.path) {
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            // Of rules only: the names of relays and sets are words of a list.
            var table = ""
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, line in
                if line.hasPrefix("[[") { table = String(line) }
                return table == "[[rule]]" && line.hasPrefix("id = ") ? "id = \"\(file) \(number)\"" : String(line)
            }
            rules.add(Array(lines.joined(separator: "\n").utf8), file: file)
        }
        #expect(rules.problems == [])
        let renamed = Classifier(settings: Settings(), rules: RuleSet(try RuleTable(compiling: rules)))
        for fixture in Fixture.all {
            let verdict = renamed.classify(fixture.bytes)
            #expect(verdict.messageClass.rawValue == fixture.messageClass, "\(fixture.name)")
            #expect(verdict.outcomeLines == fixture.outcomes, "\(fixture.name)")
        }
    }

    @Test("says who was not heard, and why")
    func passedOver() {
        let judge = Judge(rules: .standard, custom: [])
        func passed(_ reply: String, _ status: StatusCode?, _ own: String = "") -> [PassedOver] {
            let facts = FailureFacts(
                report(status: status), diagnostic: Array(reply.utf8), explanation: Array(own.utf8),
                address: "bob@dest.example", reportingMTA: nil)
            return judge.decide(judge.findings(facts), in: Message(parsing: [])).evidence.passedOver
        }
        let summary = "550 5.1.1 <bob@dest.example>... User unknown"
        #expect(
            passed("550 Go away", StatusCode(5, 1, 1), summary)
                == [.summary(.reporter), .derivedStatus("5.1.1", replyCode: 550)])
        #expect(passed("550 5.2.2 Mailbox is full", nil, summary) == [.lower(.reporter, than: .remote)])
        #expect(passed("550 5.1.1 Go away", StatusCode(5, 1, 1)) == [])
        #expect(
            passed("550 Sender address <news@news.example>: user unknown", nil)
                == [.ofOther("userunknown/unknown", words: "user unknown")])
        let wrapped = "550 Requested action not taken: mailbox unavailable at mx.gmx.net: mailbox is full"
        #expect(passed(wrapped, nil) == [.wrapper("gmx/mailbox-unavailable")])
        #expect(passed("", StatusCode(5, 1, 1), summary) == [])
    }

    @Test("takes a user for unknown behind DATA only where the provider answers so there")
    func proof() throws {
        func kind(
            _ text: String, at host: String, command: SMTPCommand? = nil, status: StatusCode? = nil,
            needsProof: Bool = true
        ) throws -> OutcomeKind {
            let needs = needsProof ? "needs = \"proof\"" : ""
            let rule = "reason = \"userunknown\"\nany = [\"nobody here\"]\n\(needs)"
            var report = report(status: status, command: command)
            report.remoteMTA = host
            return try decide(text, rule, report).kind
        }
        #expect(try kind("550 nobody here", at: "mx.dest.example") == .hard)
        #expect(try kind("550 nobody here", at: "mx.dest.example", command: .rcpt) == .hard)
        #expect(try kind("550 nobody here", at: "mx.dest.example", command: .data) == .soft)
        #expect(try kind("550 nobody here", at: "mx.dest.example", command: .data, needsProof: false) == .hard)
        #expect(try kind("550 5.1.1 nobody here", at: "mx.dest.example", command: .data) == .hard)
        #expect(try kind("550 nobody here", at: "mta7.mail.yahoo.com", command: .data) == .hard)
        #expect(try kind("550 nobody here", at: "mfsmax.docomo.ne.jp") == .soft)
        #expect(try kind("550 nobody here", at: "mfsmax.docomo.ne.jp", command: .rcpt) == .hard)
        #expect(try kind("550 <bob@docomo.ne.jp>: nobody here", at: "mfsmax.docomo.ne.jp") == .hard)
        // X.1.8 is about the sender.
        #expect(try kind("550 nobody here", at: "mx.dest.example", status: StatusCode(5, 1, 8)) == .soft)
    }

    @Test("takes a plain refusal for the sender's at MAIL and for the host's before it")
    func plainRefusal() throws {
        for isPlain in [false, true] {
            let rule = """
                reason = "securityerror"
                strength = "usual"
                plain = \(isPlain)
                any = ["no entry"]
                """
            #expect(
                try decide("550 no entry", rule, report(command: .mail)).reason
                    == (isPlain ? .rejected : .securityError))
            #expect(
                try decide("550 no entry", rule, report(command: .conn)).reason == (isPlain ? .blocked : .securityError)
            )
            #expect(try decide("550 no entry", rule, report(command: .rcpt)).reason == .securityError)
        }
    }

    @Test("is settled by words of meaning, and not by bare ones or a 4xx alone")
    func settled() throws {
        for isBare in [false, true] {
            let rule = "reason = \"mailboxfull\"\nstrength = \"usual\"\nbare = \(isBare)\nany = [\"quota\"]"
            #expect(try decide("552 quota", rule, report()).isSettled != isBare)
        }
        let rule = "reason = \"mailboxfull\"\nstrength = \"usual\"\nany = [\"quota\"]"
        #expect(try !decide("450 later", rule, report()).isSettled)
        #expect(try !decide("later", rule, report(status: StatusCode(4, 4, 7))).isSettled)
        #expect(try decide("no", rule, report(status: StatusCode(5, 4, 7))).isSettled)
    }

    @Test("hears the highest speaker that says something specific, and nobody below a quoted reply")
    func speakers() throws {
        let rules = try RuleSet(
            testing: """
                [[rule]]
                id = "first"
                reason = "spamdetected"
                any = ["spam"]
                [[rule]]
                id = "second"
                reason = "mailboxfull"
                any = ["mailbox full"]
                """)
        func best(_ diagnostic: String, _ explanation: String) -> String? {
            let facts = FailureFacts(
                report(), diagnostic: Array(diagnostic.utf8), explanation: Array(explanation.utf8),
                address: "bob@dest.example", reportingMTA: nil)
            return Findings(facts, rules: rules, readsAll: false).bestRule?.name
        }
        #expect(best("552 mailbox full", "mx said it was spam") == "second")
        #expect(best("552 go away", "mx said it was spam") == nil)
        #expect(best("mailbox full", "mx said it was spam") == "second")
        #expect(best("go away", "mx said it was spam") == "first")
        #expect(best("", "It was spam.\nRemote host said: 552 mailbox full\nGiving up on 192.0.2.1.") == "second")
        #expect(best("", "It was spam.\nRemote host said: 552 go away") == nil)
    }

    @Test("reads all statements where a rule of the administrator's may need them")
    func statements() throws {
        let rules = try RuleSet(testing: "[[rule]]\nreason = \"mailboxfull\"\nany = [\"mailbox full\"]")
        let facts = FailureFacts(
            report(command: .rcpt), diagnostic: Array("552 mailbox full".utf8), explanation: Array("spam".utf8),
            address: "bob@dest.example", reportingMTA: nil)
        #expect(Findings(facts, rules: rules, readsAll: false).unheard.isEmpty)
        let all = Findings(facts, rules: rules, readsAll: true)
        #expect(all.list.map(\.statement.place) == [.diagnosticCode])
        #expect(all.unheard.map(\.statement.speaker) == [.reporter])
    }
}
