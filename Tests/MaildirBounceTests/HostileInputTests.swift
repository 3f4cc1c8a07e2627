import Foundation
import Testing

/// What an attacker may send or leave in new/, against the real binary: it ends, it says what it did not read, and every
/// message is counted and moved, or left and named.
@Suite("hostile input", .timeLimit(.minutes(10)))
struct HostileInputTests {
    let station: Station

    init() throws { station = try Station() }

    /// A message by its form, and the words of the limit that it meets; nil where it meets none.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let limit: String?
        let expectedClass: String
        let mail: @Sendable () -> String

        init(
            _ name: String, limit: String?, class expectedClass: String = "not-a-bounce",
            mail: @escaping @Sendable () -> String
        ) {
            testDescription = name
            self.limit = limit
            self.expectedClass = expectedClass
            self.mail = mail
        }
    }

    private static let sender = "Return-Path: <>\nFrom: MAILER-DAEMON@dest.example\n"
    private static let readLimit = "only these were read"

    private static func report(_ groups: String) -> String {
        sender + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            + "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; dest.example\n\n\(groups)--b--\n"
    }

    private static func group(_ address: String) -> String {
        "Final-Recipient: rfc822; \(address)\nAction: failed\nStatus: 5.1.1\n\n"
    }

    static let forms = [
        Form("100,000 multiparts within each other", limit: "parts nested too deep") {
            sender + String(repeating: "Content-Type: multipart/mixed; boundary=b\n\n--b\n", count: 100_000)
        },
        Form("100,000 messages within each other", limit: "parts nested too deep") {
            sender + String(repeating: "Content-Type: message/rfc822\n\n", count: 100_000)
        },
        Form("a million header fields", limit: "more than 20000 header fields") {
            sender + String(repeating: "a:\n", count: 1_000_000) + "\nbody\n"
        },
        // What was cut declares nobody dead.
        Form("a million recipients", limit: "more than 10000 recipients", class: "soft-bounce") {
            report(String(repeating: group("u@d.example"), count: 1_000_000))
        },
        Form("a boundary on every line", limit: "more than 1000 parts") {
            sender + "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n", count: 200_000)
        },
        Form("five million NUL bytes", limit: readLimit) { String(repeating: "\0", count: 5_000_000) },
        Form("NUL bytes in every place", limit: nil) {
            report(group("u@d.example")).replacing("\n", with: "\0\n")
        },
        Form("a base64 bomb", limit: readLimit, class: "not-a-bounce") {
            sender + "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
                + String(repeating: "PGFAYi5leGFtcGxlPiBtYWls\n", count: 200_000)
        },
        Form("messages in base64 within each other", limit: nil) {
            var mail = "Content-Type: text/plain\n\nbody\n"
            for _ in 0..<20 {
                let encoded = Data(mail.utf8).base64EncodedString(options: [
                    .lineLength76Characters, .endLineWithLineFeed,
                ])
                mail = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n\(encoded)\n"
            }
            return sender + mail
        },
        Form("no byte at all", limit: nil) { "" },
        // An address so long is none, and the report names nobody else.
        Form("an address of 64 KB", limit: nil, class: "hard-bounce") {
            let long = String(repeating: "a", count: 65_536)
            return report(group("\(long)@d.example")).replacing("MAILER-DAEMON", with: long)
        },
        Form("a name of 64 KB", limit: nil) { String(repeating: "a", count: 65_536) + ": b\n\nbody\n" },
        Form("a line of 5 MB", limit: readLimit) { "Subject: " + String(repeating: "a ", count: 2_500_000) },
    ]

    @Test("of any form is counted, says which limit it meets, and is flagged for a person", arguments: forms)
    func form(_ form: Form) throws {
        try station.deliver("1795514401.V1.host", form.mail())
        let run = try station.scan("--format", "jsonl")
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        let object = try #require(try run.objects().first)
        #expect(object["class"] as? String == form.expectedClass)
        let limit = object["limit"] as? String
        if let words = form.limit {
            #expect(limit?.contains(words) == true, "\(limit ?? "-")")
        } else {
            #expect(limit == nil, "\(limit ?? "-")")
        }
        #expect(station.new.isEmpty)
        #expect(station.cur == ["1795514401.V1.host:2,\(form.limit == nil ? "S" : "FS")"])
        #expect(try station.classes() == [form.expectedClass: 1])
    }

    @Test("of 2 GiB that are not there is read no further than the limit")
    func sparse() throws {
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "S1"))
        try #require(truncate(station.maildir + "/new/1795514401.V1.host", 1 << 31) == 0)
        let run = try station.scan("--format", "jsonl")
        #expect(run.status == 0)
        #expect(try run.objects().first?["class"] as? String == "hard-bounce")
        #expect(station.cur == ["1795514401.V1.host:2,FS"])
    }

    @Test("that is no file, or a name with a dot, stays in new/ and hangs nothing")
    func strangers() throws {
        try station.deliverFour()
        try station.deliver(".1795514405.V5.host", Mail.bounce("dot@dest.example", id: "D1"))
        let script = """
            cd "$1/new" && ln -s /dev/zero 1.zero && ln -s . 2.loop && ln -s /nowhere 3.dangling && mkfifo 4.fifo &&
            mkdir 5.folder && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("6.socket")' &&
            { mknod 7.device c 1 5 2>/dev/null || ln -s /dev/zero 7.device; }
            """
        #expect(try Program.shell(script, station.maildir).status == 0)
        let left = [
            ".1795514405.V5.host", "1.zero", "2.loop", "3.dangling", "4.fifo", "5.folder", "6.socket", "7.device",
        ]
        for _ in 0..<2 {
            let run = try station.scan()
            #expect(run.status == 0)
            #expect(run.errorLines.count == left.count - 1, "\(run.errors)")
            #expect(station.new == left)
            #expect(station.cur.count == 4)
        }
        #expect(try station.counters().contains("dot@") == false)
    }

    @Test("under any name is counted once and moved, and its name is printed safely")
    func names() throws {
        let script = #"""
            cd "$1/new" && long=$(printf '%0255d' 0)
            for name in $'1795514401.\n.host' $'1795514402.\e]0;owned\a.host' $'1795514403.\xff\xc3.host' "$long" \
                ':2,S' '--help' '-rf' '=cmd|x' '<b>&amp;' "';DROP TABLE delivery;--" $'1795514404.\xe2\x80\xae.host'
            do sed "s/ID/$((++number))/g" "$2" > "./$name" || exit 1; done
            "$PROGRAM" scan --maildir "$1" --ledger "$3" --format jsonl && "$PROGRAM" scan --maildir "$1" --ledger "$3"
            """#
        let mail = try station.folder.write("mail", Mail.bounce("uID@dest.example", id: "ID"))
        let run = try Program.shell(script, station.maildir, mail, station.ledger)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(try run.objects().count == 11)
        #expect(run.output.allSatisfy { $0 == 0x0A || ($0 >= 0x20 && $0 != 0x7F) })
        #expect(station.new.isEmpty)
        #expect(station.cur.count == 11)
        #expect(try station.classes() == ["hard-bounce": 11])
        #expect(try station.summary().addresses == 11)
    }

    /// HTML, SQL, a formula and an escape sequence, where a mail can say anything.
    private static let payload = "=cmd|'/C calc'!A0';DROP TABLE address;--<script>alert(1)</script>\u{1B}[2J"

    @Test(
        "in every field reaches no terminal, no table and no database as anything but text",
        arguments: ["jsonl", "csv"])
    func payloads(format: String) throws {
        let payload = Self.payload
        let mail = Mail.bounce(
            "bob@dest.example", id: "P1", text: "5.1.1 User unknown \(payload)", subject: payload
        ).replacing("November news", with: payload).replacing("mx.dest.example", with: payload)
            .replacing("news-P1", with: payload).replacing("Mail Delivery System", with: payload)
        try station.deliver("1795514401.V1.host", mail)
        let scan = try station.scan("--format", format)
        let after = [
            scan, try Program.run("address", "bob@dest.example", "--ledger", station.ledger),
            try Program.run("suppressed", "--ledger", station.ledger, "--format", format),
        ]
        for run in after {
            #expect(run.status == 0)
            #expect(run.output.allSatisfy { [0x09, 0x0A, 0x0D].contains($0) || $0 >= 0x20 && $0 != 0x7F })
            if format == "csv" {
                #expect(!run.text.contains("\n=") && !run.text.contains(",=") && !run.text.contains(",\"="))
            }
        }
        #expect(after[2].text.contains("bob@dest.example"))
        #expect(try station.classes() == ["hard-bounce": 1])
    }
}
