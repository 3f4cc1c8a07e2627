/// A time for a report, `2026-11-24T10:00:05Z` (RFC 3339), or nil outside the years 1970 to 9999.
///
/// - Parameter seconds: since 1970, UTC.
func timestamp(_ seconds: Int64) -> String? {
    guard (0...253_402_300_799).contains(seconds) else { return nil }
    let (days, second) = (Int(seconds / 86_400), Int(seconds % 86_400))
    // Days to a civil date by way of eras of 400 years that begin in March (Howard Hinnant, chrono-compatible
    // low-level date algorithms).
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    let places =
        [
            (year, 4, "-"), (month, 2, "-"), (day, 2, "T"), (second / 3_600, 2, ":"), (second / 60 % 60, 2, ":"),
            (second % 60, 2, "Z"),
        ] as [(Int, Int, Unicode.Scalar)]
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
