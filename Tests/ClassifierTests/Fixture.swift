import Foundation
import Testing

@testable import Classifier

/// A message of our own writing in the shape of one server, and what it must be read as.
struct Fixture: Sendable, CustomTestStringConvertible {
    let name: String
    let messageClass: String
    let dialect: String?
    let outcomes: [String]
    let bytes: [UInt8]

    var testDescription: String { name }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    /// All fixtures, as `Fixtures/expected.tsv` lists them.
    static let all: [Fixture] = {
        guard let table = try? String(contentsOf: folder.appendingPathComponent("expected.tsv"), encoding: .utf8) else {
            return []
        }
        return table.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let file = folder.appendingPathComponent(columns[0])
            return Fixture(
                name: columns[0], messageClass: columns[1], dialect: columns[2] == "-" ? nil : columns[2],
                outcomes: columns[3].isEmpty ? [] : columns[3].components(separatedBy: "; "),
                bytes: (try? Data(contentsOf: file)).map { [UInt8]($0) } ?? [])
        }
    }()

    /// The files of the folder that no line of the table names.
    static var strangers: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".eml") && !all.map(\.name).contains($0) }
    }
}

extension Verdict {
    /// The outcomes as the table writes them.
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
