import Ledger
import Testing

@testable import MaildirBounce

@Suite("the configuration that init writes")
struct ConfigTemplateTests {
    let setup: Setup

    init() throws {
        setup = Setup(
            config: "/c", maildir: "/m \"quoted\" \\ \n", ledger: "/l", archive: nil,
            returnPath: try Setup.ReturnAddress("bounce@example.com"), user: .current)
    }

    private func parse(_ text: String) throws -> Configuration {
        try Configuration(ConfigTable(text: Array(text.utf8), file: "c", isWorldReadable: false))
    }

    /// The text with every commented setting set.
    private var everything: String {
        ConfigTemplate.text(setup).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") ? line.dropFirst() : line
        }.joined(separator: "\n")
    }

    @Test("reads back as what was answered, whatever a path holds, and changes no default")
    func answers() throws {
        let configuration = try parse(ConfigTemplate.text(setup))
        #expect(configuration.maildir == setup.maildir)
        #expect(configuration.ledger == "/l")
        #expect(configuration.archive == nil)
        #expect(configuration.verp.returnPath == "bounce@example.com")
        #expect(configuration.policy == Policy())
    }

    @Test("shows the true defaults: all of them set change nothing but the override")
    func defaults() throws {
        var policy = try parse(everything).policy
        #expect(policy.overrides.count == 1)
        policy.overrides = []
        #expect(policy == Policy())
        let plain = try parse("")
        #expect(try parse(everything).classifier.verpDelimiters == plain.classifier.verpDelimiters)
        #expect(try parse(everything).classifier.localHosts == plain.classifier.localHosts)
        #expect(try parse(everything).trust == plain.trust)
    }

    @Test(
        "names every key that there is",
        arguments: [
            "", "[classifier]", "[verp]", "[trust]", "[policy]", "[policy.soft]", "[policy.sender]", "[policy.brake]",
        ])
    func keys(table: String) throws {
        let failure = try #require(throws: Failure.self) { try parse("\(table)\nunknown = 1\n") }
        let list = try #require(failure.message.components(separatedBy: "here may stand ").last)
        let keys = list.components(separatedBy: ", ").filter { !["unknown", ""].contains($0) }
        #expect(keys.count > 0)
        let lines = everything.split(separator: "\n")
        for key in keys {
            #expect(
                lines.contains { line in
                    line.hasPrefix("\(key) = ") || line.hasPrefix("[\(key)") || line.hasPrefix("[policy.\(key)]")
                        || line.hasPrefix("[[policy.\(key)]]")
                }, "\(key)")
        }
    }
}

extension String {
    fileprivate func components(separatedBy mark: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: mark) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
