import ArgumentParser

/// The seconds since 1970 UTC of a time as RFC 3339 writes it, or of a day, `2026-11-24`; nil where it is neither, or
/// outside the years 1970 to 9999.
///
/// `T` may be a blank, seconds may be left out, a fraction of them is dropped, and a time without a zone is UTC, as other
/// databases write it.
func parsedTimestamp(_ text: String) -> Int64? {
    var rest = Array(text.utf8)[...]
    guard let year = digits(4, &rest), take("-", &rest), let month = digits(2, &rest), take("-", &rest),
        let day = digits(2, &rest), year >= 1970, (1...12).contains(month),
        (1...daysInMonth(month, year)).contains(day)
    else { return nil }
    // Days from a civil date by way of eras of 400 years that begin in March, as in timestamp(_:).
    let shiftedYear = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear % 400
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    guard !rest.isEmpty else { return Int64(days * 86_400) }
    guard take("T", &rest) || take("t", &rest) || take(" ", &rest), let hour = digits(2, &rest), take(":", &rest),
        let minute = digits(2, &rest), hour < 24, minute < 60
    else { return nil }
    var second = 0
    if take(":", &rest) {
        guard let whole = digits(2, &rest), whole <= 60 else { return nil }
        second = min(whole, 59)
        if take(".", &rest) {
            guard digits(1, &rest) != nil else { return nil }
            while digits(1, &rest) != nil {}
        }
    }
    guard let offset = zone(&rest), rest.isEmpty else { return nil }
    let result = Int64(days * 86_400 + hour * 3_600 + minute * 60 + second - offset)
    return result >= 0 ? result : nil
}

private func daysInMonth(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// Seconds east of UTC; nil where something else follows.
private func zone(_ rest: inout ArraySlice<UInt8>) -> Int? {
    if rest.isEmpty || take("Z", &rest) || take("z", &rest) { return 0 }
    let sign = take("+", &rest) ? 1 : take("-", &rest) ? -1 : 0
    guard sign != 0, let hours = digits(2, &rest), hours < 24 else { return nil }
    _ = take(":", &rest)
    guard let minutes = digits(2, &rest), minutes < 60 else { return nil }
    return sign * (hours * 3_600 + minutes * 60)
}

private func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest.removeFirst()
    return true
}

private func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
    let head = rest.prefix(count)
    guard head.count == count, head.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    rest.removeFirst(count)
    return head.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}

/// A span of whole days: `400d`, `12w`.
struct DayCount: ExpressibleByArgument {
    /// A hundred years are for ever.
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

    var seconds: Int64 { Int64(days) * 86_400 }
}

/// A moment as a person gives it: a day, a time, or a number of days before or after now, as the option means it.
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

    /// Seconds since 1970 UTC, where days are counted from `now` on.
    func moment(after now: Int64) -> Int64 {
        switch self {
        case .at(let seconds): seconds
        case .days(let count): now + count.seconds
        }
    }

    /// Seconds since 1970 UTC, where days are counted back from `now`.
    func moment(before now: Int64) -> Int64 {
        switch self {
        case .at(let seconds): seconds
        case .days(let count): max(0, now - count.seconds)
        }
    }
}
