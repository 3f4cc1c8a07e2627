import Bytes
import Verdict

/// A range of hours in which many addresses of one provider failed for one reason.
package struct BrakeEpisode: Sendable, Equatable {
    /// The domain of the addresses.
    package var provider: String
    package var reason: Token<Reason>
    /// The beginning of its first hour and the end of its last, in seconds since 1970 UTC.
    package var start: Int64
    package var end: Int64
    /// Addresses that had such an event in one of these hours; an address counts once an hour.
    package var addresses: Int
    /// Addresses that would be suppressed now without the brake.
    package var held: Int
    package var status: BrakeStatus
}

extension LedgerStore {
    /// The spikes that the brake has found, in the order of provider, reason and time; the undecided ones, or all.
    /// Pruned ones are not included.
    package func brakes(all: Bool = false) throws(LedgerError) -> [BrakeEpisode] {
        let gap = policy.brake?.window ?? 1
        return try read { connection in
            let hours = try connection.prepare(
                """
                SELECT p.text, r.text, hour, addresses, status, provider, reason
                FROM brake_hour INDEXED BY brake_status
                JOIN term AS p ON p.id = provider JOIN term AS r ON r.id = reason
                WHERE status <> 0 AND addresses > folded ORDER BY p.text, r.text, hour
                """)
            let held = try connection.prepare(
                """
                SELECT count(DISTINCT m.address) FROM brake_member AS m JOIN address AS a ON a.id = m.address
                WHERE m.provider = ?1 AND m.reason = ?2 AND m.hour >= ?3 AND m.hour < ?4
                    AND a.cause IS NULL AND a.held_since IS NOT NULL AND a.held_reason = ?2
                """)
            var episodes = [BrakeEpisode]()
            var terms = [(provider: Int64, reason: Int64)]()
            while try hours.step() {
                let status = BrakeStatus(rawValue: hours.integer(4)) ?? .held
                if !all && status != .held {
                    continue
                }
                let start = hours.integer(2) * CalendarTime.secondsPerHour
                let episode = BrakeEpisode(
                    provider: hours.text(0), reason: Token(text: hours.text(1)), start: start,
                    end: start + CalendarTime.secondsPerHour, addresses: Int(hours.integer(3)), held: 0,
                    status: status)
                if let last = episodes.last, last.provider == episode.provider, last.reason == episode.reason,
                    last.status == status, start - last.end <= gap * CalendarTime.secondsPerHour
                {
                    episodes[episodes.count - 1].end = episode.end
                    episodes[episodes.count - 1].addresses += episode.addresses
                } else {
                    episodes.append(episode)
                    terms.append((hours.integer(5), hours.integer(6)))
                }
            }
            for index in episodes.indices where episodes[index].status == .held {
                defer { held.reset() }
                try held.bind(1, terms[index].provider)
                try held.bind(2, terms[index].reason)
                try held.bind(3, episodes[index].start / CalendarTime.secondsPerHour)
                try held.bind(4, episodes[index].end / CalendarTime.secondsPerHour)
                if try held.step() {
                    episodes[index].held = Int(held.integer(0))
                }
            }
            return episodes
        }
    }

    /// Decides about the spikes of a provider between two moments, in seconds since 1970 UTC: `confirmed`, they count
    /// as if there were no brake; `released`, they never count against anybody. It applies to spikes that are
    /// undecided, or were decided differently; a later decision overrides an earlier one.
    ///
    /// - Parameter reason: nil for every reason.
    /// - Returns: the episodes that were decided, as they were before.
    @discardableResult
    package func decideBrake(
        provider: String, reason: Token<Reason>? = nil, from start: Int64 = 0,
        to end: Int64 = LedgerLimits.latestArrival,
        _ verdict: BrakeVerdict, note: String? = nil, author: String? = nil, at: Int64
    ) throws(LedgerError) -> [BrakeEpisode] {
        let domain = CanonicalDomain.form(of: Substring(provider).utf8) ?? provider
        let status: BrakeStatus = verdict == .confirm ? .confirmed : .released
        let chosen = try brakes(all: true).filter {
            $0.provider == domain && (reason == nil || $0.reason == reason) && $0.end > start && $0.start < end
                && $0.status != status
        }
        if chosen.isEmpty {
            return []
        }
        try write { connection in
            let terms = try TermTable(connection, writes: true)
            let insert = try connection.prepare(
                """
                INSERT INTO brake_decision (provider, reason, first_hour, last_hour, verdict, at, author, note)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """)
            for episode in chosen {
                try insert.bind(1, try terms.number(episode.provider) as Int64)
                try insert.bind(2, try terms.number(episode.reason.text) as Int64)
                try insert.bind(3, episode.start / CalendarTime.secondsPerHour)
                try insert.bind(4, episode.end / CalendarTime.secondsPerHour - 1)
                try insert.bind(5, status.rawValue)
                try insert.bind(6, LedgerLimits.clamped(arrival: at))
                try insert.bind(7, try terms.number(author?.stored(limit: LedgerLimits.textBytes)))
                try insert.bind(8, note?.stored(limit: LedgerLimits.textBytes))
                try insert.execute()
            }
            for episode in chosen {
                try BatchWriter(connection, policy: policy).settleBrake(
                    [BrakePairName(provider: episode.provider, reason: episode.reason)],
                    from: episode.start / CalendarTime.secondsPerHour)
            }
        }
        return chosen
    }
}

/// An administrator's decision about a spike.
package enum BrakeVerdict: Sendable, Hashable {
    /// These addresses are dead.
    case confirm
    /// The provider had an outage.
    case release
}
