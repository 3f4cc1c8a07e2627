/// Seconds and days since 1970, UTC.
package enum CalendarTime {
    package static let secondsPerDay: Int64 = 86_400
    package static let secondsPerHour: Int64 = 3_600

    /// The number of the UTC calendar day since 1970-01-01.
    package static func day(of time: Int64) -> Int64 {
        time >= 0 ? time / secondsPerDay : -((secondsPerDay - 1 - time) / secondsPerDay)
    }
}

/// A day of the proleptic Gregorian calendar.
///
/// Days are counted in eras of 400 years that begin in March, so that the leap day is a year's last (Howard Hinnant,
/// chrono-compatible low-level date algorithms).
package struct CivilDate: Hashable, Sendable {
    package let year: Int64
    package let month: Int64
    package let day: Int64

    private static let daysPerEra: Int64 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysBefore1970: Int64 = 719_468

    /// Nil if there is no such day.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), day >= 1, day <= CivilDate.dayCount(year, month) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The day that is this many days after 1970-01-01.
    package init(daysSince1970 days: Int64) {
        let shifted = days + CivilDate.daysBefore1970
        let era = (shifted >= 0 ? shifted : shifted - (CivilDate.daysPerEra - 1)) / CivilDate.daysPerEra
        let dayOfEra = shifted - era * CivilDate.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// How many days it is after 1970-01-01.
    package var daysSince1970: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * CivilDate.daysPerEra + dayOfEra - CivilDate.daysBefore1970
    }

    private static func dayCount(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
