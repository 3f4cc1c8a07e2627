/// What the brake says about one hour of one provider and reason.
package enum BrakeStatus: Int64, Sendable {
    /// No spike.
    case normal = 0
    /// A spike of which nobody has decided: it suppresses nobody.
    case held = 1
    /// A spike that an administrator has confirmed: it counts as if there were no brake.
    case confirmed = 2
    /// A spike that an administrator has released: it counts against nobody, for good.
    case released = 3

    /// Whether an event counts against its address.
    var counts: Bool {
        self == .normal || self == .confirmed
    }
}

/// How many addresses of a provider had an event for a reason in an hour.
struct BrakeCount: Equatable {
    /// Hours since 1970 UTC.
    var hour: Int64
    var addresses: Int64
    var status = BrakeStatus.normal
}

/// What an administrator has decided about a stretch of hours of one provider and reason.
struct BrakeDecision: Equatable {
    var firstHour: Int64
    var lastHour: Int64
    var verdict: BrakeStatus
}

/// Which hours of one provider and reason are a spike: a pure function of the counts and the decisions.
enum BrakeTimeline {
    /// The fewest addresses in an hour that a spike can have, whatever the policy says: below it, no hour is looked at.
    static let floor: Int64 = 3

    /// The status of every hour from `start` on that has a count and is not normal.
    ///
    /// - Parameters:
    ///   - counts: ascending; at least the baseline before `start` and all that follows it. The statuses of the hours
    ///     before `start` are taken as they are.
    ///   - first: the first hour that this provider and reason ever had.
    ///   - start: the beginning of a window.
    ///   - decisions: the later overrules the earlier.
    static func statuses(
        _ counts: [BrakeCount], first: Int64, from start: Int64, decisions: [BrakeDecision], rule: Policy.Brake
    ) -> [Int64: BrakeStatus] {
        let width = rule.window
        var result = [Int64: BrakeStatus]()
        /// Begins where the window's baseline begins, and the sum of the counts from there.
        var tail = counts.startIndex
        var sum: Int64 = 0
        var released = Set<Int64>()
        var next = counts.startIndex
        while next < counts.endIndex {
            let window = beginning(of: counts[next].hour, width)
            var end = next
            var count: Int64 = 0
            while end < counts.endIndex && counts[end].hour < window + width {
                count += counts[end].addresses
                end += 1
            }
            while counts[tail].hour < window - rule.baselineHours {
                if !released.contains(counts[tail].hour) { sum -= counts[tail].addresses }
                tail += 1
            }
            let known = min(max(window - first, 24), rule.baselineHours)
            // count > factor * sum / (windows of the baseline), in whole numbers.
            let isSpike =
                count >= rule.effectiveMinimum
                && saturating(count, known / width) >= saturating(Int64(max(rule.factor, 0)), sum)
            for index in next..<end {
                let hour = counts[index].hour
                var status = counts[index].status
                if window >= start {
                    status =
                        isSpike
                        ? decisions.last { $0.firstHour <= hour && hour <= $0.lastHour }?.verdict ?? .held : .normal
                    if status != .normal { result[hour] = status }
                }
                if status == .released {
                    released.insert(hour)
                } else {
                    sum += counts[index].addresses
                }
            }
            next = end
        }
        return result
    }

    /// The beginning of the window in which an hour lies.
    static func beginning(of hour: Int64, _ width: Int64) -> Int64 {
        hour - hour % width
    }

    private static func saturating(_ left: Int64, _ right: Int64) -> Int64 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? Int64.max : product
    }
}

extension Policy.Brake {
    /// Hours of a window, from 1 to a day.
    var window: Int64 { Int64(min(max(windowHours, 1), 24)) }

    /// Hours of the baseline, at least a day.
    var baselineHours: Int64 { 24 * Int64(min(max(baselineDays, 1), 366)) }

    /// With fewer addresses some hour of the window could fall below the floor.
    var effectiveMinimum: Int64 { max(Int64(minimum), BrakeTimeline.floor * window) }
}
