import Foundation
import Testing
import Verdict

@testable import MaildirBounce

@Suite("docs/reasons.md")
struct ReasonDocumentTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs").standardizedFileURL

    private func document(_ name: String) throws -> [Substring] {
        try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    @Test(
        "has a heading for every reason, in the order of its table, and no other",
        arguments: ["reasons.md", "reasons.ja.md"])
    func headings(name: String) throws {
        let lines = try document(name)
        let headings = lines.filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        #expect(headings.sorted() == Reason.allCases.map(\.rawValue).sorted())
        let rows = lines.filter { $0.hasPrefix("| [") }
        #expect(rows.map { String($0.dropFirst(3).prefix { $0 != "]" }) } == headings)
    }

    @Test(
        "its table names the party of every reason, and what is done by default",
        arguments: ["reasons.md", "reasons.ja.md"])
    func table(name: String) throws {
        let lines = try document(name)
        for reason in Reason.allCases {
            let row = try #require(lines.first { $0.hasPrefix("| [\(reason.rawValue)](#\(reason.rawValue)) |") })
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells.count == 4)
            if let party = reason.party { #expect(cells[2] == party.rawValue, "\(reason)") }
            #expect(cells[3].hasPrefix("hard") == reason.isHard, "\(reason)")
        }
    }

    @Test("a reason has advice if it is the sender's, in one sentence without an end", arguments: Reason.allCases)
    func advice(reason: Reason) throws {
        #expect((reason.repair != nil) == (reason.party == .sender))
        guard let repair = reason.repair else { return }
        #expect(!repair.advice.hasSuffix(".") && !repair.advice.contains(". ") && !repair.advice.contains("|"))
        #expect(repair.advice.first?.isLowercase == true && !repair.what.isEmpty)
    }
}
