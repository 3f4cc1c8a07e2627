import Testing

@testable import Classifier

@Suite("dialects")
struct DialectTests {
    @Test("read what each server writes", arguments: Fixture.all)
    func fixture(_ fixture: Fixture) {
        let verdict = classifier.classify(fixture.bytes)
        #expect(verdict.messageClass.rawValue == fixture.messageClass)
        #expect(verdict.dialect == fixture.dialect)
        #expect(verdict.outcomeLines == fixture.outcomes)
    }

    @Test("have a fixture each that is listed")
    func listed() {
        #expect(Fixture.all.count > 150)
        #expect(Fixture.strangers.isEmpty)
        // Servers whose reports need a network of their own stand in the public corpora only.
        let tested = Set(Fixture.all.compactMap(\.dialect))
        let untested = Set(Dialects.all.map(\.name)).subtracting(tested)
        #expect(
            untested.isSubset(of: [
                "activehunter", "amavis", "dovecot", "fml", "interscan", "lsmtp", "mailfoundry", "mailmarshal",
                "mxlogic",
                "procmail", "rfc3464", "sina", "symantec",
            ]), "\(untested.sorted())")
    }

    @Test("leave evidence for each recipient", arguments: Fixture.all)
    func evidence(_ fixture: Fixture) {
        let verdict = classifier.classify(fixture.bytes)
        for outcome in verdict.recipients where outcome.kind == .hard || outcome.kind == .soft {
            #expect(verdict.evidence.contains { $0.recipient == outcome.address && !$0.rule.isEmpty && !$0.at.isEmpty })
        }
    }
}
