import Foundation
import Testing

@testable import MaildirBounce

@Suite("init")
struct InitTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        // The user to whom root gives things must be able to reach them.
        #expect(chmod(folder.root, 0o755) == 0)
    }

    private func setUp(_ more: String...) throws -> Run {
        try Program.run(
            [
                "init", "--maildir", folder.path("mail/bounce/Maildir"), "--ledger", folder.path("lib/x/ledger.sqlite"),
                "--archive", folder.path("mail/archive"), "--return-path", "bounce@bounce.example.com",
                "--config", folder.path("config.toml"), "--user",
                Program.isRoot ? "nobody" : Account.name(of: geteuid()),
            ] + more)
    }

    @Test("makes all that a scan needs, with owner and modes, and prints the lines for Postfix")
    func complete() throws {
        let run = try setUp()
        #expect(run.status == 0, "\(run.errors)")
        let modes = try Program.shell(
            #"cd "$1" && stat -c '%n %a %U' config.toml config.key mail/archive mail/bounce/Maildir mail/bounce/Maildir/new lib/x lib/x/ledger.sqlite"#,
            folder.root)
        let owner = Program.isRoot ? "nobody" : Account.name(of: geteuid())
        let config = Program.isRoot ? "root" : owner
        #expect(
            modes.lines == [
                "config.toml 644 \(config)", "config.key \(Program.isRoot ? 640 : 600) \(config)",
                "mail/archive 700 \(owner)", "mail/bounce/Maildir 700 \(owner)",
                "mail/bounce/Maildir/new 700 \(owner)", "lib/x 750 \(owner)", "lib/x/ledger.sqlite 640 \(owner)",
            ])
        // SQLite keeps the two beside the ledger.
        let beside = try Program.shell(#"stat -c '%a %U' "$1"/*"#, folder.path("lib/x"))
        #expect(beside.lines.allSatisfy { $0 == "640 \(owner)" })
        for line in [
            "virtual_mailbox_domains = bounce.example.com", "virtual_mailbox_base = \(folder.path("mail/bounce"))",
            "virtual_mailbox_maps = inline:{ { bounce@bounce.example.com = Maildir/ } }", "recipient_delimiter = +",
        ] {
            #expect(run.lines.contains(line))
        }
        #expect(run.text.contains("maildir-bounce verp make bob@dest.example"))
        let signed = try Program.run("verp", "make", "bob@dest.example", "--config", folder.path("config.toml"))
        #expect(signed.status == 0 && signed.text.hasPrefix("bounce+"))
        #expect(signed.text.contains("+bob=dest.example@bounce.example.com"))
        // What it wrote is what every command reads.
        let scan = try Program.run(
            ["scan", "--verbose", "--config", folder.path("config.toml")], asNobody: Program.isRoot)
        #expect(scan.status == 0, "\(scan.errors)")
    }

    @Test("prints the lines of Examples/postfix-access, for the ledger that it makes")
    func access() throws {
        let run = try setUp()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        func text(_ path: String) throws -> String {
            try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        }
        #expect(run.lines.contains("dbpath = \(folder.path("lib/x/ledger.sqlite"))"))
        let query = "query = \(PostfixLines.accessQuery)"
        #expect(run.lines.contains(query))
        for file in ["Examples/postfix-access/sqlite.cf", "Examples/postfix-access/pgsql.cf", "docs/postfix.md"] {
            #expect(try text(file).contains("\n\(query)\nresult_format = REJECT %s\n"), "\(file)")
        }
        for way in ["smtpd_recipient_restrictions = check_recipient_access", "# transport_maps ="] {
            #expect(run.lines.contains { $0.hasPrefix("\(way) proxy:sqlite:/etc/postfix") }, "\(way)")
        }
        #expect(run.text.contains("only known to check"))
    }

    @Test("makes a key that is gone again, and prints commands that find another configuration")
    func lostKey() throws {
        let first = try setUp()
        #expect(first.status == 0)
        let config = folder.path("config.toml")
        #expect(first.lines.contains { $0.hasPrefix("# Then:") && $0.hasSuffix("--config \(config)") })
        try FileManager.default.removeItem(atPath: folder.path("config.key"))
        let again = try setUp()
        #expect(again.status == 0 && again.text.contains("made \(folder.path("config.key"))"))
        #expect(try Program.run("verp", "make", "bob@dest.example", "--config", config).status == 0)
    }

    @Test("changes nothing when it runs again, and says so")
    func twice() throws {
        #expect(try setUp().status == 0)
        let before = try folder.everything()
        let again = try setUp()
        #expect(again.status == 0)
        #expect(again.lines.contains("all is there: nothing was changed"))
        #expect(try folder.everything() == before)
    }

    @Test("makes what is missing of a Maildir and of a ledger, and keeps a configuration as it is")
    func partly() throws {
        let maildir = folder.path("Maildir")
        let config = try folder.write(
            "config.toml", "maildir = \"\(maildir)\"\nledger = \"\(folder.path("ledger.sqlite"))\"\n")
        try FileManager.default.createDirectory(atPath: maildir + "/new", withIntermediateDirectories: true)
        try folder.write("Maildir/new/1.x", "kept")
        if Program.isRoot { try folder.open() }
        #expect(chown(config, geteuid(), getegid()) == 0)
        let run = try Program.run(
            [
                "init", "--config", config, "--return-path", "bounce@example.com", "--user",
                Program.isRoot ? "nobody" : Account.name(of: geteuid()),
            ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(folder.names("Maildir") == ["cur", "new", "tmp"])
        #expect(folder.names("Maildir/new") == ["1.x"])
        #expect(folder.names("").contains("ledger.sqlite"))
        #expect(try String(contentsOfFile: config, encoding: .utf8).hasPrefix("maildir = "))
    }

    @Test("refuses with 73 where options and configuration do not agree, and makes nothing")
    func disagreeing() throws {
        let config = try folder.write("config.toml", "maildir = \"/elsewhere\"\n")
        let run = try Program.run(
            "init", "--config", config, "--return-path", "bounce@example.com", "--maildir", folder.path("Maildir"))
        #expect(run.status == 73)
        #expect(run.errorLines.count == 1)
        #expect(folder.names("") == ["config.toml"])
    }

    @Test("makes nothing in a dry run, and says what it would make")
    func dryRun() throws {
        let run = try setUp("--dry-run")
        #expect(run.status == 0)
        #expect(run.text.contains("would make \(folder.path("config.toml"))"))
        #expect(folder.names("").isEmpty)
    }

    @Test(
        "refuses with 64 what makes no sense",
        arguments: [
            ["--return-path", "nobody"], ["--return-path", "a+b@example.com"],
            ["--return-path", "a@example.com", "--maildir", "Maildir"],
            ["--return-path", "a@example.com", "--user", "no-such-user"],
        ])
    func usage(arguments: [String]) throws {
        let run = try Program.run(["init", "--config", folder.path("config.toml")] + arguments)
        #expect(run.status == 64)
        #expect(run.errorLines.count == 1)
        #expect(folder.names("").isEmpty)
    }

    @Test(
        "asks at a terminal, and takes the defaults for empty answers", .enabled(if: Tool.isThere("script --version")))
    func asks() throws {
        let run = try Program.shell(
            #"""
            printf 'bounce@example.com\n%s\n%s/M\n%s/l/l.sqlite\n\n' "$2" "$1" "$1" |
                script -qec "'$PROGRAM' init --config '$1/c.toml'" /dev/null
            """#,
            folder.root, Program.isRoot ? "nobody" : Account.name(of: geteuid()))
        #expect(run.status == 0, "\(run.text)")
        #expect(run.text.contains("Maildir for the bounces [/var/mail/bounce/Maildir]: "))
        #expect(folder.names("M") == ["cur", "new", "tmp"])
        let config = try Configuration.load(folder.path("c.toml"))
        #expect(config.maildir == folder.path("M"))
        #expect(config.archive == nil)
        #expect(config.verp.returnPath == "bounce@example.com")
    }
}
