import Foundation
import Testing

@testable import MaildirBounce

@Suite("doctor's judgement")
struct DoctorJudgementTests {
    private typealias Route = ReturnDomainCheck.Route

    private func mx(_ hosts: String...) -> DNSAnswer {
        DNSAnswer(
            outcome: .found,
            records: hosts.enumerated().map { .mailExchanger(preference: 10 * $0.offset, host: $0.element) })
    }

    private func address(_ text: String) -> DNSAnswer { DNSAnswer(outcome: .found, records: [.address(text)]) }

    private func levels(_ findings: [Finding]) -> [Finding.Level] { findings.map(\.level) }

    // MARK: DNS

    @Test("of a return domain follows RFC 5321, section 5.1")
    func domain() {
        let whole = Route(domain: "a.test", mail: mx("m.test"), hosts: ["m.test": address("192.0.2.1")])
        #expect(levels(ReturnDomainCheck.judge(whole)) == [.ok])
        let implicit = ReturnDomainCheck.judge(Route(domain: "a.test", mail: .noData, own: address("192.0.2.1")))
        #expect(levels(implicit) == [.ok])
        #expect(implicit[0].what.contains("implicit MX"))
        for lost in [
            Route(domain: "a.test", mail: mx("")), Route(domain: "a.test", mail: mx(".")),
            Route(domain: "a.test", mail: .noData), Route(domain: "a.test", mail: .noName, own: .noName),
        ] {
            let findings = ReturnDomainCheck.judge(lost)
            #expect(levels(findings) == [.error])
            #expect(findings[0].why?.contains("double bounce") == true)
            #expect(findings[0].mend?.isEmpty == false)
        }
    }

    @Test("takes a server that does not answer for no word about the domain")
    func silence() {
        #expect(levels(ReturnDomainCheck.judge(Route(domain: "a.test", mail: .failed))) == [.warning])
        #expect(levels(ReturnDomainCheck.judge(Route(domain: "a.test", mail: .noData, own: .failed))) == [.warning])
        let route = Route(domain: "a.test", mail: mx("m.test"), hosts: ["m.test": .failed])
        #expect(levels(ReturnDomainCheck.judge(route)) == [.warning])
        #expect(SPFCheck.judge("m.test", .failed).level == .warning)
    }

    @Test("prefers the lowest preference and follows it to the addresses to probe")
    func order() {
        let answer = DNSAnswer(
            outcome: .found,
            records: [.mailExchanger(preference: 20, host: "b.test"), .mailExchanger(preference: 5, host: "c.test")])
        let route = Route(
            domain: "a.test", mail: answer, hosts: ["b.test": address("192.0.2.2"), "c.test": address("192.0.2.3")])
        #expect(route.exchangers == ["c.test", "b.test"])
        #expect(route.addresses == ["192.0.2.3", "192.0.2.2"])
    }

    @Test(
        "of SPF counts the records that are SPF and no other text",
        arguments: [
            (["v=spf1 a -all"], Finding.Level.ok), (["V=SPF1 -all", "google-site"], .ok), (["v=spf1"], .ok),
            (["v=spf10 a"], .warning), ([], .warning), (["v=spf1 a", "v=spf1 mx"], .error),
        ])
    func spf(texts: [String], level: Finding.Level) {
        let answer = DNSAnswer(outcome: texts.isEmpty ? .noData : .found, records: texts.map(DNSRecord.text))
        #expect(SPFCheck.judge("m.test", answer).level == level)
    }

    @Test("reads no record beyond a message that is cut or broken")
    func brokenMessages() {
        // A header that claims 65,535 answers, a name that points to itself, and data that ends too soon.
        let header: [UInt8] = [0, 1, 0x81, 0x80, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0]
        let record: [UInt8] = [0xC0, 12, 0, 15, 0, 1, 0, 0, 0, 9, 0, 3, 0, 10, 0]
        let good: [UInt8] = [0, 0, 15, 0, 1, 0, 0, 0, 9, 0, 3, 0, 10, 0]
        #expect(Resolver.records(header + record, header.count + record.count).isEmpty)
        for length in 0..<(header.count + good.count) {
            #expect(Resolver.records(Array((header + good).prefix(length)), length).isEmpty)
        }
        var one = header + good
        (one[6], one[7]) = (0, 1)
        #expect(Resolver.records(one, one.count) == [.mailExchanger(preference: 10, host: "")])
    }

    @Test(
        "takes a DNS server as an address with or without a port",
        arguments: [
            ("127.0.0.1", true), ("127.0.0.1:5353", true), ("::1", false), ("host", false), ("127.0.0.1:0", false),
            ("1.2.3.4:x", false),
        ])
    func server(text: String, isGood: Bool) { #expect((Resolver.Server(text) != nil) == isGood) }

    @Test("of port 25 wants a 220")
    func port() {
        let answers: [(address: String, answer: PortCheck.Answer)] = [
            ("192.0.2.1", .banner("220 mail")), ("192.0.2.2", .banner("554 no")), ("192.0.2.3", .failed(ECONNREFUSED)),
        ]
        #expect(levels(PortCheck.judge(answers)) == [.ok, .error, .error])
    }

    // MARK: The system

    @Test("of what waits goes by its age")
    func waiting() {
        #expect(WaitingCheck.judge(count: 0, oldest: nil, now: 10_000).level == .ok)
        #expect(WaitingCheck.judge(count: 1, oldest: 9_999, now: 10_000).level == .ok)
        #expect(WaitingCheck.judge(count: 1, oldest: 10_000 - WaitingCheck.warningAge, now: 10_000).level == .warning)
        #expect(WaitingCheck.judge(count: 1, oldest: 10_000 - WaitingCheck.errorAge, now: 10_000).level == .error)
        #expect(WaitingCheck.judge(count: 1, oldest: 20_000, now: 10_000).level == .ok)
    }

    @Test("of a lock finds its holder among others, by proc_locks(5)")
    func lock() {
        let locks = """
            1: POSIX  ADVISORY  WRITE 7 08:01:456 0 EOF
            2: FLOCK  ADVISORY  WRITE 8 08:02:456 0 EOF
            2: -> FLOCK  ADVISORY  WRITE 11 08:01:456 0 EOF
            3: FLOCK  ADVISORY  WRITE 9 08:01:456 0 EOF
            """
        #expect(LockCheck.holder(in: locks, inode: 456, device: 0x801) == 9)
        #expect(LockCheck.holder(in: locks, inode: 457, device: 0x801) == nil)
        #expect(LockCheck.judge(nil, now: 10_000).level == .ok)
        #expect(LockCheck.judge(.init(process: 9, started: 9_000), now: 10_000).level == .ok)
        let long = LockCheck.judge(.init(process: 9, started: 10_000 - LockCheck.longRun), now: 10_000)
        #expect(long.level == .warning)
        #expect(long.mend?.contains("kill 9") == true)
    }

    @Test("of a Maildir wants it whole, of one owner and closed to others")
    func maildir() {
        func folder(owner: uid_t = 5, mode: mode_t = 0o700, device: UInt64 = 1) -> MaildirCheck.Folder {
            MaildirCheck.Folder(owner: owner, mode: mode, device: device)
        }
        func check(_ whole: MaildirCheck.Folder?, new: MaildirCheck.Folder?, archive: MaildirCheck.Folder? = nil)
            -> [Finding.Level]
        {
            var check = MaildirCheck(path: "/m", whole: whole, parts: ["cur": folder(), "tmp": folder()])
            check.parts["new"] = new
            if let archive { check.archive = ("/a", archive) }
            return levels(check.findings())
        }
        #expect(check(folder(), new: folder(), archive: folder()) == [.ok])
        #expect(check(nil, new: folder()) == [.error])
        #expect(check(folder(), new: nil) == [.error])
        #expect(check(folder(), new: folder(owner: 6)) == [.error])
        #expect(check(folder(), new: folder(device: 2)) == [.error])
        #expect(check(folder(), new: folder(mode: 0o777)) == [.error])
        #expect(check(folder(), new: folder(), archive: folder(device: 2)) == [.warning])
    }

    @Test("of a schedule knows what cron reads, and as whom")
    func schedule() {
        let crontab = """
            MAILTO=postmaster
            # */5 * * * * root maildir-bounce scan
            */5 * * * * bounce /usr/bin/maildir-bounce scan
            @hourly other maildir-bounce scan
            0 * * * * sender maildir-bounce canary send
            * * * * * bounce-hook /usr/bin/maildir-bounce hook run
            0 0 * * * root true
            """
        #expect(ScheduleCheck.users(in: crontab) == ["bounce", "other"])
        func check(_ path: String, owner: uid_t = 0, mode: mode_t = 0o644, user: String = "bounce") -> [Finding.Level] {
            var check = ScheduleCheck()
            check.maildirOwner = "bounce"
            check.cronFiles = [.init(path: path, owner: owner, mode: mode, users: [user])]
            return levels(check.findings())
        }
        #expect(check("/etc/cron.d/bounce-scan") == [.ok])
        #expect(check("/etc/cron.d/bounce.cron") == [.error])
        #expect(check("/etc/cron.d/bounce-scan", owner: 5) == [.error])
        #expect(check("/etc/cron.d/bounce-scan", mode: 0o664) == [.error])
        #expect(check("/etc/cron.d/bounce-scan", user: "www-data") == [.error])
        var timer = ScheduleCheck()
        #expect(levels(timer.findings()) == [.warning])
        timer.timer = ("/t", false)
        #expect(levels(timer.findings()) == [.error])
        timer.timer = ("/t", true)
        #expect(levels(timer.findings()) == [.ok])
    }

    @Test("looks for cron files and timers below a root")
    func systemFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write("etc/cron.d/bounce-scan", "*/5 * * * * bounce maildir-bounce scan\n")
        try folder.write("etc/cron.d/other", "*/5 * * * * root true\n")
        try folder.write("lib/systemd/system/maildir-bounce.timer", "[Timer]\n")
        let check = ScheduleCheck(root: folder.root, maildirOwner: nil)
        #expect(check.cronFiles.map(\.users) == [["bounce"]])
        #expect(check.timer?.isEnabled == false)
    }

    @Test("knows as whom cron and systemd start a scan")
    func users() throws {
        let folder = try TemporaryFolder()
        try folder.write("etc/cron.d/bounce-scan", "*/5 * * * * bounce maildir-bounce scan\n")
        try folder.write("var/spool/cron/crontabs/carol", "# maildir-bounce\n*/5 * * * * maildir-bounce scan\n")
        try folder.write("var/spool/cron/crontabs/dave", "# */5 * * * * maildir-bounce scan\n")
        try folder.write("lib/systemd/system/maildir-bounce.timer", "[Timer]\n")
        try folder.write("lib/systemd/system/maildir-bounce.service", "[Service]\nUser=bounce\n")
        try folder.write("etc/systemd/system/maildir-bounce.service.d/user.conf", "[Service]\nUser = vmail\n")
        var check = ScheduleCheck(root: folder.root, maildirOwner: nil)
        #expect(check.serviceUser == "vmail")
        // The timer is not enabled.
        #expect(check.users == ["bounce", "carol"])
        try folder.write("etc/systemd/system/timers.target.wants/maildir-bounce.timer", "")
        check = ScheduleCheck(root: folder.root, maildirOwner: nil)
        #expect(check.users == ["bounce", "carol", "vmail"])
        // Nothing is known of what runs.
        #expect(check.runsCron == nil && check.runsSystemd == nil)
    }

    @Test("says where neither cron nor systemd runs")
    func runners() throws {
        let folder = try TemporaryFolder()
        try folder.write("etc/cron.d/bounce-scan", "*/5 * * * * bounce maildir-bounce scan\n")
        try folder.write("proc/1/comm", "tini\n")
        func findings() -> [Finding] {
            var check = ScheduleCheck(root: folder.root, maildirOwner: nil)
            // The files of a test are not root's.
            for index in check.cronFiles.indices {
                (check.cronFiles[index].owner, check.cronFiles[index].mode) = (0, 0o644)
            }
            return check.findings()
        }
        #expect(levels(findings()) == [.ok, .error])
        #expect(findings().last?.what.contains("no cron runs, nor systemd") == true)
        try folder.write("proc/77/comm", "cron\n")
        #expect(levels(findings()) == [.ok])
        #expect(unlink(folder.path("proc/77/comm")) == 0 && unlink(folder.path("etc/cron.d/bounce-scan")) == 0)
        #expect(levels(findings()) == [.warning])
        #expect(findings().last?.what.contains("neither cron nor systemd runs here") == true)
        try folder.write("lib/systemd/system/maildir-bounce.timer", "[Timer]\n")
        try folder.write("etc/systemd/system/timers.target.wants/maildir-bounce.timer", "")
        #expect(levels(findings()) == [.error])
        try folder.write("run/systemd/system/x", "")
        #expect(levels(findings()) == [.ok])
    }

    @Test("of free space wants room for a run")
    func space() {
        #expect(LedgerCheck.judge(room: LedgerCheck.roomNeeded, path: "/l").level == .ok)
        #expect(LedgerCheck.judge(room: LedgerCheck.roomNeeded - 1, path: "/l").level == .error)
    }

    // MARK: Postfix

    private func postfix(_ more: [String: String] = [:]) -> PostfixSettings {
        var values = [
            "virtual_mailbox_base": "/v", "recipient_delimiter": "+", "bounce_queue_lifetime": "5d",
            "notify_classes": "resource, software", "double_bounce_sender": "double-bounce", "myorigin": "a.test",
        ]
        values.merge(more) { $1 }
        var settings = PostfixSettings(values)
        settings.isVirtual = true
        settings.mailbox = "M/"
        return settings
    }

    @Test(
        "Restrictions that refuse foreign servers' reports are seen",
        arguments: [
            ("", nil), ("check_recipient_access proxy:sqlite:/etc/postfix/x.cf", nil),
            ("permit_mynetworks, reject_unauth_destination", nil),
            ("permit_mynetworks,permit_auth_destination,reject", nil),
            ("permit_mynetworks, reject", .warning), ("check_recipient_access\n hash:/x\n reject", .warning),
        ] as [(String, Finding.Level?)])
    func restrictions(text: String, level: Finding.Level?) {
        #expect(PostfixCheck.refusal(text)?.level == level)
    }

    private func judge(_ settings: PostfixSettings) -> [Finding.Level] {
        levels(PostfixCheck.judge(settings, local: "bounce", domain: "a.test", maildir: "/v/M", delimiter: "+"))
    }

    @Test("of Postfix follows the return path to its Maildir")
    func route() {
        #expect(judge(postfix()) == [.ok, .ok, .ok, .ok])
        var settings = postfix()
        for wrong in ["Other/", "M", nil] {
            settings.mailbox = wrong
            #expect(judge(settings)[0] == .error)
        }
        settings.hasForeignTable = true
        #expect(judge(settings)[0] == .warning)
        settings.isVirtual = false
        settings.isLocal = false
        #expect(judge(settings)[0] == .error)
        settings.isLocal = nil
        #expect(judge(settings)[0] == .warning)
        var both = postfix()
        both.isLocal = true
        #expect(judge(both)[0] == .error)
    }

    @Test("of Postfix follows a local user, an alias, and nothing")
    func local() {
        var settings = postfix(["home_mailbox": "M/"])
        (settings.isVirtual, settings.isLocal, settings.mailbox) = (false, true, nil)
        #expect(judge(settings)[0] == .error)
        settings.home = "/v"
        #expect(judge(settings)[0] == .ok)
        settings.values["home_mailbox"] = ""
        #expect(judge(settings)[0] == .error)
        settings.values["mailbox_command"] = "/usr/bin/procmail"
        #expect(judge(settings)[0] == .warning)
        settings.alias = "\"|/usr/bin/maildir-bounce deliver\""
        #expect(judge(settings)[0] == .ok)
        settings.alias = "root"
        #expect(judge(settings)[0] == .error)
    }

    @Test("of Postfix sees what throws bounces away")
    func thrownAway() {
        #expect(judge(postfix(["recipient_delimiter": "-"]))[1] == .warning)
        #expect(judge(postfix(["recipient_delimiter": ""]))[1] == .warning)
        #expect(judge(postfix(["bounce_queue_lifetime": "0d"]))[2] == .warning)
        #expect(judge(postfix(["double_bounce_sender": "bounce"]))[3] == .error)
    }

    // MARK: The sender

    @Test(
        "knows names that are in no public DNS",
        arguments: [
            ("localhost", true), ("LocalHost", true), ("localhost.localdomain", true), ("web1", true),
            ("web1.local", true),
            ("web1.internal", true), ("bounce.example.com", false), ("local.example", false),
            ("localhost.example", false),
        ])
    func localNames(domain: String, isLocal: Bool) throws {
        #expect(SenderCheck.isLocal(domain) == isLocal)
        let finding = SenderCheck.judge(try Setup.ReturnAddress("www-data@\(domain)"))
        #expect(finding?.level == (isLocal ? .error : nil))
        #expect(SenderCheck.judge(origin: domain).level == (isLocal ? .warning : .ok))
    }

    @Test("finds reports in the mailbox of a web server's user")
    func webMailbox() throws {
        let folder = try TemporaryFolder()
        try folder.write("var/mail/www-data", "")
        try folder.write("var/mail/carol", "From x\n")
        #expect(SenderCheck.mailboxes(root: folder.root).isEmpty)
        try folder.write("var/mail/www-data", "From MAILER-DAEMON\n")
        let findings = SenderCheck.mailboxes(root: folder.root)
        #expect(levels(findings) == [.warning])
        #expect(findings.first?.what.contains("var/mail/www-data has mail") == true)
    }

    @Test("reads what postconf prints, with braces")
    func settings() {
        let values = PostfixSettings.parse("a =\nb = x, y\nmaps = inline:{ { k = v/ } }, hash:/etc/x\n")
        #expect(values["a"] == "")
        #expect(values["b"] == "x y")
        #expect(PostfixSettings.words(values["maps"] ?? "") == ["inline:{ { k = v/ } }", "hash:/etc/x"])
    }
}
