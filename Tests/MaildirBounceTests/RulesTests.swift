import Foundation
import Testing

@Suite("rules")
struct RulesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func report(_ reply: String) -> String {
        """
        Return-Path: <>
        Received: by mail.example.com (Postfix) id 1; Tue, 24 Nov 2026 10:00:00 +0000
        From: MAILER-DAEMON@mail.example.com
        To: bounce@example.com
        Subject: Undelivered Mail Returned to Sender
        X-Gateway: partner west
        Message-ID: <1@mail.example.com>
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example.com

        Final-Recipient: rfc822; bob@partner.example
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; mx.partner.example
        Diagnostic-Code: smtp; \(reply)

        --b--

        """
    }

    private func outcome(
        _ rules: String, reply: String = "550 5.1.1 User unknown", status: String = "5.1.1"
    ) throws -> (String, String, String) {
        let mail = try folder.write("mail.eml", report(reply).replacing("Status: 5.1.1", with: "Status: \(status)"))
        let file = try folder.write("rules.toml", rules)
        let config = try folder.write("config.toml", "rules = \"\(file)\"\n")
        let run = try Program.run("classify", "--config", config, "--format", "jsonl", mail)
        let object = try #require(try run.objects().first)
        let recipient = (object["recipients"] as? [[String: Any]])?.first
        return (
            object["class"] as? String ?? "", recipient?["kind"] as? String ?? "",
            recipient?["reason"] as? String ?? ""
        )
    }

    @Test(
        "decide before ours, each condition by itself",
        arguments: [
            "text = [\"USER   unknown\"]", "status = \"5.1.*\"", "reply = \"55x\"", "provider = [\"partner.example\"]",
            "header = \"X-Gateway: partner WEST\"", "header = \"X-Gateway\"",
        ])
    func condition(when: String) throws {
        let rules = "[[rule]]\nname = \"mine\"\nwhen.\(when)\nthen.reason = \"policyviolation\"\n"
        #expect(try outcome(rules) == ("soft-bounce", "soft", "policyviolation"))
    }

    @Test(
        "do not decide where one condition fails",
        arguments: [
            "text = [\"user unknown\", \"something else\"]", "status = \"5.2.*\"", "reply = \"4xx\"",
            "provider = [\"artner.example\"]", "header = \"X-Gateway: east\"", "header = \"X-Other\"",
        ])
    func noCondition(when: String) throws {
        let rules = "[[rule]]\nname = \"mine\"\nwhen.\(when)\nthen.reason = \"policyviolation\"\n"
        #expect(try outcome(rules) == ("hard-bounce", "hard", "userunknown"))
    }

    @Test("never make a failure of the moment hard")
    func transient() throws {
        let rules = "[[rule]]\nname = \"mine\"\nwhen.text = [\"busy\"]\nthen.kind = \"hard\"\n"
        #expect(try outcome(rules, reply: "450 4.2.0 busy").1 == "soft")
        #expect(try outcome(rules, reply: "550 5.2.0 busy").1 == "hard")
    }

    @Test(
        "may say whose fault it is, where the reason says otherwise",
        arguments: [("", "sender"), ("\nthen.party = \"recipient\"", "recipient")])
    func party(then: String, expected: String) throws {
        let mail = try folder.write("mail.eml", report("550 5.7.129 members only"))
        let file = try folder.write(
            "rules.toml", "[[rule]]\nwhen.status = \"5.7.129\"\nthen.reason = \"rejected\"\(then)\n")
        let config = try folder.write("config.toml", "rules = \"\(file)\"\n")
        let run = try Program.run("classify", "--config", config, "--format", "jsonl", mail)
        let recipient = (try run.objects().first?["recipients"] as? [[String: Any]])?.first
        #expect(recipient?["reason"] as? String == "rejected")
        #expect(recipient?["party"] as? String == expected)
    }

    @Test("may say what a whole message is")
    func wholeMessage() throws {
        let rules = "[[rule]]\nname = \"mine\"\nwhen.header = \"X-Gateway\"\nthen.class = \"not-a-bounce\"\n"
        #expect(try outcome(rules).0 == "not-a-bounce")
    }

    @Test(
        "that are broken are named with their line and column, and no mail is judged without them",
        arguments: [
            ("when.status = \"5.1\"\nthen.reason = \"blocked\"", "4:15: rule.when.status "),
            ("when.text = [\"x\"]\nthen.reason = \"nonsense\"", "5:15: rule.then.reason "),
            ("then.reason = \"blocked\"", "2:1: rule.when "), ("when.text = [\"x\"]", "2:1: rule.then "),
            ("when.text = [\"x\"]\nthen.class = \"hard-bounce\"", "5:14: rule.then.class "),
            ("when.reply = \"55\"\nthen.reason = \"blocked\"", "4:14: rule.when.reply "),
            ("when.txt = [\"x\"]\nthen.reason = \"blocked\"", "4:6: rule.when.txt "),
            ("when.status = \"5.1.1\"\nthen.class = \"auto-reply\"", "4:1: rule.when "),
            ("when = { text = [\"x\", 5] }\nthen.reason = \"blocked\"", "4:23: rule.when.text "),
            ("when.text = [\"x\"]\nthen.party = \"sender\"", "5:1: rule.then "),
            ("when.text = [\"x\"]\nthen.class = \"auto-reply\"\nthen.party = \"sender\"", "6:14: rule.then.party "),
        ])
    func broken(rule: String, place: String) throws {
        let good = "[[rule]]\nname = \"mine\"\nwhen.text = [\"user unknown\"]\nthen.reason = \"policyviolation\"\n"
        let rules = "\n[[rule]]\nname = \"broken\"\n\(rule)\n\n\(good)"
        let file = try folder.write("rules.toml", rules)
        let check = try Program.run("rules", "check", file)
        #expect(check.status == 78)
        #expect(check.errorLines.count == 1)
        #expect(check.errors.contains("rules.toml:\(place)"), "\(check.errors)")
        let config = try folder.write("config.toml", "rules = \"\(file)\"\n")
        let run = try Program.run("classify", "--config", config, try folder.write("mail.eml", report("550 no")))
        #expect(run.status == 78)
        #expect(run.text.isEmpty)
        #expect(run.errorLines.count == 1 && run.errors.contains("rules.toml:"), "\(run.errors)")
    }

    @Test(
        "whose conditions say nothing are refused with their place",
        arguments: [
            "header = \":\"", "header = \"::\"", "header = \"\"", "header = \" \"", "header = \" : x\"",
            "header = \"a b: c\"",
            "header = \"\\u00E9: x\"", "header = \"\\t\"", "text = [\"\"]", "text = [\" \"]",
            "text = [\"x\", \"\\n\\t\"]", "text = []",
            "provider = [\"\"]", "provider = [\" \"]", "status = \"\"", "status = \"..\"",
            "status = \"5.1.99999999999999999999\"",
            "reply = \"\"", "reply = \"\\u0663\\u0663\\u0663\"", "reply = 550", "header = 1", "text = \"x\"",
            "header = \"X-\\u0000\"",
        ])
    func vain(when: String) throws {
        let file = try folder.write("rules.toml", "# mine\n[[rule]]\nwhen.\(when)\nthen.reason = \"blocked\"\n")
        let config = try folder.write("config.toml", "rules = \"\(file)\"\n")
        let mail = try folder.write("mail.eml", report("550 5.1.1 User unknown"))
        for arguments in [["rules", "check", file], ["classify", "--config", config, mail]] {
            let run = try Program.run(arguments)
            #expect(run.status == 78, "\(arguments[0]): \(run.status) \(run.errors)")
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains("rules.toml:3:"), "\(run.errors)")
        }
    }

    @Test(
        "in a file that cannot be used end every command that would judge by them, and no other",
        arguments: ["rm", "chmod 666", "rm \"$1\"; mkdir", "chown 12345", "chmod 0"])
    func unusable(command: String) throws {
        if !Program.isRoot, command.contains("chown") { return }
        let maildir = try folder.makeMaildir()
        try folder.write("Maildir/new/1795514400.M1P1.host", report("550 5.1.1 User unknown"))
        let ledger = folder.path("ledger.sqlite")
        #expect(try Program.run("scan", "--maildir", maildir, "--ledger", ledger).status == 0)
        try folder.write("Maildir/new/1795514401.M1P1.host", report("550 5.1.1 User unknown again"))
        let rules = try folder.write("rules.toml", "[[rule]]\nwhen.reply = \"550\"\nthen.reason = \"blocked\"\n")
        let config = try folder.write(
            "config.toml", "rules = \"\(rules)\"\nledger = \"\(ledger)\"\nmaildir = \"\(maildir)\"\n")
        try folder.open()
        for file in [rules, config] { _ = try Program.command(["/bin/chown", Program.isRoot ? "0" : "65534", file]) }
        _ = try Program.shell("\(command) \"$1\"", rules)
        let before = try folder.everything()
        for arguments in [
            ["scan"], ["scan", "--dry-run"], ["classify", maildir], ["reprocess", maildir],
            ["unclassified", "--maildir", maildir],
            ["rules", "list"], ["rules", "test", config],
        ] {
            let run = try Program.run(
                arguments + ["--config", config], asNobody: Program.isRoot && command == "chmod 0")
            #expect(run.status == 78, "\(arguments): \(run.status) \(run.errors)")
            #expect(run.errors.contains("rules.toml"), "\(run.errors)")
        }
        #expect(try folder.everything() == before)
        for arguments in [["check", "bob@partner.example"], ["suppressed"], ["status"]] {
            let run = try Program.run(arguments + ["--config", config])
            #expect(run.status <= 1, "\(arguments): \(run.status) \(run.errors)")
            #expect(run.errors.isEmpty)
        }
    }

    @Test("that are all broken, and tens of thousands, are all named")
    func manyBroken() throws {
        let count = 20_000
        let file = try folder.write("rules.toml", String(repeating: "[[rule]]\n", count: count))
        let check = try Program.run("rules", "check", file)
        #expect(check.status == 78)
        #expect(check.errorLines.count == count)
        #expect(check.errorLines.last?.contains("rules.toml:\(count):1: ") == true)
    }

    @Test("in a file that is no TOML are named")
    func noTOML() throws {
        let check = try Program.run("rules", "check", try folder.write("rules.toml", "[[rule\n"))
        #expect(check.status == 78)
        #expect(check.errors.contains("rules.toml:1:1: a bracket that is opened here is not closed"))
    }

    @Test("are listed with their hits, which a scan counts")
    func hits() throws {
        let maildir = try folder.makeMaildir()
        try folder.write("Maildir/new/1795514400.M1P1.host", report("550 5.1.1 User unknown"))
        let rules = try folder.write(
            "rules.toml", "[[rule]]\nname = \"mine\"\nwhen.reply = \"550\"\nthen.reason = \"blocked\"\n")
        let ledger = folder.path("ledger.sqlite")
        let config = try folder.write("config.toml", "rules = \"\(rules)\"\nledger = \"\(ledger)\"\n")
        #expect(try Program.run("scan", "--maildir", maildir, "--config", config).status == 0)
        let list = try Program.run("rules", "list", "--config", config)
        #expect(list.status == 0)
        #expect(list.lines.first == "admin/mine\tblocked\t1 hits\t\(rules)")
        #expect(list.lines.contains { $0.hasPrefix("userunknown/user\t") })
    }

    @Test("are tested against mails beside ours")
    func test() throws {
        let mail = try folder.write("mail.eml", report("550 5.1.1 User unknown"))
        let rules = try folder.write(
            "rules.toml", "[[rule]]\nname = \"mine\"\nwhen.reply = \"550\"\nthen.reason = \"blocked\"\n")
        let run = try Program.run("rules", "test", "--rules", rules, mail)
        #expect(
            run.lines == [
                "\(mail): admin/mine: hard-bounce; bob@partner.example hard userunknown -> "
                    + "soft-bounce; bob@partner.example soft blocked",
                "    bob@partner.example: admin/mine (at Diagnostic-Code), then userunknown/unknown",
            ])
        let ours = try Program.run("rules", "test", mail)
        #expect(
            ours.lines == [
                "\(mail): no rule of yours: hard-bounce; bob@partner.example hard userunknown",
                "    bob@partner.example: userunknown/unknown (\"user unknown\" at Diagnostic-Code), then nothing",
            ])
    }

    @Test(
        "decide with the keys that ours have, each condition by itself",
        arguments: [
            ("any = [\"nobody\", \"USER   unknown\"]", "any = [\"nobody\", \"ser unknown\"]"),
            ("any = [\"550 * unknown\"]", "any = [\"unknown * 550\"]"),
            ("all = [\"user\", \"unknown\"]", "all = [\"user\", \"known to us\"]"),
            ("all = [\"user\"]\nagainst = [\"spam\"]", "all = [\"user\"]\nagainst = [\"User * unknown\", \"unknown\"]"),
            ("hosts = [\"Partner.example\"]", "hosts = [\"artner.example\"]"),
            ("status = \"5.1.*\"", "status = \"5.2.*\""), ("reply = \"55x\"", "reply = \"4xx\""),
            ("reply = \"550\"\nstage = \"rcpt\"", "reply = \"550\"\nstage = \"data\""),
            ("header = \"X-Gateway: partner WEST\"", "header = \"X-Gateway: east\""),
        ])
    func grammar(holds: String, fails: String) throws {
        func rule(_ when: String) -> String {
            "[[rule]]\nid = \"mine\"\n\(when)\nreason = \"policyviolation\"\nsource = \"our postmaster\"\n"
        }
        let reply = "550 5.1.1 User unknown (in reply to RCPT TO command)"
        #expect(try outcome(rule(holds), reply: reply) == ("soft-bounce", "soft", "policyviolation"))
        #expect(try outcome(rule(fails), reply: reply) == ("hard-bounce", "hard", "userunknown"))
    }

    @Test("declare an address dead only where what they need is known")
    func needs() throws {
        let rule =
            "[[rule]]\nid = \"mine\"\nany = [\"gone fishing\"]\nreason = \"userunknown\"\nneeds = \"proof\"\n"
        func report(_ command: String) throws -> (String, String, String) {
            try outcome(rule, reply: "550 5.0.0 gone fishing (in reply to \(command) command)", status: "5.0.0")
        }
        #expect(try report("RCPT TO") == ("hard-bounce", "hard", "userunknown"))
        #expect(try report("end of DATA") == ("soft-bounce", "soft", "filtered"))
    }

    @Test("are checked for what cannot be meant, each with its line and column")
    func check() throws {
        let file = try folder.write(
            "rules.toml",
            """
            [[rule]]
            id = "a"
            any = ["no one", "No  one"]
            status = "4.*.*"
            kind = "hard"
            reason = "userunknown"
            """)
        let check = try Program.run("rules", "check", file)
        #expect(check.status == 78)
        #expect(
            check.errorLines == [
                "maildir-bounce: error: \(file):3:18: \"No  one\" is given here a second time; the first is at \(file):3:8",
                "maildir-bounce: error: \(file):5:8: rule a says hard of status 4.*.*: a failure of the moment is never hard",
            ])
        let senseless = try folder.write(
            "senseless.toml",
            """
            [[rule]]
            id = "gone"
            any = ["gone"]
            reason = "onhold"
            [[rule]]
            id = "gone-away"
            any = ["gone away", "long gone"]
            reason = "onhold"
            [[rule]]
            id = "never"
            any = ["closed for good"]
            against = ["for good"]
            reason = "onhold"
            [[rule]]
            id = "star"
            any = ["*"]
            reason = "onhold"
            [[rule]]
            id = "host"
            any = ["no"]
            hosts = ["*.partner.example"]
            reason = "onhold"
            [[rule]]
            id = "stage"
            stage = "rcpt"
            reason = "userunknown"
            [[rule]]
            id = "spam"
            any = ["junk"]
            kind = "hard"
            reason = "spamdetected"
            """)
        let start = "maildir-bounce: error: \(senseless):"
        #expect(
            try Program.run("rules", "check", senseless).errorLines == [
                start + "5:1: rule gone-away never decides: gone on line 1 applies whenever it does",
                start + "9:1: rule never never decides: against holds what each of its phrases says",
                start + "16:8: rule star: \"*\" holds no word to look for",
                start + "18:1: rule host: \"*.partner.example\" is no end of a host name; write partner.example, which "
                    + "takes in all hosts below it",
                start + "23:1: rule stage says hard of every refusal at its stage: give words, status or reply, too",
                start + "30:8: rule spam says hard of spamdetected, which is the sender's fault: a dead address has "
                    + "another reason",
            ])
        let ours = RulesTests.root.appendingPathComponent("Rules").path
        let good = try folder.write("good.toml", "[[rule]]\nid = \"a\"\nany = [\"no one\"]\nreason = \"blocked\"\n")
        let both = try Program.run("rules", "check", good, ours)
        #expect(both.status == 0, "\(both.errors)")
        #expect(both.lines.first == "\(good): 1 rules, all usable")
        #expect(both.lines.count == 2)
    }

    @Test("are held against mails and what is expected of them")
    func lint() throws {
        let rules = try folder.write(
            "rules.toml", "[[rule]]\nid = \"mine\"\nreply = \"550\"\nreason = \"blocked\"\n")
        let mails = folder.path("mails")
        try folder.write("mails/partner/a.eml", report("550 5.1.1 User unknown"))
        try folder.write(
            "mails/partner/a.toml",
            """
            class = "soft-bounce"
            dialect = "rfc3464"

            [[recipients]]
            address = "bob@partner.example"
            kind = "soft"
            reason = "blocked"
            rule = "admin/mine"
            """)
        let good = try Program.run("rules", "lint", "--rules", rules, mails)
        #expect(good.status == 0, "\(good.text)")
        #expect(good.lines == ["1 mails, 0 not as expected"])
        // Without the rule it is another mail.
        let other = try Program.run("rules", "lint", mails)
        #expect(other.status == 1)
        #expect(
            other.lines == [
                "\(mails)/partner/a.eml: class: expected soft-bounce, got hard-bounce",
                "\(mails)/partner/a.eml: bob@partner.example kind: expected soft, got hard",
                "\(mails)/partner/a.eml: bob@partner.example reason: expected blocked, got userunknown",
                "\(mails)/partner/a.eml: bob@partner.example rule: expected admin/mine, got userunknown/unknown",
                "1 mails, 1 not as expected",
            ])
        try folder.write("mails/b.eml", report("550 5.1.1 User unknown"))
        try folder.write("mails/c.eml", report("550 5.1.1 User unknown"))
        try folder.write("mails/c.toml", "class = \"hard-bounce\"\n[[recipients]]\naddress = \"eve@partner.example\"\n")
        try folder.write("mails/d.eml", report("550 5.1.1 User unknown"))
        try folder.write("mails/d.toml", "class = \"hard-bonce\"\n")
        let more = try Program.run("rules", "lint", mails)
        #expect(more.status == 1)
        #expect(
            more.lines.prefix(3) == [
                "\(mails)/b.eml: \(mails)/b.toml: no such file",
                "\(mails)/c.eml: eve@partner.example: expected, not named",
                "\(mails)/c.eml: bob@partner.example: not expected, got hard userunknown",
            ])
        #expect(more.lines.contains { $0.hasPrefix("\(mails)/d.eml: \(mails)/d.toml:1:9: class must be one of ") })
        #expect(try Program.run("rules", "lint", try folder.makeMaildir()).status == 65)
        #expect(try Program.run("rules", "lint", folder.path("nothing")).status == 66)
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
