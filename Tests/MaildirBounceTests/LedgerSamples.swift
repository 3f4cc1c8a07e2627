import Glibc
import Ledger
import LedgerPostgreSQL
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
