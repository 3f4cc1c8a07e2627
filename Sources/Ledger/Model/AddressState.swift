import Bytes
import Verdict

/// What has happened to one address, and whether it is suppressed: a pure function of its events and the policy.
///
/// It does not read the clock. Whether a suppression with an end still holds is decided by ``Suppression/holds(at:)``.
package struct AddressState: Sendable, Equatable {
    /// How often each thing happened; one report counts once.
    package struct Counters: Sendable, Hashable {
        package var hard = 0
        package var soft = 0
        package var delayed = 0
        package var delivered = 0
        package var complaint = 0
        package var autoReply = 0
        /// Named in a report that counts against nobody: a copy, a double bounce, a message that is not a report.
        package var other = 0

        package init() {}
    }

    package internal(set) var counters = Counters()
    /// Arrival of the first and the last report.
    package internal(set) var firstSeen: Int64?
    package internal(set) var lastSeen: Int64?
    /// When it was last suppressed or released by hand.
    package internal(set) var lastAction: Int64?
    /// As the first report writes it, if that is not the canonical form.
    package internal(set) var spelling: String?
    package internal(set) var suppression: Suppression?
    /// What the brake holds back; an address with this and without a suppression may be mailed.
    package internal(set) var held: HeldBack?
    var streaks: [Streak] = []

    package init() {}

    /// The distinct days of the longest current streak.
    package var streakDays: Int {
        streaks.lazy.filter { !$0.isSendersFault && !$0.isUnsubscribed }.map(\.days.count).max() ?? 0
    }

    /// Whether nothing has ever happened.
    var isEmpty: Bool {
        firstSeen == nil && lastAction == nil
    }

    /// Whether an event takes effect after everything that has happened so far.
    func isBefore(_ arrival: Int64) -> Bool {
        (lastSeen ?? -1) < arrival && (lastAction ?? -1) < arrival
    }

    /// The state after a set of events, in whatever order they are given.
    ///
    /// A fold over the sorted events: continuing from `base` with later events gives the same result as all the events
    /// together. `onStep` is called with each event and the state after it.
    static func derive(
        _ events: [AddressEvent], from base: AddressState = AddressState(), domain: String = "", policy: Policy,
        mailings: [String: [Int64]] = [:], onStep: ((AddressEvent, AddressState) -> Void)? = nil
    ) -> AddressState {
        var state = base
        let rules = Rules(domain: domain, policy: policy, mailings: mailings)
        for event in inOrder(events) {
            state.apply(event, rules)
            onStep?(event, state)
        }
        return state
    }

    /// The events in the order in which they take effect. If a report names the address twice, only the worst event is
    /// kept, which comes first.
    static func inOrder(_ events: [AddressEvent]) -> [AddressEvent] {
        if events.count < 2 {
            return events
        }
        var kept = [AddressEvent]()
        kept.reserveCapacity(events.count)
        for event in ReleaseOrder(events).sorted(events) where kept.last?.isOfSameReport(as: event) != true {
            kept.append(event)
        }
        return kept
    }

    /// What the state of an address depends on besides its events.
    private struct Rules {
        var domain: String
        var policy: Policy
        /// The days on which each stream was mailed.
        var mailings: [String: [Int64]]
    }

    private mutating func apply(_ event: AddressEvent, _ rules: Rules) {
        if let ended = suppression, !ended.holds(at: event.arrival) {
            suppression = nil
            streaks.removeAll { !$0.isUnsubscribed }
        }
        if event.effect.isByHand {
            lastAction = max(lastAction ?? event.arrival, event.arrival)
        } else {
            // An event may come after a base that was made from later ones.
            if firstSeen.map({ event.arrival < $0 }) ?? true {
                firstSeen = event.arrival
                spelling = event.spelling
            }
            lastSeen = max(lastSeen ?? event.arrival, event.arrival)
        }
        switch event.currentEffect {
        case .hard:
            counters.hard += 1
            countHard(event, .hard, rules)
        case .relay:
            // The mail did not arrive because an earlier one bounced or was reported as unwanted.
            counters.hard += 1
            countHard(event, .relay, rules)
        case .soft:
            counters.soft += 1
            if event.brake.counts { count(event, .soft, rules) } else { noteOthersFault(event, rules) }
        case .unsubscribe:
            counters.other += 1
            if let stream = event.stream {
                if !event.isOverridden { unsubscribe(from: stream, at: event.arrival) }
            } else if event.isVouched {
                suppress(event, .unsubscribed, days: 1, until: nil)
            }
        case .complaint:
            counters.complaint += 1
            countHard(event, .complaint, rules)
        case .delivered:
            counters.delivered += 1
            streaks.removeAll(where: \.endsWithDelivery)
            held = nil
            let cause = suppression?.cause
            if rules.policy.deliveryLiftsSoft && cause == .soft || rules.policy.lifeLiftsHard && cause == .hard {
                suppression = nil
            }
        case .unprovenDelivery: counters.delivered += 1
        case .delayed: counters.delayed += 1
        case .autoReply: counters.autoReply += 1
        case .other: counters.other += 1
        case .suppress where event.stream != nil:
            if let stream = event.stream, !event.isOverridden { unsubscribe(from: stream, at: event.arrival) }
        case .release where event.stream != nil:
            streaks.removeAll { $0.unsubscribedStream == event.stream }
        case .suppress:
            let days = rules.policy.expiryDays(event, event.causeByHand, domain: rules.domain)
            suppress(event, event.causeByHand, days: 1, until: event.until ?? AddressState.end(of: event, after: days))
        case .release:
            suppression = nil
            held = nil
            streaks.removeAll { !$0.isUnsubscribed }
        }
    }

    /// Remembers since when an address wants no mail of a stream.
    private mutating func unsubscribe(from stream: String, at moment: Int64) {
        let index = streak(Streak.unsubscribed + " " + stream)
        if streaks[index].days.isEmpty { streaks[index].days = [moment] }
    }

    /// Whether it has no suppression, wants the mail of every stream, and nothing of it is held back.
    var isPlain: Bool { suppression == nil && held == nil && !streaks.contains(where: \.isUnsubscribed) }

    /// The streams whose mail it must not get, each with the second since when.
    package var unsubscribed: [(stream: String, since: Int64)] {
        streaks.compactMap { streak in
            guard let stream = streak.unsubscribedStream, let since = streak.days.first else { return nil }
            return (stream, since)
        }
    }

    private mutating func countHard(
        _ event: AddressEvent, _ cause: Suppression.Cause, _ rules: Rules
    ) {
        if event.brake == .held {
            // Days are rounded: a mailing some hours earlier in the day than the last one is not a day earlier.
            let days = Int64(max(rules.policy.brake?.confirmAfterDays ?? 0, 0))
            let wait = max(days * CalendarTime.secondsPerDay - CalendarTime.secondsPerDay / 2, 0)
            // Whoever forges reports can do so twice, so only one that is vouched for confirms another such. A wave for
            // another reason, or long after, is another outage.
            let known = held.flatMap { first in
                let isSame = first.reason == event.reason && first.isVouched == event.isVouched
                return isSame && event.arrival - first.since <= Policy.Brake.confirmWithin ? first : nil
            }
            guard let known, event.isVouched, event.arrival - known.since >= wait else {
                if held?.isVouched != true || event.isVouched {
                    held = known ?? HeldBack(reason: event.reason, since: event.arrival, isVouched: event.isVouched)
                }
                noteOthersFault(event, rules)
                return
            }
        } else if !event.brake.counts {
            noteOthersFault(event, rules)
            return
        }
        count(event, cause, rules)
        if suppression != nil {
            held = nil
        }
    }

    private mutating func count(_ event: AddressEvent, _ cause: Suppression.Cause, _ rules: Rules) {
        let (days, expiry): (Int, Int?)
        switch rules.policy.counting(event, cause, domain: rules.domain) {
        case nil: return
        case .days(let rule, let name):
            if rule.days == 0, Policy.isSendersFault(event, cause) { noteOthersFault(event, rules) }
            guard rule.days > 0, let count = count(event, rule, name) else { return }
            (days, expiry) = (count, rule.expiryDays)
        case .mailings(let rule, let party):
            let index = streak(Streak.name(party, stream: event.stream))
            streaks[index].add(mailed: event.mailingDay)
            let row = MailingRow(
                of: event.mailingDay, failures: streaks[index].days, others: others(party, event.stream),
                mailings: event.stream.flatMap { rules.mailings[$0] } ?? [], rule)
            guard row.satisfies(rule) else { return }
            (days, expiry) = (row.count, rule.expiryDays)
        }
        suppress(event, cause, days: days, until: AddressState.end(of: event, after: expiry))
    }

    /// When a suppression by an event ends, after a number of days.
    private static func end(of event: AddressEvent, after days: Int?) -> Int64? {
        days.map { event.arrival + Int64($0) * CalendarTime.secondsPerDay }
    }

    /// Remembers that a mail of a stream failed, and that it says nothing about the mailbox.
    private mutating func noteOthersFault(_ event: AddressEvent, _ rules: Rules) {
        guard rules.policy.soft == nil, event.stream != nil else { return }
        streaks[streak(Streak.name(.sender, stream: event.stream))].add(mailed: event.mailingDay)
    }

    /// The days of a stream's mails that failed through another's fault.
    func others(_ party: Party, _ stream: String?) -> Set<Int64> {
        var days = Set<Int64>()
        for other in Party.allCases where other != party {
            let name = Streak.name(other, stream: stream)
            for streak in streaks where streak.name == name { days.formUnion(streak.days) }
        }
        return days
    }

    /// - Returns: on how many days, if these are enough.
    private mutating func count(_ event: AddressEvent, _ rule: Policy.Rule, _ name: String) -> Int? {
        // Where one day is enough there is nothing to remember.
        if rule.days <= 1 && rule.spanDays <= 0 { return 1 }
        let index = streak(name)
        streaks[index].add(day: CalendarTime.day(of: event.arrival), rule: rule)
        return streaks[index].satisfies(rule) ? streaks[index].days.count : nil
    }

    /// The place of a streak, which is created if there is none.
    private mutating func streak(_ name: String) -> Int {
        var index = streaks.firstIndex { $0.name >= name } ?? streaks.endIndex
        if index < streaks.endIndex, streaks[index].name == name { return index }
        if streaks.count >= LedgerLimits.streaks,
            let oldest = streaks.indices.min(by: { streaks[$0].days.last ?? 0 < streaks[$1].days.last ?? 0 })
        {
            streaks.remove(at: oldest)
            index = streaks.firstIndex { $0.name >= name } ?? streaks.endIndex
        }
        streaks.insert(Streak(name: name, days: []), at: index)
        return index
    }

    private mutating func suppress(_ event: AddressEvent, _ cause: Suppression.Cause, days: Int, until: Int64?) {
        guard var current = suppression else {
            suppression = Suppression(
                cause: cause, reason: event.reason, since: event.arrival, until: until, days: days,
                relay: event.relay(for: cause), party: event.party)
            return
        }
        if cause > current.cause {
            current.cause = cause
            current.reason = event.reason
            current.relay = event.relay(for: cause)
            current.party = event.party
            current.days = days
            current.until = until
        } else if cause == current.cause {
            current.days = max(current.days, days)
            if cause == .soft || cause == .manual || cause == .relay {
                current.reason = event.reason
                current.relay = event.relay(for: cause)
                current.party = event.party
            }
            current.until = until
        }
        suppression = current
    }
}
