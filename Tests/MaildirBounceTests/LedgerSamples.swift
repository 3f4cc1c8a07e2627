import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL
import Testing
import Verdict
import Week

/// Ledgers for the tests of commands that read them, written without mails.
enum LedgerSamples {
    /// A report about one address, or about nobody.
    static func report(
        _ number: Int, _ address: String? = "bob@dest.example", kind: OutcomeKind = .hard,
        reason: Reason = .userUnknown, origin: Origin? = .local, at arrival: Int64
    ) -> DeliveryEvent {
        let outcome = address.map {
            OutcomeEvent(
                address: $0, fate: Fate(kind), reason: Token(reason), status: kind == .hard ? "5.1.1" : "5.2.2")
        }
        return DeliveryEvent(
            key: DeliveryKey(maildir: "/var/mail/bounces", unique: Array("\(number).V1.host".utf8)),
            fingerprint: Fingerprint(high: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(number)),
            class: Token(kind == .hard ? .hardBounce : .softBounce), origin: origin.map { Token($0) }, arrival: arrival,
            outcomes: outcome.map { [$0] } ?? [])
    }

    /// A report about one mail of a stream; the report comes at once.
    ///
    /// - Parameters:
    ///   - day: when the mail was sent, in days since 1970.
    ///   - isBulk: whether the returned header says that the mail is a mailing's.
    static func failure(
        _ number: Int, _ address: String = "bob@dest.example", on day: Int64, of stream: String? = "news.firm.example",
        isBulk: Bool = true, reason: Reason = .mailboxFull, kind: OutcomeKind = .soft
    ) -> DeliveryEvent {
        var event = report(
            number, address, kind: kind, reason: reason, at: day * 86_400 + 9 * 3_600 + Int64(number % 3_600))
        event.stream = stream
        event.mailed = day
        event.isBulk = isBulk
        return event
    }

    /// Reports about two other addresses on each of some days, which make these days known.
    static func mailings(_ days: [Int64], of stream: String = "news.firm.example") -> [DeliveryEvent] {
        days.flatMap { day in
            (0..<2).map { number in
                let other = "other\(number)-\(day)@dest.example"
                return failure(100_000 + Int(day % 40_000) * 2 + number, other, on: day, of: stream)
            }
        }
    }

    static var today: Int64 { now / 86_400 }

    /// A day as the commands print it.
    static func text(ofDay day: Int64) -> String { String((timestamp(day * 86_400) ?? "").prefix(10)) }

    /// Makes an empty ledger as an earlier version has left it: with the policy's defaults of that version.
    static func makeOfFirstEdition(_ path: String) throws {
        try make(path, [])
        let statement =
            "UPDATE setting SET value = '1' WHERE name = 'policy-edition'; DELETE FROM setting WHERE name = 'policy'"
        let run = try Program.command(["/usr/bin/env", "sqlite3", path, statement])
        #expect(run.status == 0 && run.errors.isEmpty)
    }

    /// Writes a ledger.
    static func make(_ path: String, _ events: [DeliveryEvent], policy: Policy = Policy()) throws {
        try LedgerStore(path: path, mode: .readWrite, policy: policy).commit(events)
    }

    /// The ledger of a week in which one provider fails for two hours.
    static func makeWeek(_ path: String) throws {
        let week = Week(reports: 1_200, seed: 7)
        try make(path, (0..<week.count).map(week.event))
    }

    static var now: Int64 { Int64(time(nil)) }
}
