import Bytes
import Ledger

/// The table `[canary]`: mails to addresses that are known to refuse, whose reports show that bounces come back.
///
/// Nothing is sent if it names nobody.
///
/// ```toml
/// [canary]
/// local = "nobody@news.example"   # an address of our own server that does not exist, or a domain of it
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

    var targets: [Target] = []
    var within = TimeSpan(seconds: CalendarTime.secondsPerHour)
    var every = TimeSpan(seconds: CalendarTime.secondsPerDay)
    var sendmail = "/usr/sbin/sendmail"

    /// The targets that are addresses.
    var addresses: [CanonicalAddress] { targets.compactMap(\.address) }

    init() {}

    init(_ table: inout ConfigTable) throws(Failure) {
        for kind in Canary.Kind.allCases { try read(kind, &table) }
        guard targets.count <= Self.targetLimit else {
            throw table.wrong("remote", "and canary.local name more than \(Self.targetLimit) targets")
        }
        within = try Self.span("within", &table) ?? within
        every = try Self.span("every", &table) ?? every
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

    private mutating func read(_ kind: Canary.Kind, _ table: inout ConfigTable) throws(Failure) {
        let complaint = table.wrong(
            kind.rawValue,
            "must be an address or a domain in ASCII, \"nobody@news.example\" or \"refuses.example\", or a list of such, "
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
