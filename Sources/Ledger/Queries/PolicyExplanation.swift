import Bytes
import Verdict

/// One event of an address and what it changed.
package struct PolicyStep: Sendable, Equatable {
    /// When the mail arrived, or when the administrator acted.
    package var at: Int64
    /// What happened: `hard`, `soft`, `relay`, `complaint`, `delivered`, `delayed`, `auto-reply`, `other`, `suppress`,
    /// `release`, or `base` for everything that was pruned.
    package var what: String
    /// Nil for the base.
    package var reason: Token<Reason>?
    /// Whose fault the failure was; nil if nothing failed.
    package var party: Party?
    /// The class of the report.
    package var `class`: Token<MessageClass>?
    package var brake: BrakeStatus
    /// The distinct days of the longest streak after it.
    package var streakDays: Int
    /// The suppression after it.
    package var suppression: Suppression?
    /// One sentence for people.
    package var text: String
}

extension LedgerStore {
    /// Derives the state of an address step by step; `nil` if the ledger does not know it. The last step's suppression
    /// is the one in the ledger.
    ///
    /// - Throws: `badAddress` if this is not an address.
    package func explain(_ address: String) throws(LedgerError) -> [PolicyStep]? {
        let canonical = try LedgerStore.canonical(address)
        let policy = self.policy
        return try read { connection in
            let terms = try TermTable(connection, writes: false)
            let table = try AddressTable(connection, terms)
            guard let entry = try table.entry(canonical.text) else { return nil }
            var events = try table.events(entry.id)
            try BrakeStatuses(connection, terms).mark(&events, domain: canonical.domain)
            let base = try table.base(entry.id)
            var steps = [PolicyStep]()
            if !base.isEmpty {
                steps.append(PolicyStep(base: base))
            }
            var before = base
            let mailings = try MailingDays(connection, terms).known(for: events)
            _ = AddressState.derive(
                events, from: base, domain: canonical.domain, policy: policy, mailings: mailings
            ) { event, after in
                steps.append(PolicyStep(event, before, after, domain: canonical.domain, policy, mailings))
                before = after
            }
            return steps
        }
    }
}

extension LedgerStore {
    /// A day since 1970 as 2026-11-24.
    package static func day(_ number: Int64) -> String {
        String((timestamp(number * CalendarTime.secondsPerDay) ?? "?").prefix { $0 != "T" })
    }
}

extension PolicyStep {
    fileprivate init(base: AddressState) {
        let seen = [base.lastSeen, base.lastAction].compactMap { $0 }.max() ?? 0
        self.init(
            at: seen, what: "base", reason: nil, class: nil, brake: .normal, streakDays: base.streakDays,
            suppression: base.suppression,
            text: "all that came before was pruned; " + (base.suppression.map { "\($0.why)" } ?? "not suppressed"))
    }

    fileprivate init(
        _ event: AddressEvent, _ before: AddressState, _ after: AddressState, domain: String, _ policy: Policy,
        _ mailings: [String: [Int64]]
    ) {
        self.init(
            at: event.arrival, what: event.effect.name, reason: event.reason, party: event.party,
            class: event.class, brake: event.brake, streakDays: after.streakDays,
            suppression: after.suppression,
            text: PolicyStep.changes(event, before, after)
                ?? PolicyStep.count(event, before, after, domain, policy, mailings))
    }

    /// How an event changed the suppression; `nil` if it did not.
    private static func changes(_ event: AddressEvent, _ before: AddressState, _ after: AddressState) -> String? {
        let ended = before.suppression.flatMap { $0.holds(at: event.arrival) ? nil : $0 }
        let prefix = ended.map { "the suppression ended at \(timestamp($0.until ?? 0) ?? "?"); " } ?? ""
        let held = ended == nil ? before.suppression : nil
        switch (held, after.suppression) {
        case (nil, let new?): return prefix + "suppressed: \(new.why)"
        case (let old?, nil): return "lifted: \(old.why)"
        case (let old?, let new?) where old.cause != new.cause: return "suppressed for a stronger reason: \(new.why)"
        case (let old?, let new?) where old.until != new.until:
            return "still suppressed, "
                + (new.until.map { "now until \(timestamp($0) ?? "?")" } ?? "now without an end")
        case (.some, .some): return "still suppressed"
        default: return prefix.isEmpty ? nil : prefix + "counted afresh"
        }
    }

    /// How an event that changed no suppression was counted.
    private static func count(
        _ event: AddressEvent, _ before: AddressState, _ after: AddressState, _ domain: String, _ policy: Policy,
        _ mailings: [String: [Int64]]
    ) -> String {
        let counting = event.cause.flatMap { policy.counting(event, $0, domain: domain) }
        if let cause = event.cause, Policy.isSendersFault(event, cause), case .days(let rule, _) = counting,
            rule.days == 0
        {
            return "the sender's fault: counts against nobody"
        }
        switch event.report {
        case .held:
            return
                "held: its report blames more addresses than one from outside may; maildir-bounce brake list shows it"
        case .released: return "not counted: its report was released"
        case .normal, .confirmed: break
        }
        switch event.brake {
        case .held: return "held back by the brake: many addresses of this domain had this in that hour"
        case .released: return "not counted: the spike of that hour was released"
        case .normal, .confirmed: break
        }
        if event.effect == .unsubscribe || event.effect.isByHand, let stream = event.stream {
            return after.unsubscribed.contains { $0.stream == stream }
                ? "gets no more mail of \(stream)" : "may get mail of \(stream)"
        }
        guard event.cause != nil else {
            switch event.effect {
            case .delivered where before.streakDays != after.streakDays: return "delivered: the soft streak is cleared"
            case .delivered: return "delivered"
            case .unprovenDelivery:
                return "delivered; nothing proves that this is about a mail of ours, so it lifts nothing"
            case .release: return "released; nothing was suppressed"
            default: return "never counts against an address"
            }
        }
        let (rule, name): (Policy.Rule, String)
        switch counting {
        case .mailings(let rule, let party): return count(event, after, rule, party, mailings)
        case .days(let days, let streak) where days.days > 0: (rule, name) = (days, streak)
        default: return "the policy never suppresses for this"
        }
        func days(_ state: AddressState) -> [Int64] { state.streaks.first { $0.name == name }?.days ?? [] }
        let (old, new) = (days(before), days(after))
        if old == new {
            return "the same day as the last one: counted once, day \(new.count) of \(rule.days)"
        }
        if let first = new.first, let last = new.last, new.count >= rule.days {
            return "day \(new.count) of \(rule.days), \(last - first) days after the first of \(rule.spanDays)"
        }
        let again = !old.isEmpty && new.count == 1 ? "; the days before are forgotten" : ""
        return "day \(new.count) of \(rule.days) within \(rule.within) days\(again)"
    }

    /// How a failure of a mailing was counted.
    private static func count(
        _ event: AddressEvent, _ after: AddressState, _ rule: Policy.MailingRule, _ party: Party,
        _ mailings: [String: [Int64]]
    ) -> String {
        let name = Streak.name(party, stream: event.stream)
        let failures = after.streaks.first { $0.name == name }?.days ?? []
        let known = event.stream.flatMap { mailings[$0] } ?? []
        let row = MailingRow(
            of: event.mailingDay, failures: failures, others: after.others(party, event.stream), mailings: known, rule)
        let day = LedgerStore.day(event.mailingDay)
        guard row.isOfMailings else {
            return "mail of \(day), no known mailing: failure \(row.count) of \(rule.days) that are \(rule.apartDays) "
                + "days apart, \(row.spanDays) days after the first of \(rule.spanDays)"
        }
        let stream = event.stream.map { " of \($0)" } ?? ""
        let before = row.endBefore.flatMap { end in failures.contains { $0 < end } ? end : nil }
        return
            "mailing of \(day)\(stream): failure \(row.count) of \(rule.mailings) in a row, \(row.spanDays) days after "
            + "the first of \(rule.mailingSpanDays)"
            + (before.map { "; the mailing of \(LedgerStore.day($0)) did not fail, so the row began after it" } ?? "")
    }
}

extension AddressEvent.Effect {
    var name: String {
        switch self {
        case .complaint: "complaint"
        case .unsubscribe: "unsubscribe"
        case .relay: "relay"
        case .hard: "hard"
        case .soft: "soft"
        case .delayed: "delayed"
        case .delivered, .unprovenDelivery: "delivered"
        case .autoReply: "auto-reply"
        case .other: "other"
        case .suppress: "suppress"
        case .release: "release"
        }
    }
}
