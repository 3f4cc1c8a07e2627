import Foundation
import Testing

@testable import MaildirBounce

@Suite("deliver")
struct DeliverTests {
    let station: Station

    init() throws { station = try Station() }

    private func deliver(_ text: String) throws -> Run {
        try Program.run("deliver", "--maildir", station.maildir, input: Data(text.utf8))
    }

    private func delivered() throws -> [Data] {
        try station.new.map { try Data(contentsOf: URL(fileURLWithPath: station.maildir + "/new/" + $0)) }
    }

    @Test("puts the message into new/, silently, and scan counts it")
    func whole() throws {
        let mail = Mail.bounce("bob@dest.example", id: "D1")
        let run = try deliver(mail)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.output.isEmpty)
        #expect(try delivered() == [Data(mail.utf8)])
        #expect(station.folder.names("Maildir/tmp").isEmpty)
        #expect(try station.scan().status == 0)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 1)
    }

    @Test(
        "leaves out the From line before a message, and nothing else",
        arguments: [
            ("From MAILER-DAEMON Tue Nov 24 10:00:00 2026\nSubject: a\n\nFrom here\n", "Subject: a\n\nFrom here\n"),
            ("From MAILER-DAEMON\r\nSubject: a\r\n\r\n", "Subject: a\r\n\r\n"),
            ("From: bob@dest.example\n\nbody\n", "From: bob@dest.example\n\nbody\n"),
            (">From bob\n\nbody\n", ">From bob\n\nbody\n"), ("From", "From"), ("F", "F"),
        ])
    func separator(given: String, kept: String) throws {
        #expect(try deliver(given).status == 0)
        #expect(try delivered() == [Data(kept.utf8)])
    }

    @Test("finds the From line also where it comes letter by letter")
    func slowPipe() throws {
        let run = try Program.shell(
            #"(for p in Fr "om a" " b" $'\n' $'Subject: a\n\n'; do printf %s "$p"; sleep 0.05; done) | "$PROGRAM" deliver --maildir "$1""#,
            station.maildir)
        #expect(run.status == 0)
        #expect(try delivered() == [Data("Subject: a\n\n".utf8)])
    }

    @Test("refuses with 65 what is no message", arguments: ["", "From MAILER-DAEMON now\n", "From MAILER-DAEMON"])
    func empty(text: String) throws {
        let run = try deliver(text)
        #expect(run.status == 65)
        #expect(run.errorLines.count == 1)
        #expect(station.new.isEmpty)
        #expect(station.folder.names("Maildir/tmp").isEmpty)
    }

    @Test(
        "answers 75, and one line, to whatever else is wrong, so that the mail server keeps the message",
        arguments: [
            ["--maildir", "/nonexistent/Maildir"], ["--maildir", "/etc"], ["--bogus"], ["more"],
            ["--config", "/nonexistent.toml"], ["--config", "/etc/passwd"],
        ])
    func temporary(arguments: [String]) throws {
        let run = try Program.run(["deliver"] + arguments, input: Data("Subject: a\n\n".utf8))
        #expect(run.status == 75)
        #expect(run.errorLines.count == 1)
    }

    @Test("takes the Maildir from the configuration")
    func configured() throws {
        let config = try station.folder.write("config.toml", "maildir = \"\(station.maildir)\"\n")
        let run = try Program.run("deliver", "--config", config, input: Data("Subject: a\n\n".utf8))
        #expect(run.status == 0)
        #expect(station.new.count == 1)
    }

    @Test("delivers 96 MB within 64 MB of memory", .enabled(if: !Program.isSanitized, "a sanitizer needs more"))
    func large() throws {
        let run = try Program.shell(
            #"ulimit -d 65536; head -c 96000000 /dev/zero | "$PROGRAM" deliver --maildir "$1" && stat -c %s "$1"/new/*"#,
            station.maildir)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.text == "96000000\n")
    }

    @Test(
        "that cannot write everything leaves nothing behind, and answers 75",
        .enabled(if: !Program.isSanitized, "a sanitizer writes, too"))
    func tooLarge() throws {
        let run = try Program.shell(
            #"trap '' XFSZ; ulimit -f 100; head -c 1000000 /dev/zero | "$PROGRAM" deliver --maildir "$1""#,
            station.maildir)
        #expect(run.status == 75, "\(run.errors)")
        #expect(station.new.isEmpty)
        #expect(station.folder.names("Maildir/tmp").isEmpty)
    }
}
