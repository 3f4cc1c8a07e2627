import Bytes
import Ledger

/// The stretches of days that a chart has a bar for: days, or weeks or months where there would be too many.
struct StatisticsPeriods {
    /// How many bars a chart has at most before days become weeks, and weeks months.
    static let limit = 62

    struct Period {
        /// Days since 1970-01-01.
        var days: ClosedRange<Int64>
        var label: String
    }

    /// `day`, `week` or `month`.
    private(set) var unit = "day"
    private(set) var periods: [Period] = []

    /// - Parameter days: from the first day that had a report to the last, or `nil` if no day had.
    init(_ days: ClosedRange<Int64>?) {
        guard let days else { return }
        if days.count <= Self.limit {
            periods = days.map { Period(days: $0...$0, label: CalendarTime.text(ofDay: $0)) }
            return
        }
        // 1970-01-01 was a Thursday; weeks begin on Monday (ISO 8601).
        let monday = days.lowerBound - (days.lowerBound + 3) % 7
        let starts = stride(from: monday, through: days.upperBound, by: 7)
        if Int((days.upperBound - monday) / 7) < Self.limit {
            unit = "week"
            periods = starts.map {
                Period(
                    days: $0...$0 + 6, label: "\(CalendarTime.text(ofDay: $0)) to \(CalendarTime.text(ofDay: $0 + 6))")
            }
            return
        }
        unit = "month"
        for one in days {
            let month = String(CalendarTime.text(ofDay: one).prefix(7))
            if periods.last?.label == month {
                let first = periods[periods.count - 1].days.lowerBound
                periods[periods.count - 1].days = first...one
            } else {
                periods.append(Period(days: one...one, label: month))
            }
        }
    }
}
