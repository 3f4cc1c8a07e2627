import Foundation
import Testing

@testable import MaildirBounce

@Suite("doctor")
struct DoctorTests {
    let station: Station

    init() throws {
        station = try Station()
        #expect(try Program.command(["/bin/chmod", "-R", "go-rwx", station.maildir]).status == 0)
    }

    private func examine(_ more: String...) throws -> (run: Run, findings: [[String: Any]]) {
        let config = try station.folder.write(
            "config.toml", "maildir = \"\(station.maildir)\"\nledger = \"\(station.ledger)\"\n")
        let run = try Program.run(["doctor", "--config", config, "--format", "json"] + more)
        let object = try #require(try run.objects().first)
        return (run, try #require(object["findings"] as? [[String: Any]]))
    }

    private func levels(_ findings: [[String: Any]], _ subject: String) -> [String] {
        findings.filter { $0["subject"] as? String == subject }.compactMap { $0["level"] as? String }
    }

    @Test("finds a station after a scan well, and changes nothing")
    func well() throws {
        try station.deliverFour()
        #expect(try station.scan().status == 0)
        _ = try examine()
        let before = try station.folder.everything()
        let (run, findings) = try examine()
        for subject in ["config", "maildir", "waiting", "lock", "ledger", "runs"] {
            #expect(levels(findings, subject) == ["ok"], "\(subject): \(run.text)")
        }
        // The configuration is written anew by examine() itself.
        let after = try station.folder.everything()
        #expect(
            before.split(separator: "\n").filter { !$0.contains("config.toml") && !$0.hasPrefix(". ") }
                == after.split(separator: "\n").filter { !$0.contains("config.toml") && !$0.hasPrefix(". ") })
    }

    @Test("tells what waits, what is missing and what is damaged, with status 74")
    func ill() throws {
        try station.deliverFour()
        #expect(try station.scan().status == 0)
        try station.deliver("1000000000.V9.host", Mail.letter(id: "S9"))
        #expect(rmdir(station.maildir + "/tmp") == 0)
        // Somewhere in the middle, where the tables are.
        let file = try #require(FileHandle(forUpdatingAtPath: station.ledger))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 2)
        try file.write(contentsOf: Data(repeating: 0xFF, count: Int(size / 4)))
        try file.close()
        let (run, findings) = try examine()
        #expect(run.status == 74)
        for subject in ["maildir", "waiting", "ledger"] {
            #expect(levels(findings, subject) == ["error"], "\(subject): \(run.text)")
        }
        for finding in findings where finding["level"] as? String != "ok" {
            #expect(finding["why"] is String)
            #expect(finding["mend"] is String)
        }
    }

    @Test("goes on where the configuration is wrong")
    func wrongConfig() throws {
        let config = try station.folder.write("wrong.toml", "maildri = 1\n")
        let run = try Program.run(
            "doctor", "--config", config, "--maildir", station.maildir, "--ledger", station.ledger)
        #expect(run.status == 1)
        #expect(run.lines.contains { $0.hasPrefix("error    config") && $0.contains("maildri") })
        #expect(run.lines.contains { $0.hasPrefix("ok       maildir") })
    }

    @Test("finds www-data@localhost as the return path, and does not ask the DNS for it")
    func localReturnPath() throws {
        // Nobody answers there.
        let (run, findings) = try examine("--return-path", "www-data@localhost", "--dns-server", "127.0.0.1:1")
        #expect(run.status == 1)
        let senders = findings.filter { $0["subject"] as? String == "sender" && $0["level"] as? String == "error" }
        #expect(senders.count == 1)
        #expect((senders.first?["what"] as? String)?.contains("www-data@localhost") == true)
        #expect(levels(findings, "dns").isEmpty)
    }

    @Test("shows who holds the lock")
    func lock() throws {
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        holder.arguments = [station.maildir, "sleep", "60"]
        try holder.run()
        defer { holder.terminate() }
        var text = ""
        // flock(1) needs a moment to start.
        for _ in 0..<100 where !text.contains("is at work") {
            usleep(50_000)
            text = try examine().run.text
        }
        #expect(text.contains("process \(holder.processIdentifier) is at work"))
    }

    /// In a mount namespace of its own, whose /etc/cron.d has a job that runs as nobody.
    private func examineAsRoot(_ arguments: String...) throws -> [[String: Any]]? {
        try station.folder.write("cron.d/bounce-scan", "*/5 * * * * nobody maildir-bounce scan\n")
        let script = """
            cron=$1; shift
            unshare -m true 2> /dev/null || exit 99
            exec unshare -m /bin/sh -c 'mount --bind "$1" /etc/cron.d || exit 99; shift; exec "$@"' sh \
                "$cron" "$PROGRAM" doctor --format json "$@"
            """
        let run = try Program.command(
            [
                "/usr/bin/env", "PROGRAM=\(Program.path)", "/bin/bash", "-c", script, "bash",
                station.folder.path("cron.d"),
            ]
                + arguments)
        guard run.status != 99 else { return nil }
        return try #require(try run.objects().first?["findings"] as? [[String: Any]], "\(run.errors)")
    }

    @Test("looks with the eyes of the user that the schedule runs as", .enabled(if: Program.isRoot))
    func eyes() throws {
        try station.deliverFour()
        #expect(try station.scan().status == 0)
        #expect(chmod(station.folder.root, 0o711) == 0)
        let key = try station.folder.write("key", "k1:\(String(repeating: "a", count: 40))\n")
        #expect(chmod(key, 0o600) == 0)
        let config = try station.folder.write(
            "c.toml",
            "maildir = \"\(station.maildir)\"\nledger = \"\(station.ledger)\"\n[verp]\nkeys = [\"file:\(key)\"]\n")
        guard let findings = try examineAsRoot("--config", config) else { return }
        let denied = findings.filter { $0["subject"] as? String == "rights" }
        let whats = denied.compactMap { $0["what"] as? String }
        #expect(levels(findings, "rights").allSatisfy { $0 == "error" })
        for path in [key, "\(station.maildir)/new", "\(station.maildir)/cur", station.folder.root, station.ledger] {
            #expect(
                whats.contains { $0.hasPrefix("nobody") && $0.contains("\(path): Permission denied") },
                "\(path) \(whats)")
        }
        #expect(!whats.contains { $0.contains(config) })
        #expect(levels(findings, "config") == ["error"])
        // All is his: good for him, though root itself would refuse his key.
        try station.folder.open()
        #expect(try Program.command(["/bin/chown", "0", station.folder.path("cron.d/bounce-scan")]).status == 0)
        let good = try #require(try examineAsRoot("--config", config))
        #expect(levels(good, "rights") == ["ok"])
        #expect(levels(good, "config") == ["ok"])
    }

    @Test("refuses a wrong DNS server or return path with 64")
    func usage() throws {
        #expect(try Program.run("doctor", "--dns-server", "nowhere").status == 64)
        #expect(try Program.run("doctor", "--return-path", "nobody").status == 64)
    }
}
