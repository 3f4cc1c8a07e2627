import Bytes
import Verdict

/// The numbers that decide which addresses are suppressed. A plain value; the caller reads them from the configuration.
package struct Policy: Sendable, Equatable {
    /// When events of one kind suppress an address.
    package struct Rule: Sendable, Equatable {
        /// On how many distinct calendar days (UTC) it must happen; 0 never suppresses.
        package var days: Int
        /// Within how many calendar days, the first and the last included.
        package var within: Int
        /// After how many days without an event the count starts again.
        package var quietDays: Int
        /// How many calendar days the last must come after the first.
        package var spanDays = 0
        /// How many days a suppression lasts after the last event that counted; nothing: until it is lifted.
        package var expiryDays: Int?

        package init(days: Int, within: Int, quietDays: Int, spanDays: Int = 0, expiryDays: Int? = nil) {
            self.days = days
            self.within = within
            self.quietDays = quietDays
            self.spanDays = spanDays
            self.expiryDays = expiryDays
        }
    }

    /// Another rule for some events. A nil field matches anything. If several match, the most specific counts (domain
    /// before reason, reason before class, class before party, party before cause), and among equals the later one. Its events are counted
    /// separately from all others.
    package struct Override: Sendable, Equatable {
        package var cause: Suppression.Cause?
        /// Whose fault the failure is.
        package var party: Party?
        /// The class of the report.
        package var `class`: MessageClass?
        package var reason: Reason?
        /// The domain of the address; with a dot before it, any domain below.
        package var domain: String?
        package var rule: Rule

        package init(
            cause: Suppression.Cause? = nil, party: Party? = nil, class: MessageClass? = nil, reason: Reason? = nil,
            domain: String? = nil, rule: Rule
        ) {
            self.cause = cause
            self.party = party
            self.class = `class`
            self.reason = reason
            if let domain {
                let isBelow = domain.utf8.first == UInt8(ascii: ".")
                let name = isBelow ? domain.dropFirst() : Substring(domain)
                self.domain = (isBelow ? "." : "") + (CanonicalDomain.form(of: name.utf8) ?? String(name))
            }
            self.rule = rule
        }

        fileprivate func matches(_ event: AddressEvent, _ cause: Suppression.Cause, _ domain: String) -> Bool {
            if let wanted = self.cause, wanted != cause { return false }
            if let wanted = party, wanted != Policy.party(of: event) { return false }
            if let wanted = self.class, wanted != event.class?.value { return false }
            if let wanted = reason, wanted != event.reason.value { return false }
            guard let wanted = self.domain else { return true }
            return wanted.utf8.first == UInt8(ascii: ".") ? domain.hasSuffix(wanted) : domain == wanted
        }

        fileprivate var weight: Int {
            (domain == nil ? 0 : 16) + (reason == nil ? 0 : 8) + (self.class == nil ? 0 : 4) + (party == nil ? 0 : 2)
                + (cause == nil ? 0 : 1)
        }

        /// The name under which the days are counted: what the override matches, so that it does not depend on other
        /// overrides.
        fileprivate var name: String {
            [
                cause.map { "cause=\($0.name)" }, party.map { "party=\($0.rawValue)" },
                self.class.map { "class=\($0.rawValue)" },
                reason.map { "reason=\($0.rawValue)" }, domain.map { "domain=\($0)" },
            ].compactMap { $0 }.joined(separator: " ")
        }
    }

    /// When new suppressions from one provider for one reason are held back.
    ///
    /// A provider that answers "user unknown" to everybody for an hour has an outage, and its addresses are not dead.
    /// Such an outage shows in how many addresses of one domain get one reason in a short time, both in absolute
    /// numbers and compared with that domain's past; see ``BrakeTimeline``.
    package struct Brake: Sendable, Equatable {
        /// The fewest addresses in one window; never fewer than ``BrakeTimeline/floor`` an hour.
        package var minimum = 20
        /// How many times the average of the days before it must be.
        package var factor = 5
        /// How many hours a window has; windows begin at multiples of it since 1970.
        package var windowHours = 1
        /// How many days before the window the average covers; at least one day.
        package var baselineDays = 14
        /// A hard bounce that was held back counts after all when the address has another this many days later,
        /// rounded: no outage lasts that long, and dead addresses are not missed.
        package var confirmAfterDays = 3
        /// After more seconds than these, two months of a monthly list, it is not confirmed but held back itself.
        static let confirmWithin: Int64 = 62 * CalendarTime.secondsPerDay

        package init() {}
    }

    /// Which defaults a policy has. A ledger keeps those of the version that has made it until `policy adopt`.
    package enum Edition: Int, Sendable, CaseIterable {
        /// Version 0.1.0.
        case first = 1
        /// Whose fault a failure is, and mailings instead of days.
        case second = 2

        package static let current = Edition.second
    }

    /// The address is dead: one report is enough.
    package var hard = Rule(days: 1, within: 30, quietDays: 30)
    /// The address's domain does not exist: two reports, with a whole day between. A resolver of ours that is out of order
    /// says so of many small domains at once; null MX (RFC 7505) is another reason. The days are those of a monthly list, too.
    package var hostUnknown = Policy.twoReports { didSet { tablesSet.insert(.hostUnknown) } }
    /// Soft bounces by days instead of mailings, whether the recipient is at fault or a system; `nil`: by
    /// ``recipient`` and ``system``.
    package var soft: Rule? { didSet { tablesSet.insert(.soft) } }
    /// The recipient's fault: a mailbox that stays full.
    package var recipient = MailingRule(
        mailings: 3, mailingSpanDays: 14, days: 3, apartDays: 11, spanDays: 30, within: 270)
    /// A server or a network out of order.
    package var system = MailingRule(
        mailings: 5, mailingSpanDays: 30, days: 8, apartDays: 7, spanDays: 56, within: 120)
    /// The recipient complained (RFC 5965): one complaint is enough.
    package var complaint = Rule(days: 1, within: 30, quietDays: 30)
    /// The sender is at fault: these failures are counted and suppress nobody. `nil`: they count as if they were not.
    package var sender: Rule? = Policy.never { didSet { tablesSet.insert(.sender) } }
    /// The address is on the list of a relay, which sends it nothing more: one report is enough.
    package var relay = Rule(days: 1, within: 30, quietDays: 30)
    /// Whether a delivery receipt, in addition to resetting the soft streak, lifts a suppression that soft bounces
    /// caused.
    package var deliveryLiftsSoft = true
    /// Whether a delivery receipt, or a person's own answer, also lifts a suppression that a hard bounce caused.
    package var lifeLiftsHard = false
    /// The reason with which the ledger notes that a person answered from an address.
    package static let answerReason = "answered"
    package var overrides: [Override] = []
    /// Nil: no brake.
    package var brake: Brake? = Brake()

    package init() {}

    /// The tables whose defaults differ between editions.
    package enum Table: Sendable { case hostUnknown, soft, sender }

    /// Those that a configuration sets itself: its numbers hold in every edition.
    private var tablesSet: Set<Table> = []

    package private(set) var edition = Edition.current

    /// Two reports, with a whole day between.
    private static let twoReports = Rule(days: 2, within: 62, quietDays: 62, spanDays: 2)
    private static let never = Rule(days: 0, within: 30, quietDays: 30)
    /// The moment, the quota or the server is to blame: five days within thirty. The base of the table `soft`.
    package static let fiveDays = Rule(days: 5, within: 30, quietDays: 30)

    /// The same numbers, with the defaults of an edition for those that were not set.
    package func inEdition(_ edition: Edition) -> Policy {
        var policy = self
        policy.edition = edition
        let isFirst = edition == .first
        if !tablesSet.contains(.hostUnknown) { policy.hostUnknown = isFirst ? hard : Policy.twoReports }
        if !tablesSet.contains(.soft) { policy.soft = isFirst ? Policy.fiveDays : nil }
        if !tablesSet.contains(.sender) { policy.sender = isFirst ? nil : Policy.never }
        policy.tablesSet = tablesSet
        return policy
    }

    /// Reasons that are the sender's fault if many domains give them at once, and then the brake holds them back. Where
    /// one address or one domain refuses what all others take, it is the recipient's: a domain that was given up and
    /// still has an MX record, an address that its own server takes for no address.
    package static let reasonsOfOne: Set<Reason> = [.noRelaying, .syntaxError, .notCompliantRFC]

    /// The reasons for which no address is suppressed.
    package static var sendersReasons: Set<Reason> {
        Set(Reason.allCases.filter { $0.party == .sender }).subtracting(reasonsOfOne)
    }

    /// Whose fault a failure is, for the policy.
    static func party(of event: AddressEvent) -> Party {
        let party = event.party ?? event.reason.value?.party ?? .system
        return party == .sender && event.reason.value.map(reasonsOfOne.contains) ?? false ? .recipient : party
    }

    /// Whether an event that may suppress an address for `cause` is the sender's fault.
    static func isSendersFault(_ event: AddressEvent, _ cause: Suppression.Cause) -> Bool {
        (cause == .hard || cause == .soft) && party(of: event) == .sender
    }

    /// How the events of one kind are counted.
    enum Counting {
        /// The rule and the name under which the days are counted.
        case days(Rule, streak: String)
        /// The rule, and whose fault it is.
        case mailings(MailingRule, Party)
    }

    /// How an event is counted; `nil` if it can never suppress.
    func counting(_ event: AddressEvent, _ cause: Suppression.Cause, domain: String) -> Counting? {
        let isSendersFault = sender != nil && Policy.isSendersFault(event, cause)
        // While the sender's faults count against nobody, only an override that is about them applies to them.
        let mustBeNamed = isSendersFault && sender?.days == 0
        var chosen: Override?
        for candidate in overrides
        where candidate.matches(event, cause, domain)
            && !(mustBeNamed && candidate.reason == nil && candidate.party == nil)
        {
            if candidate.weight >= chosen?.weight ?? 0 {
                chosen = candidate
            }
        }
        if let chosen {
            return .days(chosen.rule, streak: cause.name + " " + chosen.name)
        }
        if isSendersFault, let sender { return .days(sender, streak: "sender") }
        switch cause {
        case .hard where event.reason.value == .hostUnknown: return .days(hostUnknown, streak: Policy.hostUnknownStreak)
        case .hard: return .days(hard, streak: cause.name)
        case .soft:
            if let soft { return .days(soft, streak: cause.name) }
            return Policy.party(of: event) == .recipient ? .mailings(recipient, .recipient) : .mailings(system, .system)
        case .complaint: return .days(complaint, streak: cause.name)
        case .relay: return .days(relay, streak: cause.name)
        case .manual, .unsubscribed: return nil
        }
    }

    /// After how many days a suppression that an event causes ends; `nil`: never.
    func expiryDays(_ event: AddressEvent, _ cause: Suppression.Cause, domain: String) -> Int? {
        switch counting(event, cause, domain: domain) {
        case .days(let rule, _): rule.expiryDays
        case .mailings(let rule, _): rule.expiryDays
        case nil: nil
        }
    }

    /// Under which name the days of ``hostUnknown`` are counted.
    static let hostUnknownStreak = "hard hostunknown"

    /// One line that differs where two policies differ; kept in the ledger to notice that the numbers have changed.
    package var signature: String {
        func text(_ rule: Rule) -> String {
            "\(rule.days)/\(rule.within)/\(rule.quietDays)/\(rule.spanDays)/\(rule.expiryDays.map(String.init) ?? "-")"
        }
        func text(_ rule: MailingRule) -> String {
            "\(rule.mailings)/\(rule.mailingSpanDays)/\(rule.days)/\(rule.apartDays)/\(rule.spanDays)/\(rule.within)/"
                + "\(rule.expiryDays.map(String.init) ?? "-")"
        }
        var parts = [
            "edition \(edition.rawValue)",
            "hard \(text(hard))", "hostunknown \(text(hostUnknown))", "soft \(soft.map(text) ?? "-")",
            "complaint \(text(complaint))", "relay \(text(relay))",
            "lift \(deliveryLiftsSoft)\(lifeLiftsHard ? " hard" : "")",
            // The number of the list of reasons: when it changes, so do the states.
            "sender 2 \(sender.map(text) ?? "-")",
        ]
        if soft == nil {
            // The number of the algorithm, likewise.
            parts.append("mailings 1 \(text(recipient)) \(text(system))")
        }
        parts += overrides.map { "[\($0.name)] \(text($0.rule))" }
        if let brake {
            // The number of the algorithm: when it changes, so do the states.
            parts.append(
                "brake 4 \(brake.minimum)/\(brake.factor)/\(brake.windowHours)/\(brake.baselineDays)/"
                    + "\(brake.confirmAfterDays)")
        }
        return parts.joined(separator: " ")
    }
}
