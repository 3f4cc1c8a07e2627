import Classifier
import Foundation
import Ledger
import LedgerPostgreSQL
import Testing

@testable import MaildirBounce

@Suite("canary")
struct CanaryTests {
    let station: Station
    /// When the mails of ``Mail`` were sent.
    private let sent: Int64 = 1_795_514_404

    init() throws {
        station = try Station()
        #expect(try station.scan().status == 0)
        try LedgerSamples.make(station.ledger, [])
    }

    private func configuration(
        _ canary: String = "local = \"nobody@lists.example.com\"\nremote = \"refuses.example\"", more: String = ""
    ) throws -> String {
        let key = station.folder.path("key")
        if !FileManager.default.fileExists(atPath: key) {
            #expect(try Program.shell("umask 077; \"$PROGRAM\" verp key --id k1 > \"$1\"", key).status == 0)
        }
        return try station.folder.write(
            "config.toml",
            """
            maildir = "\(station.maildir)"
            ledger = "\(station.ledger)"
            [verp]
            return_path = "bounces@lists.example.com"
            keys = ["file:\(key)"]
            [canary]
            \(canary)
            sendmail = "\(station.folder.path("sendmail"))"
            \(more)
            """)
    }

    /// A program in place of sendmail.
    private func install(_ script: String) throws {
        let path = try station.folder.write("sendmail", "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// Keeps what it was given: a line of the words, then the mail.
    private var keeping: String {
        "{ echo \"$*\"; cat; } > \"\(station.folder.path("sent"))/$(date +%s%N).$$\""
    }

    private func ready() throws {
        try FileManager.default.createDirectory(
            atPath: station.folder.path("sent"), withIntermediateDirectories: true)
        try install(keeping)
    }

    private var mails: [String] {
        get throws {
            try station.folder.names("sent").map {
                try String(contentsOfFile: station.folder.path("sent/\($0)"), encoding: .utf8)
            }
        }
    }

    private func load(_ path: String) throws -> Configuration { try Configuration(ConfigTable(file: path)) }

    private func store(_ mode: LedgerStore.Mode = .readWrite) throws -> LedgerStore {
        try LedgerStore(path: station.ledger, mode: mode, policy: Policy())
    }

    private func send(_ config: String, at now: Int64, isForced: Bool = false) throws -> [String] {
        let loaded = try load(config)
        var told: [String] = []
        try CanarySending(loaded.canary, loaded.verp, try store(), isForced: isForced, at: now).run { told.append($0) }
        return told
    }

    private func listing(_ config: String, at now: Int64) throws -> CanaryListing {
        try CanaryListing(try store(.readOnly), try load(config), at: now)
    }

    private func conditions(_ config: String, at now: Int64) throws -> [CanaryListing.Condition] {
        try listing(config, at: now).entries.map(\.condition)
    }

    /// The report on a canary, as our own server writes it, delivered to the canary's return path or another address.
    private func bounce(_ mail: String, to address: String? = nil) throws -> String {
        let words = mail.split(separator: "\n")[0].split(separator: " ").map(String.init)
        let (sender, recipient) = (words[2], words[3])
        let id = try #require(mail.split(separator: "\n").first { $0.hasPrefix("Message-ID: ") })
        return Mail.bounce(recipient, id: "C1").replacingOccurrences(
            of: "Message-ID: <news-C1@lists.example.com>", with: id
        ).replacingOccurrences(
            of: "Delivered-To: bounces@lists.example.com", with: "Delivered-To: \(address ?? sender)")
    }

    // MARK: Sending

    @Test("nothing is sent unless somebody is named")
    func nothingConfigured() throws {
        try ready()
        let config = try configuration("")
        let run = try Program.run("canary", "send", "--config", config)
        #expect(run.status == 78)
        #expect(run.errors.contains("no canary is configured"))
        #expect(try Program.run("canary", "check", "--config", config).status == 3)
        #expect(try mails.isEmpty)
    }

    @Test("each goes once in its time, from a signed return path, with its token in the recipient and the Message-ID")
    func sends() throws {
        try ready()
        let config = try configuration()
        let first = try Program.run("canary", "send", "--config", config)
        #expect(first.status == 0 && first.text.isEmpty && first.errors.isEmpty)
        #expect(try Program.run("canary", "send", "--config", config).status == 0)
        let mails = try mails
        #expect(mails.count == 2)
        let remote = try #require(mails.first { $0.contains("refuses.example\n") })
        let words = remote.split(separator: "\n")[0].split(separator: " ").map(String.init)
        #expect(words[..<2] == ["-oi", "-f"])
        #expect(words.count == 4)
        let token = try #require(CanaryToken(in: words[3]))
        #expect(remote.contains("\nMessage-ID: <canary-\(token.text)@lists.example.com>\n"))
        #expect(remote.contains("\nTo: \(words[3])\n"))
        #expect(remote.contains("\nAuto-Submitted: auto-generated\n"))
        let read = try Program.run("verp", "read", words[2], "--config", config)
        #expect(read.status == 0)
        #expect(read.text.hasPrefix("\(words[3]): valid"))
        let local = try #require(mails.first { $0.contains("To: nobody@lists.example.com\n") })
        #expect(local.contains("\nMessage-ID: <canary-"))
        let forced = try Program.run("canary", "send", "--force", "--verbose", "--config", config)
        #expect(forced.lines.count == 2)
        #expect(try self.mails.count == 4)
    }

    @Test("the next one is due a day later, a little early for cron")
    func due() throws {
        try ready()
        let config = try configuration()
        #expect(try send(config, at: sent).count == 2)
        #expect(try send(config, at: sent + 86_400 - 301).isEmpty)
        #expect(try send(config, at: sent + 86_400 - 299).count == 2)
    }

    @Test("the return path is of the kind that other mail has")
    func returnPaths() throws {
        var verp = VERPTable()
        verp.returnPath = "bounce@news.example"
        var settings = CanarySettings()
        settings.targets = [CanarySettings.Target(kind: .remote, name: "refuses.example", address: nil)]
        func mail(_ verp: VERPTable) throws -> CanaryMail {
            try CanaryMail(to: settings.targets[0], settings, verp, key: nil, at: sent)
        }
        let plain = try mail(verp)
        #expect(plain.sender == "bounce+canary-\(plain.canary.token.text)@news.example")
        #expect(plain.canary.sender == plain.sender && plain.canary.isTagged)
        #expect(String(decoding: plain.text, as: UTF8.self).contains("\nDate: Tue, 24 Nov 2026 10:00:04 +0000\n"))
        verp.delimiter = UInt8(ascii: "-")
        #expect(try mail(verp).sender.hasPrefix("bounce-canary-"))
        // 64 octets before the @, and one more.
        verp.returnPath = String(repeating: "x", count: 43) + "@news.example"
        #expect(try mail(verp).canary.isTagged)
        verp.returnPath = String(repeating: "x", count: 44) + "@news.example"
        #expect(try mail(verp).sender == verp.returnPath)
        #expect(try !mail(verp).canary.isTagged)
        verp.returnPath = "bounce@news.example"
        verp.patterns = [try ReturnPathPattern("b.{id}+{recipient}@news.example")]
        let pattern = try mail(verp)
        let token = pattern.canary.token.text
        #expect(pattern.sender == "b.\(token)+canary-\(token)=refuses.example@news.example")
        #expect(pattern.canary.isTagged)
        #expect(verp.patterns[0].read(pattern.sender)?.id == token)
        settings.targets[0].name = String(repeating: "x", count: 40) + ".example"
        #expect(throws: Failure.self) { try mail(verp) }
        verp.returnPath = nil
        #expect(throws: Failure.self) { try mail(verp) }
    }

    @Test("a target for which none can be made keeps no other from being sent, and canary check says why")
    func oneWrong() throws {
        try ready()
        let long = String(repeating: "x", count: 40) + ".example"
        let config = try configuration("remote = [\"\(long)\", \"refuses.example\"]")
        let run = try Program.run("canary", "send", "--config", config)
        #expect(run.status == 78)
        #expect(run.errors.contains("the canary to \(long) was not sent: "))
        #expect(try mails.count == 1)
        let check = try Program.run("canary", "check", "--config", config)
        #expect(check.status == 1)
        #expect(check.lines.contains { $0.hasPrefix("remote  \(long): not sent ") })
        // Said each time, recorded once a day.
        let later = LedgerSamples.now + 60
        let first = try listing(config, at: later).entries.first?.history.latest
        #expect(throws: Failure.self) { try send(config, at: later) }
        #expect(try mails.count == 1)
        #expect(try listing(config, at: later).entries.first?.history.latest == first)
        #expect(first?.failure != nil)
    }

    @Test("what sendmail does not take is recorded with its reason, named, and tried again")
    func refused() throws {
        try install("echo 'no \u{1b}[31mroom' >&2; exit 75")
        let config = try configuration("remote = \"refuses.example\"")
        let run = try Program.run("canary", "send", "--config", config)
        #expect(run.status == 75)
        #expect(run.errors.contains("ended with status 75: no \\x1B[31mroom"))
        #expect(!run.errors.contains("\u{1b}"))
        let check = try Program.run("canary", "check", "--config", config)
        #expect(check.status == 1)
        #expect(check.text.contains("ended with status 75: no \\x1B[31mroom"))
        try ready()
        #expect(try Program.run("canary", "send", "--config", config).status == 0)
        #expect(try Program.run("canary", "check", "--config", config).status == 0)
        #expect(try mails.count == 1)
    }

    @Test("a sendmail that is not there, is killed, says too much or never ends is a reason, too")
    func sendmail() throws {
        let mail = Array("To: x\n\nHello\n".utf8)
        func refusal(_ script: String?, seconds: Int = 20) throws -> String? {
            let path = station.folder.path(script == nil ? "absent" : "sendmail")
            if let script { try install(script) }
            return Sendmail(path: path, seconds: seconds).refusal(of: mail, from: "a@b.example", to: "c@d.example")
        }
        #expect(try refusal(nil)?.contains("cannot start") == true)
        #expect(try refusal("exit 0") == nil)
        #expect(try refusal("kill -9 $$")?.hasSuffix("was ended by signal 9") == true)
        let long = try #require(try refusal("head -c 300000 /dev/zero | tr '\\0' x; exit 1"))
        #expect(long.utf8.count < Sendmail.outputLimit + 200)
        #expect(try refusal("sleep 600", seconds: 0)?.contains("did not end within 0 s") == true)
        // A child that goes on is not waited for.
        #expect(try refusal("sleep 600 & echo $! > \"\(station.folder.path("pid"))\"; exit 0") == nil)
        #expect(try Program.shell("kill $(cat \"$1\")", station.folder.path("pid")).status == 0)
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: Sendmail.mailLimit + 1)
        #expect(Sendmail(path: "/bin/true").refusal(of: large, from: "a", to: "b") != nil)
    }

    // MARK: Reports

    @Test("a report is scanned, answers, is moved, and counts for no address")
    func answered() throws {
        try ready()
        let config = try configuration()
        #expect(try send(config, at: sent).count == 2)
        #expect(try conditions(config, at: sent + 60) == [.waiting, .waiting])
        for (number, mail) in try mails.enumerated() {
            try station.deliver("179551440\(number).V1.host", try bounce(mail))
        }
        let listed = try station.scan("--config", config, "--dry-run", "--format", "jsonl")
        for target in ["nobody@lists.example.com", "refuses.example"] {
            #expect(listed.lines.count { $0.contains(",\"canary\":\"\(target)\",") } == 1)
        }
        let dry = try station.scan("--config", config, "--dry-run")
        #expect(dry.text.contains("2  are about a canary, and count for no address"))
        #expect(dry.text.contains("Newly suppressed addresses: 0"))
        let run = try station.scan("--config", config, "--verbose")
        #expect(run.status == 0)
        #expect(run.text.contains("2 messages: 2 canary; 0 counted, 2 about a canary"))
        #expect(!run.text.contains("not trusted"))
        #expect(station.new.isEmpty && station.cur.count == 2)
        // Our own server wrote both reports.
        #expect(try conditions(config, at: sent + 60) == [.answered, .refused])
        let listing = try listing(config, at: sent + 60)
        #expect(listing.level == .ok)
        #expect(listing.entries.allSatisfy { $0.sentence.hasPrefix("answered after 1 s by our own server") })
        #expect(listing.entries[1].sentence.hasSuffix(": the way home from foreign servers was not tested"))
        #expect(listing.lines().contains { $0.contains("refused in the SMTP dialogue") })
        #expect(try station.classes().isEmpty)
        #expect(try station.summary().addresses == 0)
        // Read again from cur/, nothing changes.
        let again = try Program.run("reprocess", "--config", config, station.maildir)
        #expect(again.status == 0)
        #expect(try station.classes().isEmpty)
        let reclassified = try Program.run("reprocess", "--config", config, "--reclassify", "--yes", station.maildir)
        #expect(reclassified.status == 0)
        #expect(try station.summary().addresses == 0)
        #expect(try Program.run("ledger", "verify", "--ledger", station.ledger).status == 0)
    }

    @Test("a report that lost the tag on its way answers with a warning")
    func tagLost() throws {
        try ready()
        let config = try configuration("remote = \"refuses.example\"")
        _ = try send(config, at: sent)
        try station.deliver("1795514401.V1.host", try bounce(try mails[0], to: "bounces@lists.example.com"))
        #expect(try station.scan("--config", config).status == 0)
        #expect(try conditions(config, at: sent + 60) == [.tagLost])
        #expect(try listing(config, at: sent + 60).level == .warning)
    }

    @Test("without a key, too, whatever the form of the return path", arguments: ["", "b.{recipient}@", "b-{id}@"])
    func tagWithoutKey(pattern: String) throws {
        try ready()
        let config = try station.folder.write(
            "plain.toml",
            """
            maildir = "\(station.maildir)"
            ledger = "\(station.ledger)"
            [verp]
            return_path = "bounces@lists.example.com"
            \(pattern.isEmpty ? "" : "patterns = [\"\(pattern)lists.example.com\"]")
            [canary]
            local = "no-such-user@lists.example.com"
            sendmail = "\(station.folder.path("sendmail"))"
            """)
        _ = try send(config, at: sent)
        _ = try send(config, at: sent + 60, isForced: true)
        let mails = try mails
        try station.deliver("1795514401.V1.host", try bounce(mails[0]))
        #expect(try station.scan("--config", config, "--format", "jsonl").text.contains("\"canary\":\"no-such-user@"))
        #expect(try conditions(config, at: sent + 90) == [.answered])
        try station.deliver("1795514402.V2.host", try bounce(mails[1], to: "bounces@lists.example.com"))
        #expect(try station.scan("--config", config).status == 0)
        #expect(try conditions(config, at: sent + 90) == [.tagLost])
    }

    @Test("a report that only the returned Message-ID ties to a canary answers it")
    func byMessageID() throws {
        try ready()
        let config = try configuration("local = \"nobody@lists.example.com\"")
        _ = try send(config, at: sent)
        let mail = try mails[0]
        let id = try #require(mail.split(separator: "\n").first { $0.hasPrefix("Message-ID: ") })
        try station.deliver("1795514401.V1.host", try bounce(mail).replacingOccurrences(of: id, with: "X-No: id"))
        #expect(try station.scan("--config", config).status == 0)
        // An address of the configuration: it counts against nobody, and answers nothing.
        #expect(try conditions(config, at: sent + 60) == [.waiting])
        #expect(try station.summary().addresses == 0)
        try station.deliver(
            "1795514402.V2.host",
            try bounce(mail).replacingOccurrences(of: "Nov 2026 10:00:05", with: "Nov 2026 10:00:06"))
        #expect(try station.scan("--config", config).status == 0)
        #expect(try conditions(config, at: sent + 60) == [.answered])
    }

    // MARK: Silence

    @Test("overdue is an alarm everywhere, until a later one is answered")
    func overdue() throws {
        try ready()
        let config = try configuration()
        let start = LedgerSamples.now - 2 * 3_600
        _ = try send(config, at: start)
        #expect(try conditions(config, at: start + 3_599) == [.waiting, .waiting])
        #expect(try conditions(config, at: start + 3_600) == [.overdue, .overdue])
        let check = try Program.run("canary", "check", "--config", config)
        #expect(check.status == 2)
        #expect(check.text.contains("recipient delimiter is off"))
        #expect(check.text.contains("repair the way of the local canary first"))
        let json = try Program.run("canary", "check", "--format", "json", "--config", config)
        #expect(json.status == 2)
        #expect(json.text.contains("\"state\":\"overdue\""))
        #expect(try Program.run("status", "--config", config).text.contains("none ever came"))
        #expect(
            try Program.run("status", "--format", "json", "--config", config).text.contains(
                "\"canaries\":[{\"kind\":\"local\""))
        let metrics = station.folder.path("m.prom")
        #expect(try station.scan("--config", config, "--metrics", metrics).status == 0)
        let nagios = try Program.run("status", "--nagios", "--config", config, "--metrics", metrics)
        #expect(nagios.status == 2)
        #expect(nagios.text.hasPrefix("CRITICAL - canary to nobody@lists.example.com: no report on the mail of "))
        #expect(nagios.text.hasSuffix(" canaries_overdue=2;;0;0\n"))
        let figures = try String(contentsOfFile: metrics, encoding: .utf8)
        #expect(figures.contains("# TYPE maildir_bounce_canary_overdue gauge\n"))
        #expect(figures.contains(",target=\"refuses.example\"} 1\n"))
        #expect(
            figures.contains(
                "maildir_bounce_canary_last_sent_timestamp_seconds{maildir=\"\(FilePath.resolved(station.maildir))\","
                    + "target=\"refuses.example\"} \(start)\n"))
        #expect(figures.contains("# TYPE maildir_bounce_canary_not_sent gauge\n"))
        let doctor = try Program.run("doctor", "--config", config, "--dns-server", "127.0.0.1:9")
        #expect(doctor.text.contains("canary"))
        #expect(doctor.text.contains("error    canary"))
        // A later one on its way does not end it.
        _ = try send(config, at: start + 3_700, isForced: true)
        #expect(try conditions(config, at: start + 3_800) == [.overdue, .overdue])
    }

    @Test("a remote one that is silent while the local one is not has its own causes")
    func remoteSilence() throws {
        try ready()
        let config = try configuration()
        _ = try send(config, at: sent)
        let local = try #require(try mails.first { $0.contains("To: nobody@") })
        try station.deliver("1795514401.V1.host", try bounce(local))
        #expect(try station.scan("--config", config).status == 0)
        let listing = try listing(config, at: sent + 7_200)
        #expect(listing.entries.map(\.condition) == [.answered, .overdue])
        #expect(listing.advice(listing.entries[0]) == nil)
        let advice = try #require(listing.advice(listing.entries[1]))
        #expect(advice.contains("lists.example.com has neither an MX nor an A record"))
        #expect(listing.overdue == 1)
    }

    @Test("silence of the sender is a warning: none was ever sent, or none for twice the time")
    func notSent() throws {
        try ready()
        let config = try configuration("remote = \"refuses.example\"")
        #expect(try conditions(config, at: sent) == [.neverSent])
        _ = try send(config, at: sent)
        try station.deliver("1795514401.V1.host", try bounce(try mails[0]))
        #expect(try station.scan("--config", config).status == 0)
        #expect(try conditions(config, at: sent + 2 * 86_400) == [.refused])
        #expect(try conditions(config, at: sent + 2 * 86_400 + 1) == [.notSent])
    }

    @Test("what sendmail did not take is no mail that was sent in the metrics, which say so")
    func metrics() throws {
        try ready()
        let config = try configuration("remote = \"refuses.example\"")
        func figure(_ name: String) throws -> String? {
            let path = station.folder.path("m.prom")
            #expect(try station.scan("--config", config, "--metrics", path).status == 0)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            return lines.first { $0.hasPrefix("maildir_bounce_canary_\(name){") }?.split(separator: " ").last.map(
                String.init)
        }
        #expect(try figure("not_sent") == "1")
        let start = LedgerSamples.now - 600
        _ = try send(config, at: start)
        #expect(try figure("not_sent") == "0")
        try install("exit 75")
        #expect(throws: Failure.self) { try send(config, at: start + 60, isForced: true) }
        #expect(try figure("not_sent") == "1")
        #expect(try figure("last_sent_timestamp_seconds") == "\(start)")
    }

    @Test("a foreign server's answer ends the warning that none reports")
    func foreign() throws {
        try ready()
        let config = try configuration("remote = \"refuses.example\"")
        let old = LedgerSamples.now - 31 * 86_400
        try LedgerSamples.make(station.ledger, [LedgerSamples.report(1, at: old)])
        #expect(try StatusListing(try store(.readOnly), try load(config), at: sent + 60 * 86_400).lacksRemote)
        let token = CanaryToken.random()
        let canary = Canary(
            token: token, kind: .remote, target: "refuses.example", recipient: token.address(at: "refuses.example"),
            sender: "bounces+x@lists.example.com", isTagged: true, sent: sent, due: sent + 3_600)
        #expect(try store().begin(canary, unlessSentAfter: nil))
        var event = LedgerSamples.report(2, canary.recipient, origin: .remote, at: sent + 5)
        event.canary = CanaryReport(
            messageID: nil, recipients: [canary.recipient], effect: .answer, origin: Token(.remote), isSigned: true)
        try LedgerSamples.make(station.ledger, [event])
        #expect(try !StatusListing(try store(.readOnly), try load(config), at: sent + 86_400).lacksRemote)
        #expect(
            try listing(config, at: sent + 60).entries[0].sentence.hasPrefix("answered after 5 s by a foreign server"))
    }

    // MARK: Configuration

    @Test(
        "what cannot be meant is refused",
        arguments: [
            "remote = \"\"", "remote = 5", "remote = [\"a.example\", \"a.example\"]", "remote = \"a b.example\"",
            "remote = \"-x@a.example\"", "local = \"ü@a.example\"", "local = \"a.example\"\nremote = \"a.example\"",
            "remote = \"a.example\"\nwithin = \"2d\"", "within = \"0s\"", "within = \"59s\"", "every = \"367d\"",
            "local = \"bounces@lists.example.com\"", "local = \"bounces+x@lists.example.com\"",
            "remote = \"postmaster@lists.example.com\"", "every = \"soon\"", "unknown = 1",
            "remote = [\(Array(repeating: 0, count: CanarySettings.targetLimit + 1).indices.map { "\"a\($0).example\"" }.joined(separator: ","))]",
        ])
    func wrong(text: String) throws {
        let failure = #expect(throws: Failure.self) { try load(try configuration(text)) }
        #expect(failure?.status == 78)
        let relative = try station.folder.write("r.toml", "[canary]\nsendmail = \"sendmail\"\n")
        #expect(throws: Failure.self) { try load(relative) }
    }

    @Test("an address and a domain are taken in one form, and the address is one of our own")
    func forms() throws {
        let loaded = try load(try configuration("remote = [\"Refuses.Example\", \"No@Other.example\"]"))
        #expect(loaded.canary.targets.map(\.name) == ["refuses.example", "no@other.example"])
        #expect(loaded.own.contains("no@other.example"))
        #expect(!loaded.own.contains("yes@other.example"))
        let suppressed = try Program.run(
            "suppress", "no@other.example", "--reason", "x", "--config",
            try configuration("remote = \"no@other.example\""))
        #expect(suppressed.status == 65)
        #expect(suppressed.errors.contains("or [canary]"))
        let bounds = try load(try configuration("within = \"60s\"\nevery = \"366d\"")).canary
        #expect(bounds.within.seconds == CanarySettings.shortestWithin)
        #expect(bounds.every.seconds == CanarySettings.longestEvery)
        #expect(loaded.canary.within.seconds == 3_600)
        #expect(loaded.canary.every.seconds == 86_400)
    }
}
