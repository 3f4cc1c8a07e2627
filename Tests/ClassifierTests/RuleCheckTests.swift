import RuleFiles
import Testing
import Verdict
import compile_rules

@testable import Classifier

/// What is found in files of rules, and where.
struct RuleCheckTests {
    private func file(_ text: String) -> RuleFile {
        var file = RuleFile()
        file.add(Array(text.utf8), file: "r.toml")
        return file
    }

    private func rule(_ id: String, _ keys: String) -> String {
        "[[rule]]\nid = \"\(id)\"\nreason = \"userunknown\"\nsource = \"observed\"\n\(keys)\n"
    }

    private func ours(_ text: String) -> [String] { RuleCheck(ours: file(text)).problems.map(\.description) }

    private func administrators(_ text: String) -> [String] {
        RuleCheck(administrators: file(text)).problems.map(\.description)
    }

    @Test func `the rules of the project are as they should be`() throws {
        let rules = try RuleFile(folder: RuleTableTests.root.appendingPathComponent("Rules").path)
        #expect(RuleCheck(ours: rules).problems == [])
    }

    @Test func `a phrase that stands twice is named at its second place`() {
        let twice =
            rule("a", "any = [\"no such user\"]") + rule("b", "any = [\n  \"nobody here\", \"no such user\",\n]")
        #expect(ours(twice) == ["r.toml:11:18: \"no such user\" never decides: it stands in a at r.toml:5:8"])
        // With another reason it says what comes second.
        let second = twice.replacing("id = \"b\"\nreason = \"userunknown\"", with: "id = \"b\"\nreason = \"suspend\"")
        #expect(ours(second) == [])
        let words =
            "[[words]]\nset = \"text\"\nid = \"failure\"\nsource = \"observed\"\nany = [\"bounced\", \"bounced\"]\n"
        #expect(ours(words) == ["r.toml:5:19: \"bounced\" is given here a second time; the first is at r.toml:5:8"])
    }

    @Test func `a name that is given twice is named`() {
        let twice = rule("a", "any = [\"one\"]") + rule("a", "any = [\"two\"]")
        #expect(ours(twice) == ["r.toml:6:1: the name a is given a second time; the first is on line 1"])
        #expect(administrators(twice) == ["r.toml:6:1: the name a is given a second time; the first is on line 1"])
    }

    @Test(
        "a phrase that no folded text holds is named, with what stands there",
        arguments: [
            ("User unknown", "user unknown"), ("user  unknown", "user unknown"), ("to postmaster@", "to @"),
            ("“gone”", "\"gone\""),
        ])
    func unmet(phrase: String, folded: String) {
        let found = ours(rule("a", "any = ['\(phrase)']"))
        #expect(found == ["r.toml:5:8: \"\(phrase)\" stands in no folded text; there it is \"\(folded)\""])
    }

    @Test func `a rule whose words always hold those of a stronger one never decides`() {
        let strong = rule("strong", "any = [\"quota\"]").replacing("userunknown", with: "mailboxfull")
        let weak = rule("weak", "strength = \"usual\"\nany = [\"over quota\", \"quota limit\"]")
        #expect(
            ours(strong + weak)
                == ["r.toml:6:1: rule weak never decides: each of its phrases holds one of a stronger rule"])
        #expect(ours(strong + weak.replacing("quota limit", with: "no room")) == [])
        // `equota` is another word.
        #expect(ours(strong + weak.replacing("over quota", with: "over equota")) == [])
    }

    @Test func `an administrator's rule after one that always applies never decides`() {
        let first = "[[rule]]\nid = \"a\"\nall = [\"policy\"]\nreason = \"blocked\"\n"
        let second = "[[rule]]\nid = \"b\"\nall = [\"Partner  policy\"]\nstatus = \"5.7.1\"\nreason = \"suspend\"\n"
        #expect(
            administrators(first + second)
                == ["r.toml:5:1: rule b never decides: a on line 1 applies whenever it does"])
        #expect(administrators(second + first) == [])
        #expect(administrators(first.replacing("all", with: "status = \"5.7.2\"\nall") + second) == [])
        #expect(administrators(first.replacing("all", with: "against = [\"west\"]\nall") + second) == [])
    }

    @Test(
        "hard of a failure of the moment is named",
        arguments: [
            ("status = \"4.*.*\"\nkind = \"hard\"", "5:8: rule a says hard of status 4.*.*"),
            ("reply = \"4xx\"\nreason = \"userunknown\"", "1:1: rule a says hard of reply 4xx"),
        ])
    func transient(keys: String, words: String) {
        let found = administrators("[[rule]]\nid = \"a\"\nall = [\"x\"]\n\(keys)\n")
        #expect(found == ["r.toml:\(words): a failure of the moment is never hard"])
        #expect(administrators("[[rule]]\nid = \"a\"\nall = [\"x\"]\nstatus = \"4.*.*\"\nreason = \"suspend\"\n") == [])
    }

    @Test func `unknown keys, words of no list and missing sources are named`() {
        #expect(
            ours("[[rule]]\nid = \"a\"\nreson = \"suspend\"\nany = [\"x\"]\n").first?.hasPrefix(
                "r.toml:3:1: rule.reson is not a known key; allowed here: ") == true)
        #expect(
            ours(rule("a", "any = [\"x\"]\nwords = [\"y\"]")).first?.hasPrefix(
                "r.toml:6:1: rule.words is not a known key; allowed here: ") == true)
        #expect(
            ours(rule("a", "any = [\"x\"]\nneeds = \"luck\"")) == [
                "r.toml:6:9: rule.needs must be one of proof"
            ])
        #expect(
            ours("[[rule]]\nid = \"a\"\nreason = \"suspend\"\nany = [\"x\"]\n") == [
                "r.toml:1:1: source is missing: say where the words are from (an RFC, a server's file, a page, or observed)"
            ])
        #expect(
            administrators(
                "[[rule]]\nid = \"a\"\nsubject = [\"recipient\"]\npredicate = \"absent\"\nreason = \"suspend\"\n") == [
                    "r.toml:4:13: subject and predicate are for the project's own rules; give the words with any or all"
                ])
        #expect(
            administrators("[[server]]\nid = \"a\"\ntext = [\"x\"]\n") == [
                "r.toml:1:1: a file of your own may hold [[rule]] only; the others are the project's"
            ])
    }

    // MARK: what compiled rules do

    /// The rules that decide about a reply at RCPT.
    private func deciding(_ text: String, _ reply: String, host: String = "mx.dest.example") throws -> [String] {
        let file = file(text)
        #expect(file.problems == [])
        let rules = RuleSet(try RuleTable(compiling: file))
        var report = RecipientReport()
        report.remoteMTA = host
        report.command = .rcpt
        let facts = FailureFacts(report, diagnostic: [], explanation: [], address: "", reportingMTA: nil)
        let said = FoldedText(reply)
        return rules.search(said) { $0.hold(said, facts, SMTPReply(reply.utf8.span)) }.matches.map {
            rules.rules[$0.rule].name
        }
    }

    @Test(
        "each condition of a rule decides by itself",
        arguments: [
            ("hosts = [\"dest.example\"]", "hosts = [\"est.example\"]"),
            ("status = \"5.1.*\"", "status = \"5.2.*\""), ("stage = \"rcpt\"", "stage = \"data\""),
            ("against = [\"spam\"]", "against = [\"no * person\"]"),
        ])
    func conditions(holds: String, fails: String) throws {
        let reply = "550 5.1.1 There is no such person; antispam"
        #expect(try deciding(rule("a", "any = [\"no such person\"]\n\(holds)"), reply) == ["a"])
        #expect(try deciding(rule("a", "any = [\"no such person\"]\n\(fails)"), reply) == [])
    }

    /// A longer phrase takes the place of a shorter one only where its rule applies.
    @Test func `a rule that does not apply hides no other`() throws {
        let long = rule("long", "any = [\"no such person here\"]\nstage = \"data\"").replacing(
            "userunknown", with: "filtered")
        let rules = long + rule("short", "any = [\"no such person\"]")
        #expect(try deciding(rules, "550 no such person here") == ["short"])
        #expect(try deciding(rules.replacing("data", with: "rcpt"), "550 no such person here") == ["long"])
    }

    @Test func `a status pattern is the same as a number of the table`() {
        for text in ["5.7.1", "4.*.*", "*.*.*", "2.0.0", "5.7.999"] {
            let pattern = StatusPattern(text)
            #expect(pattern.flatMap { StatusPattern(packed: $0.packed) } == pattern)
        }
        #expect(StatusPattern("5.7") == nil)
        #expect(StatusPattern("5.7.1000") == nil)
        #expect(StatusPattern("5.*.1")?.fits(StatusCode(5, 3, 1)) == true)
        #expect(StatusPattern("5.*.1")?.fits(StatusCode(4, 3, 1)) == false)
    }
}
