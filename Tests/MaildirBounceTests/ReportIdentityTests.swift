import Foundation
import Ledger
import LedgerPostgreSQL
import Testing

@Suite("Which files are one report")
struct ReportIdentityTests {
    private let station: Station

    init() throws { station = try Station() }

    /// A mail with a line of its header taken away.
    private func without(_ field: String, _ mail: String) -> String {
        mail.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.lowercased().hasPrefix(field.lowercased() + ":") }.joined(separator: "\n")
    }

    private func on(day: Int, _ mail: String) -> String {
        mail.replacing("Tue, 24 Nov 2026 10:00:05 +0000", with: "\(day) Nov 2026 10:00:05 +0000")
    }

    private func record(_ address: String) throws -> AddressRecord? {
        try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy()).address(address)
    }

    private func isSuppressed(_ address: String) throws -> Bool {
        try Program.run("check", address, "--ledger", station.ledger).status == 1
    }

    private func deliver(_ mails: [String], from number: Int = 1) throws {
        for (place, mail) in mails.enumerated() {
            try station.deliver("179551440\(number + place).V\(number + place).host", mail)
        }
    }

    @Test(
        "the same words on six days are six reports, where they have no Message-ID",
        arguments: [nil, "<>", "< >", "<<>>", "<@>", "\"\"", "(none)"])
    func sixDays(identity: String?) throws {
        let mail = Mail.softBounce("carol@dest.example", id: "S1")
        let nameless =
            identity.map {
                mail.replacing("Message-Id: <20261124100005.S1@mail.lists.example.com>", with: "Message-Id: \($0)")
            } ?? without("message-id", mail)
        #expect(nameless != mail)
        try deliver((18...23).map { on(day: $0, nameless) })
        #expect(try station.scan().status == 0)
        #expect(try record("carol@dest.example")?.state.counters.soft == 6)
        // The same files from a backup count no more.
        try deliver((18...23).map { on(day: $0, nameless) }, from: 11)
        #expect(try station.scan().status == 0)
        #expect(try record("carol@dest.example")?.state.counters.soft == 6)
    }

    @Test("a bounce after a release counts, though it says what the one before said")
    func afterRelease() throws {
        let mail = without("message-id", Mail.bounce("bob@dest.example", id: "S1"))
        try deliver([on(day: 18, mail)])
        #expect(try station.scan().status == 0)
        #expect(try isSuppressed("bob@dest.example"))
        #expect(try Program.run("release", "bob@dest.example", "--ledger", station.ledger).status == 0)
        #expect(try !isSuppressed("bob@dest.example"))
        // It arrives now; a date in a year means now, too.
        for (number, date) in [(2, Date()), (3, Date(timeIntervalSinceNow: 365 * 86_400))] {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "UTC")
            format.dateFormat = "d MMM yyyy HH:mm:ss"
            let now = format.string(from: date) + " +0000"
            try deliver([mail.replacing("Tue, 24 Nov 2026 10:00:05 +0000", with: now)], from: number)
            #expect(try station.scan().status == 0)
            #expect(try isSuppressed("bob@dest.example"))
            #expect(try Program.run("release", "bob@dest.example", "--ledger", station.ledger).status == 0)
            #expect(try !isSuppressed("bob@dest.example"))
        }
    }

    @Test("reports that hide the recipient are told by their tags")
    func tags() throws {
        let hidden = Mail.bounce("hidden", id: "S1", text: "5.1.1 <hidden>: User unknown")
        let mails = ["bob", "ann", "cid"].map { name in
            without("message-id", hidden).replacing(
                "bounces@lists.example.com", with: "bounces+\(name)=dest.example@lists.example.com")
        }
        try deliver(mails)
        #expect(try station.scan().status == 0)
        for name in ["bob", "ann", "cid"] { #expect(try isSuppressed("\(name)@dest.example")) }
    }

    @Test(
        "a copy in disguise, one second older, does not void a report, in whatever order they come",
        arguments: [
            ("Content-Type: multipart/report; report-type=delivery-status;", "Content-Type: application/octet-stream;"),
            ("Content-Type: multipart/report; report-type=delivery-status;", "Content-Type: text/html;"),
            ("Content-Transfer-Encoding: 8bit", "Content-Transfer-Encoding: base64"),
            ("Subject: Undelivered Mail Returned to Sender", "Subject: Out of office: away\nX-Autoreply: yes"),
            (
                "Auto-Submitted: auto-replied",
                "Auto-Submitted: auto-replied\nList-Id: <x.dest.example>\nPrecedence: list"
            ),
        ])
    func disguise(field: String, other: String) throws {
        let mail = Mail.bounce("bob@dest.example", id: "S1")
        let copy = mail.replacing(field, with: other).replacing("10:00:05", with: "10:00:04")
        #expect(copy != mail)
        for mails in [[[mail, copy]], [[copy, mail]], [[mail], [copy]], [[copy], [mail]]] {
            let station = try Station()
            var number = 0
            for mails in mails {
                for mail in mails {
                    number += 1
                    try station.deliver("179551440\(number).V\(number).host", mail)
                }
                #expect(try station.scan().status == 0)
            }
            #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 1)
            let store = try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy())
            #expect(try store.address("bob@dest.example")?.state.counters.hard == 1)
            #expect(try store.verify(limit: 5).differences.isEmpty)
        }
    }

    @Test("another report under a name that was used before counts, once, however often it is met")
    func reusedName() throws {
        let mails = ["bob", "carol", "alice"].map { Mail.bounce("\($0)@dest.example", id: $0) }
        try station.deliver("17.u:2,", mails[0])
        try station.deliver("17.u:2,S", mails[1])
        #expect(try station.scan().status == 0)
        try station.deliver("17.u", mails[2])
        #expect(try station.scan().status == 0)
        #expect(station.new.isEmpty)
        #expect(station.cur.count == 3)
        for name in ["bob", "carol", "alice"] { #expect(try isSuppressed("\(name)@dest.example")) }
        let counters = try station.counters()
        for mail in mails {
            try station.deliver("17.u", mail)
            #expect(try station.scan().status == 0)
        }
        #expect(try station.counters() == counters)
        let classes = try station.classes()
        #expect(try Program.run("reprocess", station.maildir, "--ledger", station.ledger).status == 0)
        #expect(try station.classes() == classes)
    }

    @Test("a ledger of 0.1.0 knows what it has counted and pruned, by the fingerprints of that version")
    func formerLedger() throws {
        try FormerLedger.make(station.ledger)
        for round in 0..<2 {
            // The files come back from a backup, under other names.
            for (name, mail) in FormerLedger.mails { try station.deliver("\(round)\(name)", mail) }
            let run = try station.scan("--verbose")
            #expect(run.status == 0)
            #expect(run.lines.last?.contains("4 messages") == true)
            for name in ["bob", "carol", "dan", "eve"] {
                let counters = try record("\(name)@dest.example")?.state.counters
                #expect((counters?.hard ?? 0) + (counters?.soft ?? 0) == 1, "\(name)")
            }
            let store = try LedgerStore(path: station.ledger, mode: .readOnly, policy: Policy())
            #expect(try store.verify(limit: 5).differences.isEmpty)
        }
        // What comes in the same words on another day is another report.
        try station.deliver("9.V9.host", FormerLedger.later)
        #expect(try station.scan().status == 0)
        #expect(try record("carol@dest.example")?.state.counters.soft == 2)
        // A disguised copy of what 0.1.0 counted does not void it, and a dry run knows all that, too.
        try station.deliver("10.V10.host", FormerLedger.later)
        try station.deliver(
            "11.V11.host",
            (FormerLedger.mails["1.V1.host"] ?? "").replacing("multipart/report", with: "application/octet-stream")
                .replacing("10:00:05", with: "10:00:01"))
        let preview = try station.scan("--dry-run", "--verbose")
        #expect(preview.status == 0)
        #expect(try station.scan().status == 0)
        #expect(try record("carol@dest.example")?.state.counters.soft == 2)
        #expect(try isSuppressed("bob@dest.example"))
        #expect(try Program.run("ledger", "verify", "--ledger", station.ledger).status == 0)
    }
}
