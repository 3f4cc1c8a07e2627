import Classifier
import Foundation
import Glibc
import Ledger
import LedgerPostgreSQL
import Testing

@testable import MaildirBounce

@Suite("pace")
struct PaceTests {
    /// The mails of the examples and a copy of each second one under another name, in an order of their own.
    private static func deliver(to station: Station, salt: Int) throws {
        let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Examples/sample-maildir").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(at: samples, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "eml" }.sorted { $0.path < $1.path }
        try #require(files.count > 10)
        // 31 is prime: each salt below it gives another order, in which all numbers differ.
        for (number, file) in files.enumerated() {
            let mail = try String(contentsOf: file, encoding: .utf8)
            try station.deliver("\(1_795_514_400 + (number + 1) * salt % 31).O\(number).host", mail)
            if number % 2 == 0 { try station.deliver("\(1_795_514_440 - number).C\(number).host", mail) }
        }
    }

    /// Who is suppressed and why, and what each address has had, without the names of files.
    private static func state(_ ledger: String) throws -> String {
        let store = try LedgerStore(path: ledger, mode: .readOnly, policy: Policy())
        var lines = ["\(try store.summary(at: 1_795_600_000))"]
        try store.addresses { address, state in
            lines.append("\(address) \(state)")
            return true
        }
        try store.suppressed(at: 1_795_600_000) {
            lines.append("\($0)")
            return true
        }
        return lines.sorted().joined(separator: "\n")
    }

    private static func scan(_ station: Station, threads: Int, batchCount: Int) throws -> String {
        var order = ScanOrder(
            maildir: station.maildir, ledger: station.ledger, archive: nil, limit: nil, format: nil,
            settings: Settings(), policy: Policy(), trust: TrustRule(), isVerbose: false)
        order.threads = threads
        order.batchCount = batchCount
        var tally = ScanTally()
        #expect(try Scan.run(order, output: StandardOutput(), tally: &tally))
        #expect(station.new.isEmpty)
        return try state(station.ledger)
    }

    @Test(
        "threads, batches and the order of the files make no difference to the ledger",
        arguments: [1, 2, 4], [1, 2, 1_000])
    func indifferent(threads: Int, batchCount: Int) throws {
        let reference = try Station()
        try Self.deliver(to: reference, salt: 1)
        let expected = try Self.scan(reference, threads: 2, batchCount: 1_000)
        #expect(expected.contains("bob@dest.example"))
        for salt in [7, 30] {
            let station = try Station()
            try Self.deliver(to: station, salt: salt)
            #expect(try Self.scan(station, threads: threads, batchCount: batchCount) == expected, "order \(salt)")
        }
    }
}
