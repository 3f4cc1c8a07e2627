import Foundation
import Ledger
import Testing

@testable import MaildirBounce

@Suite("policy")
struct PolicyCommandTests {
    let station: Station

    init() throws { station = try Station() }

    // MARK: The configuration

    @Test("show: without a configuration every number is the default of the library")
    func defaults() throws {
        let run = try Program.run(
            "policy", "show", "--config", try station.folder.write("empty.toml", ""), "--format", "jsonl")
        #expect(run.status == 0)
        let objects = try run.objects()
        #expect(objects.count == 47)
        #expect(objects.allSatisfy { $0["source"] as? String == "default" })
        func value(_ key: String) -> Int? {
            objects.first { $0["key"] as? String == "policy." + key }?["value"] as? Int
        }
        let policy = Policy()
        #expect(value("hard.days") == policy.hard.days)
        #expect(value("soft.days") == nil)
        #expect(value("recipient.mailings") == policy.recipient.mailings)
        #expect(value("recipient.mailing_span_days") == policy.recipient.mailingSpanDays)
        #expect(value("recipient.apart_days") == policy.recipient.apartDays)
        #expect(value("system.days") == policy.system.days)
        #expect(value("system.within_days") == policy.system.within)
        #expect(value("complaint.quiet_days") == policy.complaint.quietDays)
        #expect(value("sender.days") == 0)
        #expect(value("sender.quiet_days") == policy.sender?.quietDays)
        let about = try #require(objects.first { $0["key"] as? String == "policy.sender.days" }?["about"] as? String)
        #expect(
            Set(about.split(separator: " ").suffix(15).map(String.init)) == Set(Policy.sendersReasons.map(\.rawValue)))
        #expect(value("relay.days") == policy.relay.days)
        #expect(value("brake.minimum") == policy.brake?.minimum)
        #expect(value("brake.factor") == policy.brake?.factor)
        #expect(value("brake.window_hours") == policy.brake?.windowHours)
        #expect(value("brake.baseline_days") == policy.brake?.baselineDays)
        #expect(value("brake.confirm_after_days") == policy.brake?.confirmAfterDays)
    }

    @Test("show: every number can be set, and each names the line and column that set it")
    func everything() throws {
        var text = "[policy]\ndelivery_lifts_soft = false\nlife_lifts_hard = true\n"
        for name in ["hard", "hostunknown", "soft", "complaint", "sender", "relay"] {
            text += "[policy.\(name)]\ndays = 7\nwithin_days = 8\nquiet_days = 9\nspan_days = 3\n"
            text += "expiry_days = 10\n"
        }
        text += "[policy.brake]\nenabled = true\nminimum = 11\nfactor = 12\nwindow_hours = 13\nbaseline_days = 15\n"
        text += "confirm_after_days = 14\n[[policy.override]]\ncause = \"soft\"\nclass = \"soft-bounce\"\n"
        text += "reason = \"mailboxfull\"\ndomain = \".Example.JP\"\ndays = 2\nwithin_days = 16\nquiet_days = 17\n"
        text += "span_days = 1\nexpiry_days = 18\n"
        let file = try station.folder.write("all.toml", text)
        let run = try Program.run("policy", "show", "--config", file, "--format", "jsonl")
        #expect(run.errors.isEmpty)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let objects = try run.objects()
        #expect(objects.count == 43)
        for object in objects {
            let key = try #require((object["key"] as? String)?.split(separator: ".").last)
            let place = try #require((object["source"] as? String)?.split(separator: ":"), "\(object)")
            #expect(place.first.map(String.init) == file)
            let line = lines[try #require(place.dropLast().last.flatMap { Int($0) }, "\(object)") - 1]
            #expect(place.last == "1")
            #expect(line.hasPrefix("\(key) = "), "\(object): \(line)")
            if let value = object["value"] as? Int, !line.hasSuffix("e") { #expect(line.hasSuffix(" \(value)")) }
        }
        #expect(
            objects.last?["about"] as? String == "cause soft, class soft-bounce, reason mailboxfull, domain .example.jp"
        )
        let shown = try Program.run("policy", "show", "--config", file)
        #expect(shown.text.contains("policy.override.1.expiry_days"))
        #expect(try Program.run("policy", "show", "--config", file, "--format", "csv").lines.count == 44)
    }

    @Test("show: every number of mailings can be set, and names the line and column that set it")
    func mailings() throws {
        var text = ""
        for name in ["recipient", "system"] {
            text += "[policy.\(name)]\nmailings = 7\nmailing_span_days = 8\ndays = 4\napart_days = 5\nspan_days = 16\n"
            text += "within_days = 17\nexpiry_days = 18\n"
        }
        text += "[[policy.override]]\nparty = \"system\"\ndays = 2\n"
        let file = try station.folder.write("mailings.toml", text)
        let objects = try Program.run("policy", "show", "--config", file, "--format", "jsonl").objects()
        let set = objects.filter { $0["source"] as? String != "default" }
        #expect(set.count == 15)
        let lines = text.split(separator: "\n")
        for object in set {
            let key = try #require((object["key"] as? String)?.split(separator: ".").last)
            let place = try #require((object["source"] as? String)?.split(separator: ":"))
            let line = lines[try #require(place.dropLast().last.flatMap { Int($0) }) - 1]
            #expect(line == "\(key) = \(try #require(object["value"] as? Int))")
        }
        #expect(objects.last?["about"] as? String == "party system")
    }

    @Test("show: the empty tables of an old configuration change nothing")
    func emptyTables() throws {
        let names = ["hard", "hostunknown", "soft", "recipient", "system", "complaint", "sender", "relay", "brake"]
        let old = try station.folder.write(
            "old.toml", "[policy]\n" + names.map { "[policy.\($0)]\n# days = 9\n" }.joined())
        let empty = try station.folder.write("empty.toml", "")
        #expect(
            try Program.run("policy", "show", "--config", old).text
                == Program.run("policy", "show", "--config", empty).text)
        #expect(try Configuration.load(old).policy == Policy())
        #expect(try Configuration.load(old).policy.inEdition(.first) == Policy().inEdition(.first))
    }

    @Test(
        "what is wrong is named with its line, its column and its key",
        arguments: [
            ("[policy.brake]\nminimun = 3\n", ":2:1: policy.brake.minimun "),
            ("[policy.brake]\nminimum = 2\n", ":2:11: policy.brake.minimum "),
            ("[policy.brake]\nenabled = 1\n", ":2:11: policy.brake.enabled "),
            ("[policy.brake]\nwindow_hours = 25\n", ":2:16: policy.brake.window_hours "),
            ("[policy]\nbrake = false\n", ":2:9: policy.brake "),
            ("[policy]\noverride = 3\n", ":2:12: policy.override "),
            ("[[policy.override]]\ndays = 1\n", ":1:1: policy.override.cause "),
            ("[[policy.override]]\nreason = \"blocked\"\n", ":1:1: policy.override.days "),
            ("[[policy.override]]\nreason = \"dead\"\ndays = 1\n", ":2:10: policy.override.reason "),
            ("[[policy.override]]\nclass = \"auto-reply\"\ndays = 1\n", ":2:9: policy.override.class "),
            ("[[policy.override]]\ncause = \"manual\"\ndays = 1\n", ":2:9: policy.override.cause "),
            ("[[policy.override]]\ndomain = \"no domain\"\ndays = 1\n", ":2:10: policy.override.domain "),
            ("[[policy.override]]\ncause = \"soft\"\ndays = 31\n", ":3:8: policy.override.days "),
            ("[[policy.override]]\nparty = \"nobody\"\ndays = 1\n", ":2:9: policy.override.party "),
            ("[[policy.override]]\nparty = \"system\"\n", ":1:1: policy.override.days "),
            ("[policy]\nrecipient = 3\n", ":2:13: policy.recipient "),
            ("[policy.recipient]\nmailing = 3\n", ":2:1: policy.recipient.mailing "),
            ("[policy.system]\nquiet_days = 30\n", ":2:1: policy.system.quiet_days "),
            ("[policy.recipient]\nmailings = -1\n", ":2:12: policy.recipient.mailings "),
            ("[policy.recipient]\nmailings = 129\n", ":2:12: policy.recipient.mailings "),
            ("[policy.recipient]\nmailings = \"3\"\n", ":2:12: policy.recipient.mailings "),
            ("[policy.system]\nmailing_span_days = 401\n", ":2:21: policy.system.mailing_span_days "),
            ("[policy.system]\napart_days = 0\n", ":2:14: policy.system.apart_days "),
            ("[policy.system]\nwithin_days = 401\n", ":2:15: policy.system.within_days "),
            ("[policy.system]\nspan_days = 120\n", ":2:13: policy.system.span_days "),
            ("[policy.recipient]\ndays = 26\n", ":2:8: policy.recipient.days cannot be reached"),
            ("[policy.recipient]\n\napart_days = 135\n", ":1:1: policy.recipient.days cannot be reached"),
            (
                "[[policy.override]]\ncause = \"soft\"\n\n[[policy.override]]\ncause = \"hard\"\nday = 3\n",
                ":6:1: policy.override.day "
            ),
        ])
    func wrong(config: String, place: String) throws {
        let run = try Program.run("policy", "show", "--config", try station.folder.write("wrong.toml", config))
        #expect(run.status == 78)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("wrong.toml" + place), "\(run.errors)")
    }

    @Test(
        "an override by cause, class, reason or domain decides about what it names, and about nothing else",
        arguments: [
            ("cause = \"hard\"", true), ("class = \"hard-bounce\"", true), ("reason = \"userunknown\"", true),
            ("domain = \"Dest.Example.\"", true), ("domain = \".example\"", true),
            ("cause = \"hard\"\nclass = \"hard-bounce\"\nreason = \"userunknown\"\ndomain = \"dest.example\"", true),
            ("cause = \"soft\"", false), ("class = \"soft-bounce\"", false), ("reason = \"hasmoved\"", false),
            ("domain = \"other.example\"", false), ("domain = \".dest.example\"", false),
            ("reason = \"userunknown\"\ndomain = \"other.example\"", false),
        ])
    func overrides(what: String, isMeant: Bool) throws {
        let config = try station.folder.write("c.toml", "[[policy.override]]\n\(what)\ndays = 2\n")
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "S1"))
        #expect(try station.scan("--config", config).status == 0)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == (isMeant ? 0 : 1))
    }

    @Test(
        "an override by party decides about these failures, the sender's too",
        arguments: [
            ("recipient", ["bob@dest.example", "carol@dest.example"]), ("system", ["dan@dest.example"]),
            ("sender", ["eve@dest.example"]),
        ])
    func overrideByParty(party: String, suppressed: [String]) throws {
        let day = LedgerSamples.today - 1
        try LedgerSamples.make(
            station.ledger,
            [
                LedgerSamples.failure(1, "carol@dest.example", on: day),
                LedgerSamples.failure(2, "dan@dest.example", on: day, reason: .expired),
                LedgerSamples.failure(3, "eve@dest.example", on: day, reason: .blocked),
                // A domain that was given up: the recipient's fault, although the words blame the sender.
                LedgerSamples.failure(4, "bob@dest.example", on: day, reason: .noRelaying),
            ])
        let config = try station.folder.write("c.toml", "[[policy.override]]\nparty = \"\(party)\"\ndays = 1\n")
        let objects = try Program.run(
            "policy", "simulate", "--with", config, "--ledger", station.ledger, "--format", "jsonl"
        ).objects()
        #expect(objects.compactMap { $0["address"] as? String } == suppressed)
    }

    // MARK: explain

    @Test("explain derives the state step by step")
    func explain() throws {
        let day: Int64 = 86_400
        let start = LedgerSamples.now / day * day - 40 * day
        try LedgerSamples.make(
            station.ledger,
            (0..<5).map {
                LedgerSamples.report(
                    $0, kind: .soft, reason: .mailboxFull, at: start + Int64($0) * 8 * day)
            })
        let run = try Program.run("policy", "explain", "<BOB@dest.example>", "--ledger", station.ledger)
        #expect(run.status == 0)
        #expect(run.lines.count == 7)
        #expect(run.lines.first == "bob@dest.example")
        #expect(run.lines[1].contains("soft mailboxfull"))
        #expect(
            run.lines[4].contains(
                "no known mailing: failure 2 of 3 that are 11 days apart, 24 days after the first of 30"))
        #expect(run.lines[5].contains("suppressed: soft bounces on 3 days"))
        #expect(run.lines[6].hasPrefix("now: suppressed since "))

        let objects = try Program.run(
            "policy", "explain", "bob@dest.example", "--ledger", station.ledger, "--format", "jsonl"
        ).objects()
        #expect(objects.map { $0["streak_days"] as? Int } == [1, 2, 3, 4, 5])
        #expect(objects.map { $0["suppressed"] as? Bool } == [false, false, false, false, true])

        // Other numbers, another story; the ledger is only read.
        let config = try station.folder.write("c.toml", "[policy.soft]\ndays = 2\n")
        let other = try Program.run(
            "policy", "explain", "bob@dest.example", "--ledger", station.ledger, "--config", config)
        #expect(other.lines[2].contains("suppressed: soft bounces on 2 days"))
    }

    @Test("explain says of the sender's fault that it counts against nobody, and a named reason that it does")
    func sendersFault() throws {
        let now = LedgerSamples.now
        try LedgerSamples.make(
            station.ledger,
            (0..<6).map {
                LedgerSamples.report($0, kind: .soft, reason: .blocked, at: now - Int64(7 - $0) * 86_400)
            })
        let run = try Program.run("policy", "explain", "bob@dest.example", "--ledger", station.ledger)
        #expect(run.lines.filter { $0.contains("the sender's fault: counts against nobody") }.count == 6)
        #expect(run.lines.last == "now: may be mailed")
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 0)
        let config = try station.folder.write("c.toml", "[[policy.override]]\nreason = \"blocked\"\ndays = 3\n")
        let other = try Program.run(
            "policy", "explain", "bob@dest.example", "--ledger", station.ledger, "--config", config)
        #expect(other.text.contains("suppressed: soft bounces on 3 days"))
        let simulated = try Program.run("policy", "simulate", "--with", config, "--ledger", station.ledger)
        #expect(simulated.lines.last == "1 more would be left out, 0 fewer")
    }

    @Test("explain says that it knows nothing of an address, and what is none")
    func explainNothing() throws {
        try LedgerSamples.make(station.ledger, [])
        let run = try Program.run("policy", "explain", "stranger@dest.example", "--ledger", station.ledger)
        #expect(run.status == 0)
        #expect(run.text.contains("knows nothing"))
        #expect(run.lines.last == "now: may be mailed")
        #expect(try Program.run("policy", "explain", "nobody", "--ledger", station.ledger).status == 65)
        #expect(try Program.run("policy", "explain", "a@b.example", "--ledger", "/nowhere/l.sqlite").status == 66)
    }

    // MARK: simulate

    @Test("simulate lists who would change sides and writes nothing")
    func simulate() throws {
        let now = LedgerSamples.now
        try LedgerSamples.make(
            station.ledger,
            [
                LedgerSamples.report(1, "bob@dest.example", at: now - 100),
                LedgerSamples.report(2, "carol@dest.example", kind: .soft, reason: .mailboxFull, at: now - 100),
                LedgerSamples.report(3, "dave@other.example", at: now - 100),
            ])
        let file = try station.folder.write(
            "other.toml",
            "[policy.soft]\ndays = 1\n[[policy.override]]\ndomain = \"dest.example\"\ncause = \"hard\"\ndays = 2\n")
        let before = try station.folder.everything()
        let text = try Program.run("policy", "simulate", "--with", file, "--ledger", station.ledger)
        #expect(text.status == 0)
        #expect(text.lines.count == 3)
        #expect(text.lines[0].hasPrefix("bob@dest.example\twould be mailed again; suppressed since "))
        #expect(text.lines[1].hasPrefix("carol@dest.example\twould be suppressed since "))
        #expect(text.lines[2] == "1 more would be left out, 1 fewer")
        let csv = try Program.run("policy", "simulate", "--with", file, "--ledger", station.ledger, "--format", "csv")
        #expect(csv.lines.count == 3)
        let objects = try Program.run(
            "policy", "simulate", "--with", file, "--ledger", station.ledger, "--format", "jsonl"
        ).objects()
        #expect(objects.map { $0["change"] as? String } == ["release", "suppress"])
        #expect(try station.folder.everything() == before)
        // What was announced is what comes.
        try station.deliver("1795514401.V1.host", Mail.letter(id: "S1"))
        #expect(try station.scan("--config", file).status == 0)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 0)
        #expect(try Program.run("check", "carol@dest.example", "--ledger", station.ledger).status == 1)
        #expect(try Program.run("check", "dave@other.example", "--ledger", station.ledger).status == 1)
    }

    @Test("simulate refuses other numbers that are wrong, and wants some")
    func simulateWrong() throws {
        try LedgerSamples.make(station.ledger, [])
        let file = try station.folder.write("other.toml", "[polcy.soft]\ndays = 1\n")
        let run = try Program.run("policy", "simulate", "--with", file, "--ledger", station.ledger)
        #expect(run.status == 78)
        #expect(run.errors.contains("other.toml:1:2: polcy "))
        #expect(try Program.run("policy", "simulate", "--ledger", station.ledger).status == 64)
        #expect(
            try Program.run("policy", "simulate", "--with", "/nowhere.toml", "--ledger", station.ledger).status == 78)
    }
}
