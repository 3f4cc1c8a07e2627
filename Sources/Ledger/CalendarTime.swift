/// Days and ISO 8601 times in UTC, without Foundation.
enum CalendarTime {
    static let secondsPerDay: Int64 = 86_400
    static let secondsPerHour: Int64 = 3_600

    /// The number of the UTC calendar day since 1970-01-01.
    static func day(of time: Int64) -> Int64 {
        time >= 0 ? time / secondsPerDay : -((secondsPerDay - 1 - time) / secondsPerDay)
    }

    /// `2026-11-24T10:00:05Z`; the same text that the view `suppressed` gives.
    static func text(_ time: Int64) -> String {
        let days = day(of: time)
        let second = time - days * secondsPerDay
        return date(days) + "T" + pad(second / 3600, 2) + ":" + pad(second / 60 % 60, 2) + ":" + pad(second % 60, 2)
            + "Z"
    }

    /// `2026-11-24`, from days since 1970 (the civil calendar by eras of 400 years that begin in March).
    static func date(_ days: Int64) -> String {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
