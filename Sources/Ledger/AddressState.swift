/// What has happened to one address, and whether it is to be left out: a pure function of its events and the policy.
///
/// No clock is asked. Whether a suppression with an end still holds is for ``Suppression/holds(at:)``.
package struct AddressState: Sendable, Equatable {
    /// How often each thing happened; one report counts once.
    package struct Counters: Sendable, Hashable {
        package var hard = 0
        package var soft = 0
        package var delayed = 0
        package var delivered = 0
        package var complaint = 0
        package var autoReply = 0
        /// Named in a report that counts for nobody: a copy, a double bounce, a message that is no report.
        package var other = 0

        package init() {}
    }

    package internal(set) var counters = Counters()
    /// Arrival of the first and the last report.
    package internal(set) var firstSeen: Int64?
    package internal(set) var lastSeen: Int64?
    /// As the first report writes it, where that is not the canonical form.
    package internal(set) var spelling: String?
    package internal(set) var suppression: Suppression?
    var streaks: [Streak] = []

    package init() {}

    /// The distinct days of the longest streak that is running.
    package var streakDays: Int {
        streaks.lazy.map(\.days.count).max() ?? 0
    }

    /// The state after a set of events, in whatever order they are given.
    ///
    /// A fold over the sorted events: going on from `base` with later events gives what all the events together give.
    static func derive(
        _ events: [AddressEvent], from base: AddressState = AddressState(), policy: Policy
    ) -> AddressState {
        var state = base
        var previous: AddressEvent?
        let isSorted = zip(events, events.dropFirst()).allSatisfy { !AddressEvent.precedes($1, $0) }
        for event in isSorted ? events : events.sorted(by: AddressEvent.precedes) {
            // A report that names the address twice says it once; the worst of it comes first.
            if let previous, previous.arrival == event.arrival, previous.fingerprint == event.fingerprint {
                continue
            }
            previous = event
            state.apply(event, policy)
        }
        return state
    }

    private mutating func apply(_ event: AddressEvent, _ policy: Policy) {
        if firstSeen == nil {
            firstSeen = event.arrival
            spelling = event.spelling
        }
        lastSeen = event.arrival
        if let ended = suppression, !ended.holds(at: event.arrival) {
            suppression = nil
            streaks = []
        }
        switch event.effect {
        case .hard:
            counters.hard += 1
            count(event, .hard, policy)
        case .soft:
            counters.soft += 1
            count(event, .soft, policy)
        case .complaint:
            counters.complaint += 1
            count(event, .complaint, policy)
        case .delivered:
            counters.delivered += 1
            streaks.removeAll { $0.name == Streak.softName }
            if policy.deliveryLiftsSoft && suppression?.cause == .soft {
                suppression = nil
            }
        case .delayed: counters.delayed += 1
        case .autoReply: counters.autoReply += 1
        case .other: counters.other += 1
        }
    }

    private mutating func count(_ event: AddressEvent, _ cause: Suppression.Cause, _ policy: Policy) {
        guard let rule = policy.rule(for: cause), rule.days > 0 else { return }
        var days = 1
        // Where one day is enough there is nothing to remember.
        if rule.days > 1 {
            let name = Streak.name(for: cause)
            let index = streaks.firstIndex { $0.name >= name } ?? streaks.endIndex
            if index == streaks.endIndex || streaks[index].name != name {
                streaks.insert(Streak(name: name, days: []), at: index)
            }
            streaks[index].add(day: CalendarTime.day(of: event.arrival), rule: rule)
            days = streaks[index].days.count
        }
        if days >= rule.days {
            suppress(event, cause, days: days, expiryDays: rule.expiryDays)
        }
    }

    private mutating func suppress(_ event: AddressEvent, _ cause: Suppression.Cause, days: Int, expiryDays: Int?) {
        let until = expiryDays.map { event.arrival + Int64($0) * CalendarTime.secondsPerDay }
        guard var current = suppression else {
            suppression = Suppression(
                cause: cause, reason: event.reason, since: event.arrival, until: until, days: days)
            return
        }
        if cause > current.cause {
            current.cause = cause
            current.reason = event.reason
            current.days = days
            current.until = until
        } else if cause == current.cause {
            current.days = max(current.days, days)
            if cause == .soft {
                current.reason = event.reason
            }
            current.until = until
        }
        suppression = current
    }
}

extension Streak {
    static let softName = Streak.name(for: .soft)

    static func name(for cause: Suppression.Cause) -> String {
        switch cause {
        case .hard: "hard"
        case .soft: "soft"
        case .complaint: "complaint"
        }
    }
}
