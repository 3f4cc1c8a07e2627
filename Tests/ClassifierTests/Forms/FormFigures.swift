import Foundation

@testable import Classifier

/// How one text was read in one report.
struct Reading {
    /// How a reading differs from what the text means.
    enum Mistake: String, CaseIterable {
        /// A living address was declared dead.
        case wrongHard = "wrong hard"
        /// A dead address was not.
        case missedHard = "missed hard"
        /// Any other kind, or no answer.
        case wrongKind = "wrong kind"
        case wrongReason = "wrong reason"
    }

    let text: RejectionText
    let form: Form
    /// Kind and reason.
    let answer: String
    let error: Mistake?

    init(_ text: RejectionText, in form: Form) {
        let outcome = classify(form.mail(text)).recipients.first { $0.address == text.recipient }
        let kind = outcome?.kind.rawValue ?? "-"
        let reason = outcome?.reason?.rawValue ?? "-"
        self.text = text
        self.form = form
        answer = "\(kind) \(reason)"
        error =
            switch (text.kind, kind) {
            case ("soft", "hard"): .wrongHard
            case ("hard", "soft"): .missedHard
            case let (expected, got) where expected != got: .wrongKind
            default: ([text.reason] + text.alsoGood).contains(reason) ? nil : .wrongReason
            }
    }

    /// The text, the report, what was read and what it means.
    var line: String { "\(text.id)\t\(form.rawValue)\t\(answer)\texpected \(text.kind) \(text.reason)" }
}

/// What the texts were read as, counted by form.
struct Figures {
    private static let environment = ProcessInfo.processInfo.environment
    static let isWanted = environment["FORM_TEST"] == "report"
    /// Where the mails are to be written.
    static let folder = environment["FORM_OUT"]

    private let readings: [Reading]

    init(_ texts: [RejectionText]) {
        readings = texts.flatMap { text in Form.allCases.filter { $0.shows(text) }.map { Reading(text, in: $0) } }
    }

    /// Each mistake, then a line a form.
    var table: String {
        var lines = readings.filter { $0.error != nil }.map { "\($0.error?.rawValue ?? "")\t\($0.line)" }
        lines.append((["form", "texts"] + Reading.Mistake.allCases.map(\.rawValue)).joined(separator: "\t"))
        for form in Form.allCases {
            let own = readings.filter { $0.form == form }
            let counts = Reading.Mistake.allCases.map { mistake in "\(own.count { $0.error == mistake })" }
            lines.append(([form.rawValue, "\(own.count)"] + counts).joined(separator: "\t"))
        }
        let answers = Dictionary(grouping: readings, by: \.text.id).mapValues { Set($0.map(\.answer)) }
        lines.append("texts that differ by form: \(answers.values.count { $0.count > 1 }) of \(answers.count)")
        return lines.joined(separator: "\n")
    }
}
