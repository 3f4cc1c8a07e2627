import MIME
import Testing

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

    private func decide(_ text: String, _ rule: ReasonRule, _ report: RecipientReport) -> Decision {
        let judge = Judge(rules: RuleSet([rule], providers: []), custom: [])
        return judge.decide(judge.findings(facts(text, report)), in: Message(parsing: []))
    }

    @Test("lets no rule decide by its name")
    func renamed() {
        let rules = ReasonRules.all.enumerated().map { number, rule in
            var rule = rule
            rule.name = "r\(number)"
            return rule
        }
        let renamed = Classifier(settings: Settings(), rules: rules)
        for fixture in Fixture.all {
            let verdict = renamed.classify(fixture.bytes)
            #expect(verdict.messageClass.rawValue == fixture.messageClass, "\(fixture.name)")
            #expect(verdict.outcomeLines == fixture.outcomes, "\(fixture.name)")
        }
    }

    @Test("asks for the proof that the rule names")
    func proof() {
        func rule(_ proof: Proof?) -> ReasonRule {
            ReasonRule("mine", .userUnknown, .sure, proof: proof, ["nobody here"])
        }
        let atData = report(command: .data)
        #expect(decide("550 nobody here", rule(nil), atData).kind == .hard)
        #expect(decide("550 nobody here", rule(.refusal), atData).kind == .hard)
        #expect(decide("nobody here", rule(.refusal), atData).reason == .filtered)
        #expect(decide("550 nobody here", rule(.addressing), atData).reason == .filtered)
        #expect(decide("550 nobody here", rule(.addressing), report(command: .rcpt)).kind == .hard)
        #expect(decide("550 nobody here", rule(.addressing), report(status: StatusCode(5, 1, 1))).kind == .hard)
        #expect(decide("550 nobody here", rule(.addressing), report(status: StatusCode(5, 1, 8))).kind == .soft)
    }

    @Test("takes a plain refusal for the sender's at MAIL and for the host's before it")
    func plainRefusal() {
        for isPlain in [false, true] {
            let rule = ReasonRule("mine", .securityError, .usual, isPlainRefusal: isPlain, ["no entry"])
            #expect(
                decide("550 no entry", rule, report(command: .mail)).reason == (isPlain ? .rejected : .securityError))
            #expect(
                decide("550 no entry", rule, report(command: .conn)).reason == (isPlain ? .blocked : .securityError))
            #expect(decide("550 no entry", rule, report(command: .rcpt)).reason == .securityError)
        }
    }

    @Test("is settled by words of meaning, and not by bare ones or a 4xx alone")
    func settled() {
        for isBare in [false, true] {
            let rule = ReasonRule("mine", .mailboxFull, .usual, isBare: isBare, ["quota"])
            #expect(decide("552 quota", rule, report()).isSettled != isBare)
        }
        let rule = ReasonRule("mine", .mailboxFull, .usual, ["quota"])
        #expect(!decide("450 later", rule, report()).isSettled)
        #expect(!decide("later", rule, report(status: StatusCode(4, 4, 7))).isSettled)
        #expect(decide("no", rule, report(status: StatusCode(5, 4, 7))).isSettled)
    }

    @Test("reads no further statement once words leave no doubt, unless a rule of the administrator's may")
    func statements() {
        let rules = RuleSet(
            [
                ReasonRule("first", .mailboxFull, .sure, ["mailbox full"]),
                ReasonRule("second", .spamDetected, .sure, ["spam"]),
            ], providers: [])
        var facts = facts("552 mailbox full", report(command: .rcpt))
        facts.statements.append(Statement(.text, Array("552 spam".utf8)))
        #expect(Findings(facts, rules: rules, readsAll: false).list.map(\.statement.place) == [.diagnosticCode])
        let all = Findings(facts, rules: rules, readsAll: true)
        #expect(all.list.map(\.statement.place) == [.diagnosticCode, .text])
        #expect(all.bestRule?.name == "first")
        #expect(all.runnerUp == "second")
    }
}
