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
    /// before reason, reason before class, class before cause), and among equals the later one. Its events are counted
    /// separately from all others.
    package struct Override: Sendable, Equatable {
        package var cause: Suppression.Cause?
        /// The class of the report.
        package var `class`: MessageClass?
        package var reason: Reason?
        /// The domain of the address; with a dot before it, any domain below.
        package var domain: String?
        package var rule: Rule

        package init(
            cause: Suppression.Cause? = nil, class: MessageClass? = nil, reason: Reason? = nil, domain: String? = nil,
            rule: Rule
        ) {
            self.cause = cause
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
            if let wanted = self.class, wanted != event.class?.value { return false }
            if let wanted = reason, wanted != event.reason.value { return false }
            guard let wanted = self.domain else { return true }
            return wanted.utf8.first == UInt8(ascii: ".") ? domain.hasSuffix(wanted) : domain == wanted
        }

        fileprivate var weight: Int {
            (domain == nil ? 0 : 8) + (reason == nil ? 0 : 4) + (self.class == nil ? 0 : 2) + (cause == nil ? 0 : 1)
        }

        /// The name under which the days are counted: what the override matches, so that it does not depend on other
        /// overrides.
        fileprivate var name: String {
            [
                cause.map { "cause=\($0.name)" }, self.class.map { "class=\($0.rawValue)" },
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
        package var minimum = 50
        /// How many times the average of the days before it must be.
        package var factor = 5
        /// How many hours a window has; windows begin at multiples of it since 1970.
        package var windowHours = 1
        /// How many days before the window the average covers; at least one day.
        package var baselineDays = 14
        /// A hard bounce that was held back counts after all when the address has another this many days later,
        /// rounded: no outage lasts that long, and dead addresses are not missed.
        package var confirmAfterDays = 3

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
    package var hostUnknown = Rule(days: 2, within: 62, quietDays: 62, spanDays: 2)
    /// The moment, the quota or the server is to blame: five days within thirty.
    package var soft = Rule(days: 5, within: 30, quietDays: 30)
    /// The recipient complained (RFC 5965): one complaint is enough.
    package var complaint = Rule(days: 1, within: 30, quietDays: 30)
    /// The sender is at fault, see ``sendersReasons``: these failures are counted and suppress nobody.
    package var sender = Rule(days: 0, within: 30, quietDays: 30)
    /// The address is on the list of a relay, which sends it nothing more: one report is enough.
    package var relay = Rule(days: 1, within: 30, quietDays: 30)
    /// Whether a delivery receipt, in addition to resetting the soft streak, lifts a suppression that soft bounces
    /// caused.
    package var deliveryLiftsSoft = true
    package var overrides: [Override] = []
    /// Nil: no brake.
    package var brake: Brake? = Brake()

    package init() {}

    /// The reasons that concern what we send and how, or our server's name, and not the address.
    package static let sendersReasons: Set<Reason> = [
        .authFailure, .badReputation, .blocked, .contentError, .exceedLimit, .failedSTARTTLS, .messageTooBig,
        .policyViolation, .rejected, .requirePTR, .securityError, .spamDetected, .speeding, .tooManyConnections,
        .virusDetected,
    ]

    /// Whether an event that may suppress an address for `cause` is the sender's fault.
    static func isSendersFault(_ event: AddressEvent, _ cause: Suppression.Cause) -> Bool {
        (cause == .hard || cause == .soft) && event.reason.value.map(sendersReasons.contains) ?? false
    }

    /// A soft suppression's life in days; a shorthand for `soft.expiryDays`.
    package var softExpiryDays: Int? {
        get { soft.expiryDays }
        set { soft.expiryDays = newValue }
    }

    /// The rule for an event and the name under which its days are counted; `nil` if it can never suppress.
    func rule(for event: AddressEvent, _ cause: Suppression.Cause, domain: String) -> (rule: Rule, streak: String)? {
        let isSendersFault = Policy.isSendersFault(event, cause)
        // While the sender's faults count against nobody, only an override that names the reason applies to them.
        let mustNameReason = isSendersFault && sender.days == 0
        var chosen: Override?
        for candidate in overrides
        where candidate.matches(event, cause, domain) && !(mustNameReason && candidate.reason == nil) {
            if candidate.weight >= chosen?.weight ?? 0 {
                chosen = candidate
            }
        }
        if let chosen {
            return (chosen.rule, cause.name + " " + chosen.name)
        }
        if isSendersFault { return (sender, "sender") }
        switch cause {
        case .hard where event.reason.value == .hostUnknown: return (hostUnknown, Policy.hostUnknownStreak)
        case .hard: return (hard, cause.name)
        case .soft: return (soft, cause.name)
        case .complaint: return (complaint, cause.name)
        case .relay: return (relay, cause.name)
        case .manual: return nil
        }
    }

    /// Under which name the days of ``hostUnknown`` are counted.
    static let hostUnknownStreak = "hard hostunknown"

    /// One line that differs where two policies differ; kept in the ledger to notice that the numbers have changed.
    package var signature: String {
        func text(_ rule: Rule) -> String {
            "\(rule.days)/\(rule.within)/\(rule.quietDays)/\(rule.spanDays)/\(rule.expiryDays.map(String.init) ?? "-")"
        }
        var parts = [
            "hard \(text(hard))", "hostunknown \(text(hostUnknown))", "soft \(text(soft))",
            "complaint \(text(complaint))", "relay \(text(relay))",
            "lift \(deliveryLiftsSoft)",
            // The number of the list of reasons: when it changes, so do the states.
            "sender 1 \(text(sender))",
        ]
        parts += overrides.map { "[\($0.name)] \(text($0.rule))" }
        if let brake {
            // The number of the algorithm: when it changes, so do the states.
            parts.append(
                "brake 3 \(brake.minimum)/\(brake.factor)/\(brake.windowHours)/\(brake.baselineDays)/"
                    + "\(brake.confirmAfterDays)")
        }
        return parts.joined(separator: " ")
    }
}
