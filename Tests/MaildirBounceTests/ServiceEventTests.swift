import Foundation
import Testing

@testable import MaildirBounce

@Suite("a mail service's events as files")
struct ServiceEventTests {
    let station: Station

    init() throws { station = try Station() }

    private static func event(_ type: String, _ address: String, _ id: String, _ more: String = "") -> String {
        #"{"email":"\#(address)","timestamp":1767225600,"event":"\#(type)","sg_event_id":"\#(id)","sg_message_id":"m"\#(more)}"#
    }

    private static let unknown = #","type":"bounce","status":"5.1.1","reason":"550 5.1.1 User unknown""#

    private static let body =
        "["
        + [
            event("bounce", "bob@dest.example", "1", unknown), event("spamreport", "ann@dest.example", "2"),
            event("unsubscribe", "cid@dest.example", "3"), event("processed", "dan@dest.example", "4"),
            event("group_unsubscribe", "eve@dest.example", "5", #","asm_group_id":10"#),
        ].joined(separator: ",") + "]"

    private func deliver(_ text: String) throws -> Run {
        try Program.run("deliver", "--maildir", station.maildir, input: Data(text.utf8))
    }

    private func reprocess(_ source: String, _ more: String...) throws -> Run {
        try Program.run(["reprocess", source, "--ledger", station.ledger] + more)
    }

    private func causes() throws -> [String] {
        try Program.run("export", "--format", "jsonl", "--ledger", station.ledger).objects().map { row in
            "\(row["address"] ?? "") \(row["cause"] ?? "") \(row["since"] ?? "")"
        }
    }

    private static let expected = [
        "ann@dest.example complaint 2026-01-01T00:00:00Z", "bob@dest.example hard 2026-01-01T00:00:00Z",
        "cid@dest.example unsubscribed 2026-01-01T00:00:00Z",
    ]

    @Test("deliver divides a body, scan counts each event once, however often the service posts it")
    func delivered() throws {
        for _ in 1...2 {
            let run = try deliver(Self.body)
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(station.new.count == 10)
        #expect(station.folder.names("Maildir/tmp").isEmpty)
        #expect(try station.scan().status == 0)
        #expect(try causes() == Self.expected)
        let eve = ["check", "eve@dest.example", "--ledger", station.ledger]
        #expect(try Program.run(eve).status == 0)
        #expect(try Program.run(eve + ["--stream", "sendgrid:10"]).status == 1)
        let bob =
            try Program.run("address", "bob@dest.example", "--format", "jsonl", "--ledger", station.ledger)
            .objects().first?["reports"] as? [String: Any]
        #expect(bob?["hard"] as? Int == 1)
        #expect(try Program.run("release", "cid@dest.example", "--ledger", station.ledger).status == 0)
        #expect(try Program.run("check", "cid@dest.example", "--ledger", station.ledger).status == 0)
        #expect(try Program.run("ledger", "verify", "--ledger", station.ledger).status == 0)
    }

    @Test("The same event counts once whatever is around it, by mail service and by file")
    func identity() throws {
        let one = Self.event("bounce", "bob@dest.example", "1", Self.unknown)
        let file = try station.folder.write("events.jsonl", "\(one)\n\(one.replacing(":", with: ": "))\n")
        #expect(try reprocess(file).status == 0)
        #expect(try reprocess(file).status == 0)
        #expect(try deliver(one).status == 0)
        #expect(try station.scan().status == 0)
        let record = try Program.run("address", "bob@dest.example", "--format", "jsonl", "--ledger", station.ledger)
        #expect((try record.objects().first?["reports"] as? [String: Any])?["hard"] as? Int == 1)
    }

    @Test(
        "reprocess reads them from files, folders, archives and standard input", arguments: ["file", "folder", "tar"])
    func sources(kind: String) throws {
        let file = try station.folder.write("spool/body.json", Self.body)
        let run =
            switch kind {
            case "folder": try reprocess(station.folder.path("spool"))
            case "tar":
                try Program.shell(
                    #"tar -C "$1" -cz spool | "$PROGRAM" reprocess - --ledger "$2""#, station.folder.path("."),
                    station.ledger)
            default: try reprocess(file)
            }
        #expect(run.status == 0, "\(run.errors)")
        #expect(try causes() == Self.expected)
    }

    @Test("[trust] require asks mails, not files")
    func trust() throws {
        let config = try station.folder.write(
            "config.toml", "[trust]\nrequire = \"message-id\"\nmessage_id_domains = [\"news.example\"]\n")
        let file = try station.folder.write("body.json", Self.body)
        #expect(try reprocess(file, "--config", config).status == 0)
        #expect(try causes() == Self.expected)
    }

    @Test(
        "A file that is broken is named, counts nothing, and stops no other",
        arguments: [
            #"[{"event":"spamreport","email":"ann@dest.example","sg_event_id":"2"},{"event":"#,
            #"{"event":"spamreport","email":"ann@dest.example","sg_event_id":"2"}}"#,
            "[" + Array(repeating: "{}", count: 10_001).joined(separator: ",") + "]",
        ])
    func broken(text: String) throws {
        let folder = station.folder.path("spool")
        let file = try station.folder.write("spool/a.json", text)
        _ = try station.folder.write("spool/b.json", Self.body)
        let run = try reprocess(folder)
        #expect(run.status == 66)
        #expect(run.errors.contains("\(file) looks like a service's events and is no JSON"), "\(run.errors)")
        #expect(try causes() == Self.expected)
    }

    @Test("JSON of something else is passed over; deliver keeps it as it is")
    func others() throws {
        let text = #"{"name":"x","dependencies":{}}"#
        let file = try station.folder.write("spool/package.json", text)
        let run = try reprocess(file)
        #expect(run.status == 65)
        #expect(run.errors.contains("holds no mail"))
        let cut = #"[{"event":"spamreport","email":"ann@dest.example""#
        for body in [text, cut] { #expect(try deliver(body).status == 0) }
        let kept = try station.new.map { try String(contentsOfFile: station.maildir + "/new/" + $0, encoding: .utf8) }
        #expect(kept.sorted() == [cut, text].sorted())
        #expect(try station.scan().status == 0)
        #expect(try causes().isEmpty)
    }

    @Test("SNS's request to confirm a subscription is kept and counts nothing")
    func confirmation() throws {
        let text =
            #"{"Type":"SubscriptionConfirmation","MessageId":"1","TopicArn":"arn:aws:sns:x","SubscribeURL":"https://x","Timestamp":"2026-01-01T00:00:00Z"}"#
        #expect(try deliver(text).status == 0)
        let run = try station.scan("--format", "jsonl")
        #expect(try run.objects().first?["class"] as? String == "not-a-bounce")
    }
}
