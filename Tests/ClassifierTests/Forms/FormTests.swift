import Foundation
import Testing

@testable import Classifier

/// What a text means does not depend on the report in which it stands: one kind and one reason each.
///
/// `FORM_TEST=report` prints each text that is read otherwise, and figures.
/// `FORM_OUT=FOLDER` writes the mails there, with labels.
@Suite("rejection texts in every server's report")
struct FormTests {
    @Test("cover every reason, many languages and what misleads")
    func coverage() {
        let texts = RejectionText.all
        #expect(texts.count >= 320)
        #expect(Set(texts.map(\.id)).count == texts.count)
        #expect(texts.count { $0.group == "misleading" } >= 60)
        #expect(texts.count { $0.group == "language" } >= 60)
        #expect(texts.count { $0.group == "vague" } >= 20)
        let reasons = Dictionary(grouping: texts, by: \.reason).mapValues(\.count)
        let failures = Reason.allCases.filter { ![.delivered, .feedback, .vacation, .undefined].contains($0) }
        #expect(failures.filter { reasons[$0.rawValue, default: 0] < 3 } == [])
        #expect(texts.flatMap { [$0.reason] + $0.alsoGood }.allSatisfy { Reason(rawValue: $0) != nil })
    }

    @Test("call a text hard only if its reason and its code are", arguments: RejectionText.all)
    func labels(_ text: RejectionText) {
        #expect((text.kind == "hard") == (Reason(rawValue: text.reason)?.isHard == true && !text.isTransient))
        #expect(["recipient", "sender", "system"].contains(text.party))
    }

    @Test("name the recipient in every report", arguments: Form.allCases)
    func recipient(_ form: Form) {
        for text in RejectionText.all where form.quotes(text) {
            let verdict = classify(form.mail(text))
            #expect([.hardBounce, .softBounce].contains(verdict.messageClass), "\(text.id)")
            #expect(verdict.recipients.map(\.address) == [text.recipient], "\(text.id)")
        }
    }

    @Test("mean the same in each", arguments: RejectionText.all)
    func meaning(_ text: RejectionText) {
        let readings = Form.allCases.filter { $0.shows(text) }.map { Reading(text, in: $0) }
        for reading in readings {
            #expect(reading.error == nil, "\(reading.line)")
        }
        #expect(Set(readings.map(\.answer)).count == 1)
    }

    @Test("print what is read otherwise", .enabled(if: Figures.isWanted))
    func figures() {
        print(Figures(RejectionText.all).table)
    }

    @Test("write the mails", .enabled(if: Figures.folder != nil))
    func write() throws {
        let folder = URL(fileURLWithPath: try #require(Figures.folder))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var labels = "# file\ttext\tform\tgroup\tkind\treason\talso\tparty\ttext\n"
        for text in RejectionText.all {
            for form in Form.allCases where form.shows(text) {
                let name = "\(text.id).\(form.rawValue).eml"
                try form.mail(text).write(to: folder.appendingPathComponent(name), atomically: false, encoding: .utf8)
                let columns = [
                    name, text.id, form.rawValue, text.group, text.kind, text.reason,
                    text.alsoGood.joined(separator: ","), text.party, text.joined,
                ]
                labels += columns.joined(separator: "\t") + "\n"
            }
        }
        try labels.write(to: folder.appendingPathComponent("labels.tsv"), atomically: true, encoding: .utf8)
    }
}
