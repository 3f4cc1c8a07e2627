import ArgumentParser
import Bytes

/// A span of whole days: `400d`, `12w`.
struct DayCount: ExpressibleByArgument {
    /// A hundred years count as for ever.
    private static let limit = 36_525
    let days: Int

    init?(argument: String) {
        guard let unit = argument.last, let number = Int(argument.dropLast()), unit == "d" || unit == "w" else {
            return nil
        }
        let (days, isTooLarge) = number.multipliedReportingOverflow(by: unit == "w" ? 7 : 1)
        guard !isTooLarge, (1...DayCount.limit).contains(days) else { return nil }
        self.days = days
    }

    var seconds: Int64 { Int64(days) * CalendarTime.secondsPerDay }
}

/// A time as the user gives it: a day, a time, or a number of days before or after now, depending on the option.
enum GivenTime: ExpressibleByArgument {
    case at(Int64)
    case days(DayCount)

    init?(argument: String) {
        if let count = DayCount(argument: argument) {
            self = .days(count)
        } else if let time = parsedTimestamp(argument) {
            self = .at(time)
        } else {
            return nil
        }
    }

    /// Seconds since 1970 UTC, if days are counted from `now` on.
    func moment(after now: Int64) -> Int64 {
        switch self {
        case .at(let seconds): seconds
        case .days(let count): now + count.seconds
        }
    }

    /// Seconds since 1970 UTC, if days are counted back from `now`.
    func moment(before now: Int64) -> Int64 {
        switch self {
        case .at(let seconds): seconds
        case .days(let count): max(0, now - count.seconds)
        }
    }
}

extension CalendarTime {
    /// A day for a report, `2026-11-24`.
    ///
    /// - Parameter day: days since 1970-01-01.
    static func text(ofDay day: Int64) -> String { String(timestamp(day * secondsPerDay)?.prefix(10) ?? "?") }
}
