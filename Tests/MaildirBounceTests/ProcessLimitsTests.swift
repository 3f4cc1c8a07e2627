import Foundation
import Testing

@testable import MaildirBounce

@Suite("With a limit on what a process may have, a scan")
struct ProcessLimitsTests {
    private let station: Station

    init() throws {
        station = try Station()
        try station.deliverFour()
    }

    private func scan(_ limit: String) throws -> Run {
        try Program.shell(
            // What a file of the test gets is limited, too.
            #"(ulimit \#(limit) && exec "$PROGRAM" scan --maildir "$1" --ledger "$2") 2>&1 | cat >&2; exit ${PIPESTATUS[0]}"#,
            station.maildir, station.ledger)
    }

    @Test("that may open too few files says so and does nothing", arguments: Array(4...14) + [20, 40, 60])
    func descriptors(count: Int) throws {
        for _ in 0..<3 {
            let run = try scan("-n \(count)")
            #expect(run.status == 75)
            #expect(run.errorLines.count == 1 && run.errors.contains("ulimit -n"), "\(run.errors)")
        }
        #expect(station.new.count == 4)
        #expect(access(station.ledger, F_OK) != 0)
        #expect(try scan("-n 256").status == 0)
        #expect(station.new.isEmpty)
    }

    @Test("raises the limit where it may")
    func raised() throws {
        #expect(try scan("-S -n 10").status == 0)
        #expect(station.cur.count == 4)
    }

    @Test("that may write no large files says so, and loses nothing", arguments: [0, 1, 4, 16, 64, 200])
    func fileSize(blocks: Int) throws {
        let run = try scan("-f \(blocks)")
        if run.status != 0 {
            #expect(run.status == 75, "\(run.errors)")
            #expect(run.errors.contains("ulimit -f"), "\(run.errors)")
        }
        #expect(run.status == 75 || blocks > 16)
        _ = unlink(station.ledger)
        for suffix in ["-wal", "-shm", "-journal"] { _ = unlink(station.ledger + suffix) }
        #expect(station.new.count == 4 || run.status == 0)
    }

    @Test("of a known ledger goes on without the limit", arguments: [1, 40, 100])
    func known(blocks: Int) throws {
        #expect(try station.scan().status == 0)
        for number in 0..<300 {
            try station.deliver("1795514500.V\(number).h", Mail.bounce("u\(number)@dest.example", id: "F\(number)"))
        }
        let run = try scan("-f \(blocks)")
        #expect(run.status == 75, "\(run.errors)")
        #expect(try station.scan().status == 0)
        #expect(try station.classes()["hard-bounce"] == 301)
        #expect(station.new.isEmpty)
    }
}
