import Foundation
import Ledger
import Maildir
import Testing

@testable import MaildirBounce

/// `scan --cur`: a Maildir that people also open by IMAP.
@Suite("scan --cur")
struct CurScanTests {
    let station: Station

    init() throws {
        station = try Station()
    }

    private func put(_ name: String, _ mail: String) throws { try station.folder.write("Maildir/cur/" + name, mail) }

    @Test("counts and moves bounces without a flag, and nothing else")
    func what() throws {
        try put("1795514401.V1.host:2,", Mail.bounce("bob@dest.example", id: "C1"))
        try put("1795514402.V2.host", Mail.softBounce("carol@dest.example", id: "C2"))
        // Letters, automatic answers, and what somebody has opened, answered, marked, deleted, or given a keyword.
        let kept = [
            "1795514403.V3.host:2,": Mail.letter(id: "C3"), "1795514404.V4.host:2,": Mail.autoReply(id: "C4"),
            "1795514405.V5.host:2,S": Mail.bounce("eve@dest.example", id: "C5"),
            "1795514406.V6.host:2,F": Mail.bounce("eve@dest.example", id: "C6"),
            "1795514407.V7.host:2,R": Mail.bounce("eve@dest.example", id: "C7"),
            "1795514408.V8.host:2,T": Mail.bounce("eve@dest.example", id: "C8"),
            "1795514409.V9.host:2,a": Mail.bounce("eve@dest.example", id: "C9"),
            "no-time:2,": Mail.bounce("eve@dest.example", id: "C10"),
        ]
        for (name, mail) in kept { try put(name, mail) }
        let before = station.cur
        #expect(try station.scan().status == 0)
        #expect(station.cur == before)
        #expect(try station.classes().isEmpty)

        // What a dry run says, the run does.
        let everything = try station.folder.everything()
        let dry = try station.scan("--cur", "--dry-run", "--format", "jsonl")
        #expect(try station.folder.everything() == everything)
        let run = try station.scan("--cur", "--format", "jsonl")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == dry.output)
        #expect(run.lines.count == 2)
        #expect(run.text.contains("Maildir/cur/1795514401.V1.host:2,\""))
        #expect(try station.classes() == ["hard-bounce": 1, "soft-bounce": 1])
        #expect(station.cur == (kept.keys + ["1795514401.V1.host:2,S", "1795514402.V2.host:2,S"]).sorted())
    }

    @Test("counts a message once, whoever moves it, and leaves what the ledger knows")
    func once() throws {
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "C1"))
        #expect(try station.scan("--cur").status == 0)
        #expect(station.cur == ["1795514401.V1.host:2,S"])
        // Somebody marks it as unread; a copy comes under another name.
        let cur = station.maildir + "/cur/"
        #expect(rename(cur + "1795514401.V1.host:2,S", cur + "1795514401.V1.host:2,") == 0)
        #expect(try station.scan("--cur").status == 0)
        #expect(station.cur == ["1795514401.V1.host:2,"])
        try put("1795514500.V2.host:2,", Mail.bounce("bob@dest.example", id: "C1"))
        #expect(try station.scan("--cur").status == 0)
        #expect(station.cur == ["1795514401.V1.host:2,", "1795514500.V2.host:2,S"])
        #expect(try station.classes() == ["hard-bounce": 1])
        // What was counted, and not moved since the run was killed: the note is not there yet.
        #expect(unlink(station.maildir + "/" + CurFolder.fileName) == 0)
        #expect(try station.scan("--cur").status == 0)
        #expect(try station.classes() == ["hard-bounce": 1])
    }

    @Test("reads some at a time, goes on where it stopped, and begins again for another ledger")
    func bound() throws {
        for number in 1...5 { try put("179551440\(number).V\(number).host:2,", Mail.letter(id: "L\(number)")) }
        try put("1795514406.V6.host:2,", Mail.bounce("bob@dest.example", id: "C6"))
        for _ in 1...2 {
            #expect(try station.scan("--cur", "--limit", "2").status == 0)
            #expect(try station.classes().isEmpty)
        }
        var runs = 0
        while try station.classes().isEmpty, runs < 5 {
            #expect(try station.scan("--cur", "--limit", "2").status == 0)
            runs += 1
        }
        #expect(try station.classes() == ["hard-bounce": 1])
        #expect(station.cur.filter { $0.hasSuffix("S") } == ["1795514406.V6.host:2,S"])
        // Older than the note says, and more than the overlap.
        try put("1795500000.V7.host:2,", Mail.bounce("carol@dest.example", id: "C7"))
        #expect(try station.scan("--cur").status == 0)
        #expect(try station.classes() == ["hard-bounce": 1])
        let other = station.folder.path("other.sqlite")
        let run = try Program.run(["scan", "--maildir", station.maildir, "--ledger", other, "--new-ledger", "--cur"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(station.cur.contains("1795500000.V7.host:2,S"))
    }

    @Test("goes by the configuration, files to an archive, and passes over what is no file")
    func configuration() throws {
        try put("1795514401.V1.host:2,", Mail.bounce("bob@dest.example", id: "C1"))
        #expect(mkdir(station.maildir + "/cur/1795514402.V2.host:2,", 0o700) == 0)
        #expect(symlink("/etc/passwd", station.maildir + "/cur/1795514403.V3.host:2,") == 0)
        let archive = station.folder.path("archive")
        let config = try station.folder.write(
            "c.toml",
            "maildir = \"\(station.maildir)\"\nledger = \"\(station.ledger)\"\narchive = \"\(archive)\"\n[scan]\ncur = true\n"
        )
        let run = try Program.run("scan", "--config", config)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.isEmpty)
        #expect(station.folder.names("archive/hard-bounce/cur") == ["1795514401.V1.host:2,S"])
        #expect(station.cur == ["1795514402.V2.host:2,", "1795514403.V3.host:2,"])
        let doctor = try Program.run("doctor", "--config", config)
        #expect(doctor.lines.contains { $0.contains("cur holds 2 without a flag") }, "\(doctor.text)")
        let wrong = try station.folder.write("w.toml", "[scan]\ncurr = true\n")
        #expect(try Program.run("scan", "--config", wrong).status == 78)
    }

    @Test("the mark moves on, never beyond the clock, and never back")
    func mark() {
        var mark = CurFolder.Mark(ledger: "x", second: 0)
        #expect(CurFolder.Mark(Array(mark.text.utf8)) == mark)
        #expect(CurFolder.Mark(Array("x y z\n".utf8)) == nil)
        mark = mark.after([1_000_000_000, 1_000_010_000], isComplete: true, now: 2_000_000_000)
        #expect(mark.second == 1_000_010_000 - CurFolder.overlap)
        #expect(mark.after([], isComplete: true, now: 0) == mark)
        #expect(
            mark.after([4_000_000_000], isComplete: true, now: 1_000_020_000).second == 1_000_020_000
                - CurFolder.overlap)
        #expect(mark.after([1], isComplete: true, now: 2_000_000_000) == mark)
        #expect(mark.after([mark.second], isComplete: false, now: 2_000_000_000).second == mark.second + 1)
        #expect(mark.after([mark.second + 9], isComplete: false, now: 2_000_000_000).second == mark.second + 9)
        #expect(CurFolder.readLimit == 10_000)
    }
}
