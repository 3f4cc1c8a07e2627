/// A time for a report, `2026-11-24T10:00:05Z` (RFC 3339), or nil outside the years 1970 to 9999.
///
/// - Parameter seconds: since 1970, UTC.
package func timestamp(_ seconds: Int64) -> String? {
    guard (0...253_402_300_799).contains(seconds) else { return nil }
    let date = CivilDate(daysSince1970: CalendarTime.day(of: seconds))
    let second = seconds % CalendarTime.secondsPerDay
    let places =
        [
            (date.year, 4, "-"), (date.month, 2, "-"), (date.day, 2, "T"), (second / 3_600, 2, ":"),
            (second / 60 % 60, 2, ":"),
            (second % 60, 2, "Z"),
        ] as [(Int64, Int, Unicode.Scalar)]
    return String(unsafeUninitializedCapacity: 20) { text in
        var end = 0
        for (value, width, sign) in places {
            var rest = value
            for place in (end..<(end + width)).reversed() {
                text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            end += width + 1
            text[end - 1] = UInt8(ascii: sign)
        }
        return end
    }
}

/// The seconds since 1970 UTC of a time as RFC 3339 writes it, or of a day, `2026-11-24`; `nil` if it is neither, or
/// outside the years 1970 to 9999.
///
/// `T` may be a blank, seconds may be left out, a fraction of them is dropped, and a time without a zone is UTC, as other
/// databases write it.
package func parsedTimestamp(_ text: String) -> Int64? {
    var rest = Array(text.utf8)[...]
    guard let year = digits(4, &rest), take("-", &rest), let month = digits(2, &rest), take("-", &rest),
        let day = digits(2, &rest), year >= 1970, let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let midnight = date.daysSince1970 * CalendarTime.secondsPerDay
    guard !rest.isEmpty else { return midnight }
    guard take("T", &rest) || take("t", &rest) || take(" ", &rest), let hour = digits(2, &rest), take(":", &rest),
        let minute = digits(2, &rest), hour < 24, minute < 60
    else { return nil }
    var second: Int64 = 0
    if take(":", &rest) {
        guard let whole = digits(2, &rest), whole <= 60 else { return nil }
        second = min(whole, 59)
        if take(".", &rest) {
            guard digits(1, &rest) != nil else { return nil }
            while digits(1, &rest) != nil {}
        }
    }
    guard let offset = zone(&rest), rest.isEmpty else { return nil }
    let result = midnight + hour * CalendarTime.secondsPerHour + minute * 60 + second - offset
    return result >= 0 ? result : nil
}

/// Seconds east of UTC; `nil` if something else follows.
private func zone(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    if rest.isEmpty || take("Z", &rest) || take("z", &rest) { return 0 }
    let sign: Int64 = take("+", &rest) ? 1 : take("-", &rest) ? -1 : 0
    guard sign != 0, let hours = digits(2, &rest), hours < 24 else { return nil }
    _ = take(":", &rest)
    guard let minutes = digits(2, &rest), minutes < 60 else { return nil }
    return sign * (hours * CalendarTime.secondsPerHour + minutes * 60)
}

private func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest.removeFirst()
    return true
}

private func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
    let head = rest.prefix(count)
    guard head.count == count, head.allSatisfy(\.isDigit) else { return nil }
    rest.removeFirst(count)
    return head.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
}
