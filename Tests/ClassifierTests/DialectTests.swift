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

    @Test("have a fixture each, with an expectation that can be read")
    func covered() {
        #expect(Fixture.all.count > 250)
        #expect(Fixture.problems == [])
        let untested = Set(Dialects.all.map(\.name)).subtracting(Fixture.all.compactMap(\.dialect))
        #expect(untested == ["fml"], "whose only report of its own names nobody")
    }

    @Test("leave evidence for each recipient", arguments: Fixture.all)
    func evidence(_ fixture: Fixture) {
        let verdict = classifier.classify(fixture.bytes)
        for outcome in verdict.recipients where outcome.kind == .hard || outcome.kind == .soft {
            #expect(verdict.evidence.contains { $0.recipient == outcome.address && !$0.rule.isEmpty && !$0.at.isEmpty })
        }
    }
}
