import Foundation
import Ledger
import LedgerPostgreSQL
import Testing

/// A Maildir, a place for its ledger, and the program to scan it with.
final class Station {
    let folder: TemporaryFolder
    let maildir: String
    let ledger: String

    init() throws {
        folder = try TemporaryFolder()
        maildir = try folder.makeMaildir()
        ledger = folder.path("ledger.sqlite")
    }

    /// Delivers one message of each of four kinds, with these names.
    func deliverFour() throws {
        try deliver("1795514401.V1.host", Mail.bounce("bob@dest.example", id: "S1"))
        try deliver("1795514402.V2.host", Mail.softBounce("carol@dest.example", id: "S2"))
        try deliver("1795514403.V3.host", Mail.autoReply(id: "S3"))
        try deliver("1795514404.V4.host", Mail.letter(id: "S4"))
    }

    func deliver(_ name: String, _ mail: String) throws {
        try folder.write("Maildir/new/" + name, mail)
    }

    func scan(_ more: String..., asNobody: Bool = false) throws -> Run {
        try Program.run(["scan", "--maildir", maildir, "--ledger", ledger] + more, asNobody: asNobody)
    }

    var new: [String] { folder.names("Maildir/new") }
    var cur: [String] { folder.names("Maildir/cur") }

    /// All that the ledger says about its addresses and reports.
    func counters() throws -> String {
        let store = try LedgerStore(path: ledger, mode: .readOnly, policy: Policy())
        var text = "\(try store.summary(at: Station.now))\n"
        for address in ["bob@dest.example", "carol@dest.example", "alice@dest.example"] {
            text += "\(try store.address(address).map { "\($0)" } ?? "-")\n"
        }
        return text
    }

    func summary() throws -> LedgerSummary {
        try LedgerStore(path: ledger, mode: .readOnly, policy: Policy()).summary(at: Station.now)
    }

    /// How many reports of each class the ledger has counted.
    func classes() throws -> [String: Int] {
        try summary().reports.reduce(into: [:]) { $0[$1.class.text, default: 0] += $1.count }
    }

    /// A moment after the messages of ``Mail`` have arrived.
    private static let now: Int64 = 1_795_600_000
}
