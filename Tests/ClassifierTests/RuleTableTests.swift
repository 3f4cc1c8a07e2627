import Foundation
import RuleFiles
import Testing
import compile_rules

@testable import Classifier

/// The table that is compiled in, against Rules/.
struct RuleTableTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func rules() throws -> RuleFile { try RuleFile(folder: Self.root.appendingPathComponent("Rules").path) }

    @Test func `the checked-in table is that of the rules`() throws {
        let table = try Data(contentsOf: Self.root.appendingPathComponent("Sources/CRules/table.inc"))
        #expect(try RuleCompiler(rules()).source == [UInt8](table), "run scripts/compile-rules.sh")
    }

    /// What the table holds is what the files say: names, reasons and words come out as they were written.
    @Test func `the classifier has every rule and every server`() throws {
        let rules = try rules()
        let replies = rules.rules.filter { $0.all.isEmpty }
        #expect(RuleSet.standard.rules.map(\.name) == replies.map(\.id))
        #expect(RuleSet.standard.rules.map(\.reason) == replies.map(\.reason))
        #expect(RuleSet.standard.rules.map(\.strength) == replies.map(\.strength))
        #expect(RuleSet.standard.rules.map(\.needsProof) == replies.map(\.needsProof))
        #expect(
            RuleSet.standard.rules.map { rule in Subject.allCases.filter(rule.isAbout) }
                == replies.map { rule in Subject.allCases.filter(rule.subjects.contains) })
        let providers = rules.rules.filter { !$0.all.isEmpty }
        #expect(ProviderRules.all.map(\.name) == providers.map(\.id))
        #expect(ProviderRules.all.map(\.status) == providers.map { $0.status.flatMap { StatusPattern($0.text)?.code } })
        #expect(ProviderRules.all.map(\.words) == providers.map { $0.all.map(\.text) })
        #expect(ProviderRules.all.map(\.hosts) == providers.map(\.hosts))
        #expect(Dialects.all.map(\.name) == rules.servers.map(\.id))
        #expect(Dialects.all.map(\.code) == rules.servers.map(\.code))
    }

    @Test func `every phrase is found, and names its rule`() throws {
        let rules = try rules()
        for (number, rule) in rules.rules.filter({ $0.all.isEmpty }).enumerated() {
            for phrase in rule.any {
                let text = FoldedText(
                    verbatim: Array(PhrasePattern.pieces(of: phrase.text).joined(separator: " ").utf8))
                let found = RuleSet.standard.search(text).matches
                // A longer phrase of another rule may take its place.
                #expect(
                    found.contains { $0.rule == number } || found.contains { $0.range.count == text.bytes.count },
                    "\(phrase.place): \(phrase.text)")
            }
        }
        for words in rules.words where words.meaning.set == .text {
            for phrase in words.any {
                let found = ProsePhrases.groups.find(in: FoldedText(verbatim: Array(phrase.text.utf8)))
                #expect(!found.isEmpty, "\(phrase.place): \(phrase.text)")
            }
        }
    }

    @Test("stand in phrases that a folded text can hold")
    func phrasesAreFolded() throws {
        var count = 0
        for rule in try rules().rules {
            for piece in rule.any.flatMap({ PhrasePattern.pieces(of: $0.text) }) {
                let folded = String(decoding: FoldedText(Array("x \(piece) x".utf8)).bytes, as: UTF8.self)
                #expect(folded.contains(piece), "\(rule.id): \(piece)")
                count += 1
            }
        }
        #expect(count > 1_500)
    }
}
