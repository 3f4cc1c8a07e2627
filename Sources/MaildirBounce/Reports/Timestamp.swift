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
    func digits(_ value: Int, _ width: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(digits(year, 4))-\(digits(month))-\(digits(day))T"
        + "\(digits(second / 3_600)):\(digits(second / 60 % 60)):\(digits(second % 60))Z"
}
