import Foundation
import Ledger
import Testing

@Suite("from whose reports it is known that a list was mailed")
struct MailingDayTests {
    private let station: Station

    init() throws { station = try Station() }

    /// A report about a mail of a list, by our own server or by another one.
    private func report(_ address: String, id: String, day: Int, isLocal: Bool, status: String = "5.2.2") -> String {
        let trace =
            isLocal
            ? "Received: by mail.lists.example.com (Postfix)\n\tid \(id); \(day) Nov 2026 10:00:05 +0000 (UTC)"
            : "Received: from mx.dest.example (mx.dest.example [198.51.100.7])\n"
                + "\tby mail.lists.example.com (Postfix) with ESMTP id \(id); \(day) Nov 2026 10:00:05 +0000 (UTC)"
        let server = isLocal ? "mail.lists.example.com" : "mx.dest.example"
        return """
            Return-Path: <>
            Delivered-To: bounces@lists.example.com
            \(trace)
            From: MAILER-DAEMON@\(server)
            Subject: Undelivered Mail Returned to Sender
            To: bounces@lists.example.com
            Message-ID: <\(id)@\(server)>
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b

            The mailbox is full.

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; \(server)

            Final-Recipient: rfc822; \(address)
            Action: failed
            Status: \(status)
            Diagnostic-Code: smtp; 552 \(status) mailbox full

            --b
            Content-Type: text/rfc822-headers

            From: news@lists.example.com
            Date: \(day) Nov 2026 09:00:00 +0000
            List-Id: <news.lists.example.com>
            Message-ID: <m\(day)@lists.example.com>

            --b--

            """
    }

    private func known() throws -> [String] {
        try Program.run("sent", "--list", "--format", "csv", "--ledger", station.ledger).lines.dropFirst().filter {
            !$0.isEmpty
        }
    }

    @Test("Reports of our own server about two addresses make a day known; those of others, who may be forgers, do not")
    func servers() throws {
        for (number, isLocal) in [true, false].enumerated() {
            let station = try Station()
            let config = try station.folder.write(
                "c.toml", "[classifier]\nlocal_hosts = [\"mail.lists.example.com\"]\n")
            for index in 0..<3 {
                try station.deliver(
                    "17955144\(number)\(index).V1.host",
                    report("u\(index)@d\(index).example", id: "R\(number)\(index)", day: 24, isLocal: isLocal))
            }
            #expect(try station.scan("--config", config).status == 0)
            let list = try Program.run("sent", "--list", "--format", "csv", "--ledger", station.ledger)
            #expect(list.lines.contains { $0.contains("news.lists.example.com,2026-11-24") } == isLocal)
        }
    }

    @Test("A wave of forged reports with a day on which nobody failed releases nobody")
    func forged() throws {
        let config = try station.folder.write("c.toml", "[classifier]\nlocal_hosts = [\"mail.lists.example.com\"]\n")
        var number = 0
        func deliver(_ address: String, day: Int, isLocal: Bool) throws {
            number += 1
            try station.deliver(
                "179551\(4_000 + number).V1.host", report(address, id: "W\(number)", day: day, isLocal: isLocal))
        }
        for day in [3, 10, 17] {
            for address in ["bob@dest.example", "x\(day)@d1.example", "y\(day)@d2.example"] {
                try deliver(address, day: day, isLocal: true)
            }
        }
        #expect(try station.scan("--config", config).status == 0)
        #expect(try known().count == 3)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 1)
        for address in ["a@evil.example", "b@evil.example"] { try deliver(address, day: 6, isLocal: false) }
        #expect(try station.scan("--config", config).status == 0)
        #expect(try known().count == 3)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 1)
    }
}
