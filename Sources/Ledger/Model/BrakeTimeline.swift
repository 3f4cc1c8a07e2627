import Verdict

/// What the brake says about one hour of one provider and reason.
package enum BrakeStatus: Int64, Sendable {
    /// No spike.
    case normal = 0
    /// An undecided spike: it suppresses nobody.
    case held = 1
    /// A spike that an administrator has confirmed: it counts as if there were no brake.
    case confirmed = 2
    /// A spike that an administrator has released: it never counts against anybody.
    case released = 3

    /// Whether an event counts against its address.
    package var counts: Bool {
        self == .normal || self == .confirmed
    }
}

/// How many addresses of a provider had an event for a reason in an hour.
package struct BrakeCount: Equatable {
    /// Hours since 1970 UTC.
    package var hour: Int64
    package var addresses: Int64
    /// How many votes these are, in parts of ``BrakeTimeline/vote``: a report from outside has one, however many addresses
    /// it names.
    package var votes: Int64
    /// How many of the addresses somebody trusted vouches for.
    package var vouched: Int64
    /// As it is stored.
    package var status = BrakeStatus.normal

    /// - Parameters:
    ///   - votes: nil: each address has one.
    ///   - vouched: nil: all are vouched for.
    package init(
        hour: Int64, addresses: Int64, votes: Int64? = nil, vouched: Int64? = nil, status: BrakeStatus = .normal
    ) {
        self.hour = hour
        self.addresses = addresses
        self.votes = votes ?? addresses * BrakeTimeline.vote
        self.vouched = vouched ?? addresses
        self.status = status
    }
}

/// An administrator's decision about a range of hours of one provider and reason.
package struct BrakeDecision: Equatable {
    package var firstHour: Int64
    package var lastHour: Int64
    package var verdict: BrakeStatus
}

/// Which hours of one provider and reason are a spike: a pure function of the counts and the decisions.
///
/// A window is a spike by itself if it is large, many times the average of the days before, and many times what was
/// seen on three of these days: if mail is sent once a day, all failures of a day fall into one hour.
///
/// Outages do not start on the hour. The window after a spike is part of it: it holds back what is new. Holding the window
/// before lifts suppressions that stood before the spike, which must not be in a forger's hands: that window is part of it
/// if reports that are vouched for make the spike by themselves, or else if it belongs to the same rise, with at least
/// ``floor`` votes, `factor` times the average, and more than is usual.
package enum BrakeTimeline {
    /// One vote, in the parts in which the ledger counts them.
    package static let vote: Int64 = 1_000_000
    /// The vote of an address that a vouched report names: more than any other, so that of several reports about one
    /// address it decides. The excess is too small to count.
    package static let vouchedVote = vote + 1

    /// Whether a weight is that of a vouched report, 1 or 0.
    static func vouched(_ weight: Int64) -> Int64 { weight > vote ? 1 : 0 }
    /// The fewest addresses in an hour that a spike can have, whatever the policy says; hours with fewer are ignored.
    package static let floor: Int64 = 3
    /// The number of earlier days with counts as large that make one normal. Two outages do not.
    package static let usualDays = 3
    /// The reasons that concern the address and recur with every mailing, and complaints. Refusals that concern the sender never become
    /// normal: a provider that blocks every day has no dead addresses.
    private static let reasonsOfAddress: Set<Reason> = [
        .userUnknown, .hostUnknown, .hasMoved, .notAccept, .mailboxFull, .suspend, .feedback,
    ]

    package static func canBeUsual(_ reason: Token<Reason>) -> Bool {
        reason.value.map(reasonsOfAddress.contains) ?? false
    }

    /// The first hour whose count influences the statuses from `start` on.
    package static func firstHour(before start: Int64, _ rule: Policy.Brake) -> Int64 {
        dayStart(start - rule.window) - rule.baselineHours
    }

    /// The first hour whose status may change with the count of an hour.
    package static func firstChange(by hour: Int64, _ rule: Policy.Brake) -> Int64 {
        beginning(of: hour, rule.window) - rule.window
    }

    /// The status of every hour from `start` on that has a count and is not normal.
    ///
    /// - Parameters:
    ///   - counts: ascending; from ``firstHour(before:_:)`` on and all that follows it.
    ///   - first: the first hour that this provider and reason ever had.
    ///   - start: the beginning of a window.
    ///   - decisions: the later overrides the earlier. Released hours are not part of the baseline.
    package static func statuses(
        _ counts: [BrakeCount], first: Int64, from start: Int64, canBeUsual: Bool, decisions: [BrakeDecision],
        rule: Policy.Brake
    ) -> [Int64: BrakeStatus] {
        let decisions = decisions.map { ($0.firstHour...max($0.firstHour, $0.lastHour), $0.verdict) }
        func verdict(_ hour: Int64) -> BrakeStatus? { decisions.last { $0.0.contains(hour) }?.1 }

        let windows = windows(of: counts, rule.window) { verdict($0) == .released }
        var average = Average(rule: rule, first: first)
        var peaks = Peaks(days: rule.baselineHours / 24)
        var spikes = Set<Int64>()
        var raised = Set<Int64>()
        var vouched = Set<Int64>()
        func isSpike(_ count: Int64, _ average: Average, _ peaks: Peaks) -> Bool {
            count >= rule.effectiveMinimum && average.isExceeded(by: count)
                && (!canBeUsual || peaks.isExceeded(by: count, factor: rule.wholeFactor))
        }
        for index in windows.indices {
            let window = windows[index]
            average.move(to: window.hour, windows)
            peaks.move(to: window.hour)
            if window.hour >= start - rule.window {
                if isSpike(window.count, average, peaks) { spikes.insert(window.hour) }
                if isSpike(window.vouched, average, peaks) { vouched.insert(window.hour) }
                if window.count >= floor && average.isExceeded(by: window.count)
                    && (!canBeUsual || peaks.areExceeded(by: window.count))
                {
                    raised.insert(window.hour)
                }
            }
            average.add(window)
            peaks.add(window)
        }
        var result = [Int64: BrakeStatus]()
        for hour in counts.lazy.map(\.hour) where hour >= start {
            let window = beginning(of: hour, rule.window)
            if spikes.contains(window) || spikes.contains(window - rule.window)
                || spikes.contains(window + rule.window)
                    && (vouched.contains(window + rule.window) || raised.contains(window))
            {
                result[hour] = verdict(hour) ?? .held
            }
        }
        return result
    }

    /// The hours taken together.
    private static func windows(
        of counts: [BrakeCount], _ width: Int64, isReleased: (Int64) -> Bool
    ) -> [Window] {
        var windows = [Window]()
        for count in counts {
            let hour = beginning(of: count.hour, width)
            if windows.last?.hour != hour {
                windows.append(Window(hour: hour))
            }
            windows[windows.count - 1].count += count.votes
            windows[windows.count - 1].vouched += count.vouched
            if !isReleased(count.hour) {
                windows[windows.count - 1].usual += count.votes
            }
        }
        for index in windows.indices {
            windows[index].count /= vote
            windows[index].usual /= vote
        }
        return windows
    }

    /// The beginning of the window in which an hour lies.
    package static func beginning(of hour: Int64, _ width: Int64) -> Int64 {
        hour - hour % width
    }

    fileprivate static func dayStart(_ hour: Int64) -> Int64 {
        let rest = hour % 24
        return hour - (rest < 0 ? rest + 24 : rest)
    }

    fileprivate static func product(_ left: Int64, _ right: Int64) -> Int64 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? Int64.max : product
    }

    fileprivate struct Window {
        var hour: Int64
        var count: Int64 = 0
        /// Of vouched reports alone.
        var vouched: Int64 = 0
        /// Without what was released.
        var usual: Int64 = 0
    }

    /// The average of the windows of the baseline.
    private struct Average {
        let rule: Policy.Brake
        let first: Int64
        private var tail = 0
        private var sum: Int64 = 0
        /// Hours of the baseline with data; at least a day.
        private var known: Int64 = 24

        init(rule: Policy.Brake, first: Int64) {
            self.rule = rule
            self.first = first
        }

        mutating func move(to hour: Int64, _ windows: [Window]) {
            while windows[tail].hour < hour - rule.baselineHours {
                sum -= windows[tail].usual
                tail += 1
            }
            known = min(max(hour - first, 24), rule.baselineHours)
        }

        mutating func add(_ window: Window) { sum += window.usual }

        /// Whether a count is at least `factor` times the average, in integers.
        func isExceeded(by count: Int64) -> Bool {
            BrakeTimeline.product(count, known / rule.window) >= BrakeTimeline.product(rule.wholeFactor, sum)
        }
    }

    /// The largest window of each day before the present one.
    private struct Peaks {
        let days: Int64
        private var peaks: [(day: Int64, count: Int64)] = []
        /// What was seen on so many days before.
        private var usual: Int64 = 0
        private var day = Int64.min

        init(days: Int64) { self.days = days }

        mutating func move(to hour: Int64) {
            let today = BrakeTimeline.dayStart(hour)
            if today == day { return }
            day = today
            peaks.removeAll { $0.day < today - 24 * days }
            let largest = peaks.map(\.count).sorted(by: >)
            usual = largest.count < BrakeTimeline.usualDays ? 0 : largest[BrakeTimeline.usualDays - 1]
        }

        mutating func add(_ window: Window) {
            if peaks.last?.day == day {
                peaks[peaks.count - 1].count = max(peaks[peaks.count - 1].count, window.usual)
            } else {
                peaks.append((day, window.usual))
            }
        }

        func isExceeded(by count: Int64, factor: Int64) -> Bool {
            count >= BrakeTimeline.product(factor, usual)
        }

        /// Whether a count is more than what was seen on so many days.
        func areExceeded(by count: Int64) -> Bool { count > usual }
    }
}

extension Policy.Brake {
    /// Hours of a window, from 1 to a day.
    package var window: Int64 { Int64(min(max(windowHours, 1), 24)) }

    /// Hours of the baseline, at least a day.
    package var baselineHours: Int64 { 24 * Int64(min(max(baselineDays, 1), 366)) }

    package var wholeFactor: Int64 { Int64(max(factor, 0)) }

    /// With fewer addresses some hour of the window could fall below the floor.
    package var effectiveMinimum: Int64 { max(Int64(minimum), BrakeTimeline.floor * window) }
}
