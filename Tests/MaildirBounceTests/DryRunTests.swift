import Foundation
import Testing

@Suite("scan --dry-run")
struct DryRunTests {
    let station: Station

    init() throws { station = try Station() }

    @Test("prints each verdict where it is asked to, too", arguments: ["--verbose", "-v", "--format=text"])
    func verdicts(option: String) throws {
        try station.deliverFour()
        let run = try station.scan("--dry-run", option)
        #expect(run.status == 0)
        #expect(run.text.contains("\(station.maildir)/new/1795514401.V1.host: hard-bounce"))
        #expect(run.text.contains("Newly suppressed addresses: 1"))
    }

    @Test("prints what would change, and writes nothing", arguments: [false, true])
    func writesNothing(asNobody: Bool) throws {
        if asNobody, !Program.isRoot { return }
        try station.deliverFour()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: station.folder.root)
        let before = try station.folder.everything()
        let run = try station.scan("--dry-run", asNobody: asNobody)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(!run.text.contains("1795514401.V1.host"))
        #expect(run.text.contains("Newly suppressed addresses: 1"))
        #expect(run.lines.contains { $0.contains("bob@dest.example") && $0.contains("hard bounce") })
        #expect(run.text.contains("would go to \(station.maildir)/cur"))
        #expect(try station.folder.everything() == before)
    }

    @Test("reads a ledger that is there without touching it", arguments: [false, true])
    func withLedger(asNobody: Bool) throws {
        if asNobody, !Program.isRoot { return }
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "Y1"))
        _ = try station.scan()
        try station.deliver("1795514402.V2.host", Mail.bounce("bob@dest.example", id: "Y2"))
        try station.deliver("1795514403.V3.host", Mail.bounce("eve@dest.example", id: "Y3"))
        _ = try Program.command(["/bin/chmod", "-R", "a+rX", station.folder.root])
        let before = try station.folder.everything()
        let run = try station.scan("--dry-run", "--archive", station.folder.path("archive"), asNobody: asNobody)
        #expect(run.status == 0)
        // Bob is suppressed already.
        #expect(run.text.contains("Newly suppressed addresses: 1"))
        #expect(run.lines.contains { $0.contains("eve@dest.example  hard bounce") })
        #expect(run.text.contains("would go to \(station.folder.path("archive"))/hard-bounce/cur"))
        #expect(try station.folder.everything() == before)
    }

    @Test("says of a message that was counted before that it would only be moved")
    func knownMessage() throws {
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "Z1"))
        _ = try station.scan()
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "Z1"))
        let run = try station.scan("--dry-run")
        #expect(run.lines.contains { $0.hasSuffix("1  were counted by an earlier run and would only be moved") })
        #expect(run.text.contains("Newly suppressed addresses: 0"))
    }

    @Test("prints nothing but verdicts in a format for programs", arguments: ["jsonl", "csv"])
    func formats(format: String) throws {
        try station.deliverFour()
        let run = try station.scan("--dry-run", "--format", format)
        #expect(run.status == 0)
        #expect(run.lines.count == (format == "csv" ? 5 : 4))
        if format == "jsonl" {
            let destinations = try run.objects().compactMap { $0["destination"] as? String }
            #expect(destinations == (1...4).map { "\(station.maildir)/cur/179551440\($0).V\($0).host:2,S" })
        }
    }

    @Test("ignores that another run is at work")
    func unlocked() throws {
        try station.deliverFour()
        let run = try Program.shell(
            #"flock "$1" "$PROGRAM" scan --dry-run --maildir "$1" --ledger "$2""#, station.maildir, station.ledger)
        #expect(run.status == 0)
        #expect(run.text.contains("hard-bounce"))
    }

    @Test("announces what comes of several batches together: a spike that only a later one completes holds back all")
    func batches() throws {
        for number in 0..<5_060 {
            let isOfSpike = !(30..<5_030).contains(number)
            let address = isOfSpike ? "u\(number)@spike.example" : "x@d\(number).example"
            try station.deliver("1795510000.V\(10_000 + number).host", Mail.bounce(address, id: "B\(number)"))
        }
        let dry = try station.scan("--dry-run")
        #expect(dry.text.contains("Newly suppressed addresses: 5000\n"))
        #expect(dry.text.contains("Brakes that would pull: 1\n    spike.example userunknown, "))
        #expect(dry.text.contains(": 60 addresses;"))
        #expect(try station.scan().status == 0)
        #expect(try Program.run("suppressed", "--ledger", station.ledger).lines.count == 5_000)
    }

    @Test("tells whom a policy that was changed lets go, though no message names them")
    func changedPolicy() throws {
        try station.deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "P1"))
        _ = try station.scan()
        try station.deliver("1795514402.V2.host", Mail.bounce("eve@dest.example", id: "P2"))
        let config = try station.folder.write("c.toml", "[policy.hard]\ndays = 2\n")
        let before = try station.folder.everything()
        let run = try station.scan("--dry-run", "--config", config)
        #expect(run.text.contains("The policy has changed since the ledger was written"))
        #expect(run.text.contains("Newly suppressed addresses: 0\nNo longer suppressed: 1\n    bob@dest.example  hard"))
        #expect(try station.folder.everything() == before)
        _ = try station.scan("--config", config)
        #expect(try Program.run("check", "bob@dest.example", "--ledger", station.ledger).status == 0)
        #expect(try Program.run("check", "eve@dest.example", "--ledger", station.ledger).status == 0)
    }

    @Test("tells counters before and after, and the brakes that would pull, and writes nothing")
    func changes() throws {
        try station.deliver("1795514401.V1.host", Mail.softBounce("carol@dest.example", id: "C1"))
        _ = try station.scan()
        try station.deliver("1795514402.V2.host", Mail.softBounce("carol@dest.example", id: "C2"))
        for number in 0..<60 {
            try station.deliver(
                "179551450\(number).V\(number).host", Mail.bounce("u\(number)@spike.example", id: "D\(number)"))
        }
        let before = try station.folder.everything()
        let run = try station.scan("--dry-run")
        #expect(run.status == 0)
        #expect(run.text.contains("Addresses whose counters change: 61"))
        #expect(run.lines.contains("    carol@dest.example  soft 1 -> 2"))
        #expect(run.lines.contains("    u7@spike.example  hard 0 -> 1, held back by the brake"))
        #expect(run.text.contains("Newly suppressed addresses: 0"))
        #expect(run.text.contains("Brakes that would pull: 1"))
        #expect(run.lines.contains { $0.hasPrefix("    spike.example userunknown, 2026-11-24T10:00:00Z to ") })
        #expect(try station.folder.everything() == before)
    }
}
