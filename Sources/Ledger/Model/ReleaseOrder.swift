/// The order of an address's events, given its releases.
///
/// A release overrides everything that the ledger knew when it was made, whatever its date, and everything that
/// happened before it and became known later. The first is decided by delivery numbers, independent of any clock, the
/// second by time.
struct ReleaseOrder {
    private let releases: [AddressEvent]
    /// Releases from one stream, which override nothing else.
    private let streamReleases: [AddressEvent]
    /// For the releases from each index on: the greatest delivery number, the last moment, and the last action that
    /// they override. The values only decrease.
    private var bounds: [(delivery: Int64, moment: Int64, action: Int64, actionMoment: Int64)] = []

    init(_ events: [AddressEvent]) {
        let all = events.filter { $0.effect == .release }.sorted { $0.ordinal < $1.ordinal }
        releases = all.filter { $0.stream == nil }
        streamReleases = all.filter { $0.stream != nil }
        var bound = (delivery: Int64.min, moment: Int64.min, action: Int64.min, actionMoment: Int64.min)
        for release in releases.reversed() {
            bound.delivery = max(bound.delivery, release.known ?? .min)
            // Mail of the same second: what the ledger did not know came after the release. 0.1.0 did not record what
            // it knew.
            bound.moment = max(bound.moment, release.known == nil ? release.arrival + 1 : release.arrival)
            bound.action = max(bound.action, release.ordinal)
            bound.actionMoment = max(bound.actionMoment, release.arrival)
            bounds.append(bound)
        }
        bounds.reverse()
    }

    /// All events, each release after what it overrides.
    func sorted(_ events: [AddressEvent]) -> [AddressEvent] {
        let events = streamReleases.isEmpty ? events : events.map(marked)
        if releases.isEmpty { return events.sorted(by: AddressEvent.precedes) }
        var stages = [[AddressEvent]](repeating: [], count: releases.count + 1)
        for event in events where event.effect != .release || event.stream != nil {
            stages[stage(of: event)].append(event)
        }
        var result: [AddressEvent] = []
        result.reserveCapacity(events.count)
        for (index, stage) in stages.enumerated() {
            result += stage.sorted(by: AddressEvent.precedes)
            if index < releases.count { result.append(releases[index]) }
        }
        return result
    }

    /// Notes whether a release from a stream overrides what suppressed the address there.
    private func marked(_ event: AddressEvent) -> AddressEvent {
        guard event.stream != nil, event.effect == .unsubscribe || event.effect == .suppress else { return event }
        var event = event
        event.isOverridden = streamReleases.contains { release in
            guard release.stream == event.stream else { return false }
            if event.effect == .suppress { return event.ordinal < release.ordinal || event.arrival < release.arrival }
            return holds(release, against: event)
        }
        return event
    }

    /// Whether a release overrides a report whose first sight is known. A report that was first seen after the release
    /// and before the release's date came after it: the clock was ahead when the release was made.
    private func holds(_ release: AddressEvent, against event: AddressEvent) -> Bool {
        if event.delivery <= release.known ?? .min { return true }
        return event.arrival < release.arrival && event.seen ?? .max >= release.arrival
    }

    /// The index of the last release that overrides an event; the number of releases if none does.
    private func stage(of event: AddressEvent) -> Int {
        if event.seen != nil { return releases.lastIndex { holds($0, against: event) } ?? releases.count }
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            let bound = bounds[middle]
            let holds =
                event.effect.isByHand
                ? event.ordinal < bound.action || event.arrival < bound.actionMoment
                : event.delivery <= bound.delivery || event.arrival < bound.moment
            if holds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? releases.count : low - 1
    }
}
