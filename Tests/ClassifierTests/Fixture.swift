import Foundation
import TOML
import Testing

@testable import Classifier

/// A message of our own writing in the shape of one server, `Fixtures/SERVER/NAME.eml`, and what it must be read as,
/// `NAME.toml` next to it.
struct Fixture: Sendable, CustomTestStringConvertible {
    /// The path of the files without suffix, `postfix/unknown-user`.
    let name: String
    let messageClass: String
    let dialect: String?
    /// What became of each recipient, as ``Verdict/outcomeLines`` writes it.
    let outcomes: [String]
    let bytes: [UInt8]

    var testDescription: String { name }

    /// All fixtures that can be read, by name.
    static var all: [Fixture] { folder.fixtures }

    /// A sentence for each file that is no fixture or no expectation.
    static var problems: [String] { folder.problems }

    private static let folder: (fixtures: [Fixture], problems: [String]) = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        let files = Set((try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? [])
        let names = Set(
            files.filter { $0.hasSuffix(".eml") || $0.hasSuffix(".toml") }.map {
                ($0 as NSString).deletingPathExtension
            })
        var fixtures: [Fixture] = []
        var problems: [String] = []
        for name in names.sorted() {
            do {
                fixtures.append(try Fixture(name, in: root))
            } catch {
                problems.append("\(name): \(error)")
            }
        }
        return (fixtures, problems)
    }()

    private init(_ name: String, in root: URL) throws {
        let text = try TOMLDocument(String(contentsOf: root.appendingPathComponent("\(name).toml"), encoding: .utf8))
        let known: Set = ["class", "dialect", "recipients"]
        for entry in text.root.entries where !known.contains(entry.key) {
            throw TOMLError("\(entry.key) is not known", at: entry.keyPosition)
        }
        guard let messageClass = text.root["class"]?.value.string else {
            throw TOMLError("there is no class", at: TOMLPosition(line: 1, column: 1))
        }
        self.name = name
        self.messageClass = messageClass
        dialect = text.root["dialect"]?.value.string
        outcomes = try (text.root["recipients"]?.value.array ?? []).map(Fixture.outcome)
        bytes = try [UInt8](Data(contentsOf: root.appendingPathComponent("\(name).eml")))
    }

    private static func outcome(_ value: TOMLValue) throws -> String {
        let keys = ["address", "kind", "reason", "status", "command"]
        guard let table = value.table else { throw TOMLError("a recipient is a table", at: value.position) }
        for entry in table.entries where !keys.contains(entry.key) || entry.value.string == nil {
            throw TOMLError("\(entry.key) is not known, or no text", at: entry.keyPosition)
        }
        return keys.map { table[$0]?.value.string ?? "-" }.joined(separator: " ")
    }
}

extension Verdict {
    /// Address, kind, reason, status and command of each recipient, with - for what is absent.
    var outcomeLines: [String] {
        recipients.map { outcome in
            [
                outcome.address, outcome.kind.rawValue, outcome.reason?.rawValue, outcome.status, outcome.command,
            ].map { $0 ?? "-" }.joined(separator: " ")
        }
    }

    /// The addresses that this verdict would suppress.
    var hardAddresses: Set<String> { Set(recipients.filter { $0.kind == .hard }.map { $0.address.lowercased() }) }
}

/// Made once: compiling the rules takes longer than reading a message.
let classifier = Classifier()

/// Reads a message that stands in the source.
func classify(_ message: String) -> Verdict { classifier.classify(Array(message.utf8)) }
