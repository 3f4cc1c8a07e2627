import Bytes
import Ledger

/// The table `[canary]`: mails to addresses that are known to refuse, whose reports show that bounces come back.
///
/// Nothing is sent if it names nobody.
///
/// ```toml
/// [canary]
/// local = "news.example"          # a domain of our own server, or an address of it that does not exist
/// remote = "refuses.example"      # a domain, or an address, of somebody who agreed; or a list of such
/// within = "1h"                   # no report for so long is an alarm
/// every = "1d"
/// sendmail = "/usr/sbin/sendmail"
/// ```
struct CanarySettings: Sendable, Equatable {
    struct Target: Sendable, Equatable {
        var kind: Canary.Kind
        /// A canonical address, or a domain.
        var name: String
        /// `nil` for a domain: each canary then has an address of its own.
        var address: CanonicalAddress?
    }

    /// How many targets there may be.
    static let targetLimit = 20
    /// The shortest time after which no report is an alarm, in seconds.
    static let shortestWithin: Int64 = 60
    /// The longest time between two, in seconds.
    static let longestEvery = 366 * CalendarTime.secondsPerDay

    var targets: [Target] = []
    var within = TimeSpan(seconds: CalendarTime.secondsPerHour)
    var every = TimeSpan(seconds: CalendarTime.secondsPerDay)
    var sendmail = "/usr/sbin/sendmail"

    /// The targets that are addresses.
    var addresses: [CanonicalAddress] { targets.compactMap(\.address) }

    init() {}

    /// - Parameter own: the return path, postmaster and the like: a report about one of them is about no canary.
    init(_ table: inout ConfigTable, own: OwnAddresses = OwnAddresses()) throws(Failure) {
        for kind in Canary.Kind.allCases { try read(kind, &table, own) }
        guard targets.count <= Self.targetLimit else {
            throw table.wrong("remote", "and canary.local name more than \(Self.targetLimit) targets")
        }
        within = try Self.span("within", &table) ?? within
        every = try Self.span("every", &table) ?? every
        guard within.seconds >= Self.shortestWithin else {
            throw table.wrong("within", "is shorter than \(Self.shortestWithin) s: a report needs time to come")
        }
        guard every.seconds <= Self.longestEvery else {
            throw table.wrong(
                "every",
                "is longer than \(Self.longestEvery / CalendarTime.secondsPerDay) days; leave the targets out instead")
        }
        guard within <= every else {
            throw table.wrong(
                "within", "is longer than canary.every: the next canary would be sent before this one is overdue")
        }
        sendmail = try table.string("sendmail") ?? sendmail
        guard sendmail.utf8.first == UInt8(ascii: "/") else {
            throw table.wrong("sendmail", "must be the whole path of the program, \"/usr/sbin/sendmail\"")
        }
        try table.rejectUnknownKeys()
    }

    private mutating func read(
        _ kind: Canary.Kind, _ table: inout ConfigTable, _ own: OwnAddresses
    ) throws(Failure) {
        let complaint = table.wrong(
            kind.rawValue,
            "must be an address or a domain in ASCII, \"news.example\" or \"no-such-user@refuses.example\", or a list of such, "
                + "each once")
        var texts: [String] = []
        do {
            texts = try table.string(kind.rawValue).map { [$0] } ?? []
        } catch {
            do { texts = try table.strings(kind.rawValue) ?? [] } catch { throw complaint }
        }
        for text in texts {
            let isAddress = text.contains("@")
            // The domain as the ledger spells it. A minus sign first would be an option of sendmail.
            guard text.utf8.allSatisfy({ $0.isVisible }), text.utf8.first != UInt8(ascii: "-"),
                let address = CanonicalAddress(isAddress ? text : "x@" + text)
            else { throw complaint }
            guard !isAddress || !own.contains(address) else {
                throw table.wrong(
                    kind.rawValue,
                    "names \(address.text), an address of our own that exists (return path, postmaster, abuse, mailer-daemon or "
                        + "[unsubscribe]); name one that does not exist, or a domain")
            }
            let target = Target(
                kind: kind, name: isAddress ? address.text : address.domain, address: isAddress ? address : nil)
            guard !targets.contains(where: { $0.name == target.name }) else { throw complaint }
            targets.append(target)
        }
    }

    private static func span(_ key: String, _ table: inout ConfigTable) throws(Failure) -> TimeSpan? {
        guard let text = try table.string(key) else { return nil }
        guard let span = TimeSpan(argument: text) else {
            throw table.wrong(key, "must be a span of time, \"30m\", \"1h\" or \"1d\"")
        }
        return span
    }
}
