import TOML
import Verdict

/// The expected result of a mail: the `NAME.toml` next to `NAME.eml`, written by hand before the program is run.
package struct Expectation: Sendable {
    /// The expected outcome of one recipient. Nil matches anything.
    private struct Recipient: Sendable {
        let address: String
        let fields: [(name: String, value: String)]
    }

    private let fields: [(name: String, value: String)]
    private let recipients: [Recipient]

    /// Reads an expectation.
    package init(_ text: [UInt8], file: String) throws(RuleProblem) {
        let start = RulePlace(file: file, position: TOMLPosition(line: 1, column: 1))
        let root: TOMLTable
        do throws(TOMLError) {
            root = try TOMLDocument(text).root
        } catch {
            throw RuleProblem(place: RulePlace(file: file, position: error.position), message: error.message)
        }
        var reader = RuleReader(root, name: "", at: start)
        guard let messageClass = try reader.word("class", of: MessageClass.self) else {
            throw reader.wrong("class", "is missing: say what the mail is")
        }
        var fields = [("class", messageClass.rawValue)]
        for key in ["origin", "dialect"] {
            if let value = try reader.text(key) { fields.append((key, value.text)) }
        }
        var recipients: [Recipient] = []
        for var table in try reader.tables("recipients") {
            guard let address = try table.text("address") else {
                throw table.wrong("address", "is missing: say whom the rest is about")
            }
            var fields: [(String, String)] = []
            if let kind = try table.word("kind", of: OutcomeKind.self) { fields.append(("kind", kind.rawValue)) }
            if let reason = try table.word("reason", of: Reason.self) { fields.append(("reason", reason.rawValue)) }
            if let party = try table.word("party", of: Party.self) { fields.append(("party", party.rawValue)) }
            for key in ["status", "command", "rule"] {
                if let value = try table.text(key) { fields.append((key, value.text)) }
            }
            try table.rejectUnknownKeys()
            recipients.append(Recipient(address: address.text, fields: fields))
        }
        try reader.rejectUnknownKeys()
        self.fields = fields
        self.recipients = recipients
    }

    /// The differences of a verdict: `bob@dest.example kind: expected hard, got soft`. An absent value is `-`.
    package func differences(from verdict: Verdict) -> [String] {
        let got: [String: String?] = [
            "class": verdict.messageClass.rawValue, "origin": verdict.origin?.rawValue, "dialect": verdict.dialect,
        ]
        var differences = Expectation.differences(fields, got, of: "")
        var left = verdict.recipients
        for expected in recipients {
            guard let index = left.firstIndex(where: { $0.address == expected.address }) else {
                differences.append("\(expected.address): expected, not named")
                continue
            }
            let outcome = left.remove(at: index)
            let rule = verdict.evidence.first { $0.recipient == outcome.address }?.rule
            let got: [String: String?] = [
                "kind": outcome.kind.rawValue, "reason": outcome.reason?.rawValue, "party": outcome.party?.rawValue,
                "status": outcome.status, "command": outcome.command, "rule": rule,
            ]
            differences += Expectation.differences(expected.fields, got, of: "\(expected.address) ")
        }
        for outcome in left {
            differences.append(
                "\(outcome.address): not expected, got \(outcome.kind.rawValue) \(outcome.reason?.rawValue ?? "-")")
        }
        return differences
    }

    private static func differences(
        _ expected: [(name: String, value: String)], _ got: [String: String?], of whom: String
    ) -> [String] {
        expected.compactMap { name, value in
            let found = (got[name] ?? nil) ?? "-"
            return found == value ? nil : "\(whom)\(name): expected \(value), got \(found)"
        }
    }
}
