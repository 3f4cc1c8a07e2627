import Bytes
import Ledger
import Verdict
import Week

/// A stranger who writes reports of his own on the first day of each month: one mail that names two thousand addresses,
/// three hundred mails within an hour about one address each of the largest provider, and three about one address each.
extension Year {
    /// Addresses of the large mail, and mails of the wave.
    private static let large = 2_000
    private static let wave = 300
    private static let singles = 3

    static func isForgersDay(_ day: Int) -> Bool { day % 30 == 20 }

    /// Whom his single mails of a year are about: nobody can tell these from reports without a signature.
    package var singleTargets: Set<Int> {
        Set(
            (0..<Year.days).filter(Year.isForgersDay).flatMap { day in
                (0..<Year.singles).map { target($0, on: day, 90) }
            })
    }

    /// What he writes on a day.
    package func forged(on day: Int) -> [DeliveryEvent] {
        guard Year.isForgersDay(day) else { return [] }
        let time = Year.start + Int64(day) * Year.second + 14 * 3_600
        var events = [forgery((0..<Year.large).map { name(of: target($0, on: day, 91)) }, at: time, number: 0)]
        var number = 1
        for index in 0..<10 * Year.wave where number <= Year.wave {
            let address = target(index, on: day, 92)
            guard domain(of: address) == "alpha.example", !singleTargets.contains(address) else { continue }
            events.append(forgery([name(of: address)], at: time + Int64(number * 10), number: number))
            number += 1
        }
        for index in 0..<Year.singles {
            events.append(
                forgery([name(of: target(index, on: day, 90))], at: time + 7_200, number: 1_000 + index))
        }
        return events
    }

    private func target(_ index: Int, on day: Int, _ purpose: UInt64) -> Int {
        Int(mixed(seed, UInt64(day * 100_000 + index), purpose) % UInt64(count))
    }

    private func forgery(_ addresses: [String], at time: Int64, number: Int) -> DeliveryEvent {
        let identity = UInt64(time) << 16 | UInt64(number)
        var event = DeliveryEvent(
            key: DeliveryKey(
                maildir: "/var/vmail/bounces/Maildir", unique: Array("\(time).V802I\(number).mail".utf8)),
            messageID: "<\(time).\(number)@evil.example>",
            fingerprint: Fingerprint(high: mixed(seed, identity, 32), low: mixed(seed, identity, 33)),
            class: Token(.hardBounce), origin: Token(.remote), arrival: time, dialect: "rfc3464",
            reportingMTA: "mx.evil.example", isVouched: false)
        event.outcomes = addresses.map { address in
            OutcomeEvent(
                address: address, fate: Fate(.hard), reason: Token(.userUnknown), status: "5.1.1", replyCode: "550",
                action: "failed")
        }
        event.holdIfLarge(limit: LedgerLimits.addressesFromOutside)
        return event
    }
}
