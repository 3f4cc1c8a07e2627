import Foundation
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

    @Test("reads back whatever characters a path holds; the package's own file is read, too")
    func paths() throws {
        let scalars = (1...0x7F).map { UnicodeScalar(UInt8($0)) } + ["\u{85}", "é", "\u{2028}", "🎉"]
        var setup = setup
        setup.maildir = "/" + String(String.UnicodeScalarView(scalars)) + "/"
        setup.archive = "'''\"\"\"\\"
        let configuration = try parse(ConfigTemplate.text(setup))
        #expect(configuration.maildir.map { Array($0.utf8) } == Array(setup.maildir.utf8))
        #expect(configuration.archive == setup.archive)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let package = try String(
            contentsOf: root.appendingPathComponent("packaging/debian/maildir-bounce.toml"), encoding: .utf8)
        #expect(try parse(package).metrics == "/var/lib/maildir-bounce/scan.prom")
        #expect(
            try parse(package.replacingOccurrences(of: "\n# [", with: "\n[")).policy.signature == Policy().signature)
    }

    @Test("shows the true defaults: all of them set change nothing but the override")
    func defaults() throws {
        var policy = try parse(everything).policy
        #expect(policy.overrides.count == 1)
        let capture = try parse(everything).capture
        #expect(capture.days == CaptureTable().days && capture.headers.map(\.spelling) == ["X-Campaign"])
        policy.overrides = []
        #expect(policy.signature == Policy().signature)
        let plain = try parse("")
        #expect(try parse(everything).classifier.verpDelimiters == plain.classifier.verpDelimiters)
        #expect(try parse(everything).classifier.localHosts == plain.classifier.localHosts)
        // There is no default for our server's name: the line is an example.
        var trust = try parse(everything).trust
        #expect(trust.authservID == "mx.news.example")
        trust.authservID = nil
        trust.unsubscribe = plain.trust.unsubscribe
        #expect(trust == plain.trust)
        // Of a hook its name and its program are examples.
        let hook = try #require(try parse(everything).hooks.first)
        var least = try parse("[[hook]]\nname = \"shop\"\ncommand = [\"/x\"]").hooks[0]
        least.command = hook.command
        #expect(hook == least)
    }

    @Test(
        "names every key that there is",
        arguments: [
            "", "[classifier]", "[verp]", "[trust]", "[canary]", "[capture]",
            "[[hook]]\nname = \"a\"\ncommand = [\"/bin/true\"]",
            "[policy]", "[policy.soft]", "[policy.sender]",
            "[policy.brake]",
        ])
    func keys(table: String) throws {
        let failure = try #require(throws: Failure.self) { try parse("\(table)\nunknown = 1\n") }
        let list = try #require(failure.message.components(separatedBy: "allowed here: ").last)
        let keys = list.components(separatedBy: ", ").filter { !["unknown", ""].contains($0) }
        #expect(keys.count > 0)
        let lines = everything.split(separator: "\n")
        for key in keys {
            #expect(
                lines.contains { line in
                    line.hasPrefix("\(key) = ") || line.hasPrefix("[\(key)") || line == "[[\(key)]]"
                        || line.hasPrefix("[policy.\(key)]")
                        || line.hasPrefix("[[policy.\(key)]]")
                }, "\(key)")
        }
    }
}
