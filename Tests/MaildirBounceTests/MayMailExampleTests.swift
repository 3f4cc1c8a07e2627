import Foundation
import Ledger
import LedgerPostgreSQL
import Testing

/// Examples/may-mail, run by the real interpreters against a ledger that is being written.
@Suite("Examples/may-mail")
struct MayMailExampleTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Examples/may-mail").standardizedFileURL.path

    @Test("PHP asks with PDO", .enabled(if: isThere("php -r 'new PDO(\"sqlite::memory:\");'"), skip("php-sqlite3")))
    func php() throws { try ask("php", "may_mail.php") }

    @Test("Perl asks with DBI", .enabled(if: isThere("perl -MDBD::SQLite -e 1"), skip("libdbd-sqlite3-perl")))
    func perl() throws { try ask("perl", "may_mail.pl") }

    @Test("Python asks with sqlite3", .enabled(if: isThere("python3 -c 'import sqlite3'"), skip("python3")))
    func python() throws { try ask("python3", "may_mail.py") }

    /// Spellings, of which each answer must be that of `check`.
    private static let spellings = [
        "bob@dest.example", "BOB@Dest.Example", " <bob@dest.example.> ", "carol@dest.example", "stranger@dest.example",
        "bob+news@dest.example", "o'hara@dest.example", "O'Hara@dest.example", "a..b.@docomo.example",
        "\"bob\"@dest.example", "\"two words\"@dest.example", "jörg@dest.example", "erin@bücher.example",
        "erin@xn--bcher-kva.example", "post@[192.0.2.1]", "late@dest.example", "gone@dest.example",
        "still@dest.example", "Ann@Evil.example.", "ann@notevil.example", "ann@a.b.Deep.example", "ann@deep.example",
        "\"a b\"@evil.example", "over@over.example",
    ]
    private static let suppressed = [
        "bob@dest.example", "o'hara@dest.example", "a..b.@docomo.example", "\"two words\"@dest.example",
        "jörg@dest.example", "erin@bücher.example", "post@[192.0.2.1]", "gone@dest.example",
    ]
    private static let none = [
        "nobody", "@dest.example", "bob@", "a b@dest.example", "bob@dest..example", "bob@-;drop.example", "",
        String(repeating: "x", count: 257) + "@dest.example", "x@" + String(repeating: "y", count: 64) + ".example",
        "'; DROP TABLE address; --@dest.example",
    ]

    private func ask(_ interpreter: String, _ script: String) throws {
        let station = try Station()
        let now = LedgerSamples.now
        try LedgerSamples.make(
            station.ledger,
            Self.suppressed.enumerated().map { LedgerSamples.report($0, $1, at: now - 100) } + [
                LedgerSamples.report(90, "carol@dest.example", kind: .soft, reason: .mailboxFull, at: now - 100),
                LedgerSamples.report(91, "still@dest.example", at: now - 200),
            ])
        let store = try LedgerStore(path: station.ledger, mode: .readWrite, policy: Policy())
        // One whose suppression has ended, and one of whom only a hash is left.
        try store.release(["still@dest.example"], at: now - 150)
        try store.record([ManualAction(address: "late@dest.example", kind: .suppress, at: now - 50, until: now - 10)])
        #expect(try store.forget("gone@dest.example") == true)
        for (domain, until) in [("evil.example", nil), (".deep.example", nil), ("over.example", now - 10)] {
            let domain = try #require(DomainPattern(domain))
            try store.record([DomainAction(domain: domain, kind: .suppress, at: now - 50, until: until)])
        }

        func run(_ arguments: [String], input: String = "") throws -> Run {
            try Program.command(
                [
                    "/usr/bin/env", "MAILDIR_BOUNCE=\(Program.path)", interpreter, "\(Self.folder)/\(script)",
                    station.ledger,
                ]
                    + arguments, input: Data(input.utf8))
        }
        // While a scan writes.
        for number in 0..<400 {
            try station.deliver("17955144\(number).V1.host", Mail.bounce("u\(number)@dest.example", id: "S\(number)"))
        }
        let scan = try Program.start(["scan", "--maildir", station.maildir, "--ledger", station.ledger])
        var times = 0
        repeat {
            let plain = try run(["bob@dest.example", "stranger@dest.example"])
            #expect(plain.status == 1, "\(plain.errors)")
            #expect(plain.lines.map { $0.split(separator: "\t")[1] } == ["no", "yes"])
            times += 1
        } while scan.isRunning
        scan.waitUntilExit()
        #expect(scan.terminationStatus == 0)
        #expect(times > 0)

        // Every spelling is answered as the program answers.
        let all = try run([], input: Self.spellings.joined(separator: "\r\n") + "\nu399@dest.example")
        #expect(all.status == 1)
        #expect(all.errors.isEmpty)
        let answers = all.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        #expect(answers.map(\.first) == Self.spellings + ["u399@dest.example"])
        for answer in answers where answer.count > 1 {
            let check = try Program.run("check", "--ledger", station.ledger, "--", answer[0])
            #expect(check.status == (answer[1] == "no" ? 1 : 0), "\(answer)")
        }
        #expect(answers.filter { $0.count > 1 && $0[1] == "no" }.count == Self.suppressed.count + 8)
        #expect(answers[0].count == 4)
        #expect(answers[0][2] == "userunknown")
        #expect(answers[0][3].hasSuffix("Z"))
        #expect(try run(["stranger@dest.example", "carol@dest.example"]).status == 0)

        try askAsReader(interpreter, script, station)
        try askInGroup(interpreter, script, station)

        // What is no address is none for both, and no ledger is an error.
        for address in Self.none {
            #expect(try Program.run("check", "--ledger", station.ledger, "--", address).status == 65, "\(address)")
            let wrong = try run(address.isEmpty ? [] : [address], input: "\n")
            #expect(wrong.status == 65, "\(address)")
            #expect(wrong.output.isEmpty)
        }
        let absent = try Program.command(
            ["/usr/bin/env", interpreter, "\(Self.folder)/\(script)", "/nowhere/l.sqlite", "bob@dest.example"])
        #expect(absent.status == 66)
        #expect(absent.errors.contains("there is no ledger /nowhere/l.sqlite"))
        let other = try station.folder.write("text", "no database\n")
        let damaged = try Program.command(
            ["/usr/bin/env", interpreter, "\(Self.folder)/\(script)", other, "bob@dest.example"])
        #expect(damaged.status == 75)
    }

    /// A user who may read the ledger and write nothing in its folder, between two scans: the usual web server.
    private func askAsReader(_ interpreter: String, _ script: String, _ station: Station) throws {
        guard Program.isRoot else { return }
        let user = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
        let run = try Program.shell(
            """
            cp "$1" "$2/script" && chmod 755 "$2" && chmod a+r "$2/script" "$3"* || exit 99
            # An interpreter in root's home is not for others.
            \(user) \(interpreter) -v >/dev/null 2>&1 </dev/null || exit 0
            \(user) \(interpreter) "$2/script" "$3" bob@dest.example stranger@dest.example
            """, "\(Self.folder)/\(script)", station.folder.root, station.ledger)
        #expect(run.errors.isEmpty)
        if run.status == 0 && run.output.isEmpty { return }
        #expect(run.status == 1)
        #expect(run.lines.map { $0.split(separator: "\t")[1] } == ["no", "yes"])
    }

    /// The web server's user: in the ledger's group it may ask, after `adduser www-data bounce`; outside it hears of the missing right.
    private func askInGroup(_ interpreter: String, _ script: String, _ station: Station) throws {
        guard Program.isRoot else { return }
        let run = try Program.shell(
            """
            # An interpreter in root's home is not for others.
            interpreter=/usr/bin/$4 && [ -x $interpreter ] || interpreter=$4
            setpriv --reuid=33 --regid=33 --clear-groups $interpreter -v >/dev/null 2>&1 </dev/null || exit 99
            state=$2/state && mkdir "$state" && cp "$3" "$3"-wal "$3"-shm "$state" && cp "$1" "$2/script" || exit 98
            chown -R 64501:64500 "$state" && chmod 0750 "$state" && chmod 0640 "$state"/* && chmod 755 "$2" "$2/script"
            ask() {
                groups=$1 && shift
                setpriv --reuid=33 --regid=33 $groups --inh-caps=-all $interpreter "$@"
                echo "status $?"
            }
            ask --groups=64500 "$2/script" "$state/ledger.sqlite" bob@dest.example stranger@dest.example
            ask --clear-groups "$2/script" "$state/ledger.sqlite" bob@dest.example 2>&1
            # One who may enter the folder, and not read the file.
            chmod 0755 "$state"
            ask --clear-groups "$2/script" "$state/ledger.sqlite" bob@dest.example 2>&1
            ask --groups=64500 "$2/script" "$state/other.sqlite" bob@dest.example 2>&1
            """, "\(Self.folder)/\(script)", station.folder.root, station.ledger, interpreter)
        if run.status == 99 { return }
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let ledger = station.folder.path("state/ledger.sqlite")
        let denied = "no right to read \(ledger): put this user into the group of the ledger (adduser www-data bounce)"
        try #require(run.lines.count == 9, "\(run.text)")
        #expect(run.lines[0].hasPrefix("bob@dest.example\tno\tuserunknown"))
        #expect(run.lines[1] == "stranger@dest.example\tyes")
        #expect(run.lines[3].hasPrefix(denied) && run.lines[5].hasPrefix(denied), "\(run.text)")
        #expect(run.lines[7].hasPrefix("there is no ledger"))
        #expect([2, 4, 6, 8].map { run.lines[$0] } == ["status 1", "status 66", "status 66", "status 66"])
    }

    /// Where CI is set nothing is skipped: what is missing then fails.
    private static func isThere(_ command: String) -> Bool {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return (try? Program.command(["/bin/bash", "-c", command]))?.status == 0
    }

    private static func skip(_ package: String) -> Comment {
        "\(spellings.count + none.count) cases skipped: \(package) is not installed; scripts/install-deps.sh test installs it"
    }
}
