import Testing

@testable import Bytes

@Suite("days and times")
struct TimeTests {
    @Test(
        "days of the calendar, by their number",
        arguments: [
            (-719_528, 0, 1, 1), (-719_469, 0, 2, 29), (-719_468, 0, 3, 1), (-719_529, -1, 12, 31),
            (-865_566, -400, 2, 29), (-1_000_000, -768, 2, 4), (-135_081, 1600, 2, 29), (-25_509, 1900, 2, 28),
            (-25_508, 1900, 3, 1), (-1, 1969, 12, 31), (0, 1970, 1, 1), (789, 1972, 2, 29), (11_016, 2000, 2, 29),
            (11_017, 2000, 3, 1), (20_781, 2026, 11, 24), (47_540, 2100, 2, 28), (47_541, 2100, 3, 1),
            (2_932_896, 9999, 12, 31), (2_932_897, 10_000, 1, 1),
        ] as [(Int64, Int64, Int64, Int64)])
    func civilDates(days: Int64, year: Int64, month: Int64, day: Int64) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date?.daysSince1970 == days)
        #expect(CivilDate(daysSince1970: days) == date)
    }

    @Test("the days of an era follow one another, each once")
    func succession() {
        var before = CivilDate(daysSince1970: -800_001)
        for days in Int64(-800_000)...(-650_000) {
            let date = CivilDate(daysSince1970: days)
            #expect(date.daysSince1970 == days)
            let isNextDay = (date.year, date.month, date.day) == (before.year, before.month, before.day + 1)
            let isNextMonth = (date.year, date.month, date.day) == (before.year, before.month + 1, 1)
            let isNextYear =
                (date.year, date.month, date.day) == (before.year + 1, 1, 1) && before.month == 12 && before.day == 31
            #expect(isNextDay || isNextMonth || isNextYear, "\(before), then \(date)")
            before = date
        }
    }

    @Test(
        "what is no day",
        arguments: [
            (2026, 2, 29), (2100, 2, 29), (-100, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0),
            (2026, 1, 32), (2026, -1, -1),
        ] as [(Int64, Int64, Int64)])
    func noDay(year: Int64, month: Int64, day: Int64) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test("days begin at midnight UTC, before 1970 too")
    func midnight() {
        #expect(CalendarTime.day(of: 86_399) == 0)
        #expect(CalendarTime.day(of: 86_400) == 1)
        #expect(CalendarTime.day(of: -1) == -1)
        #expect(CalendarTime.day(of: -86_400) == -1)
        #expect(CalendarTime.day(of: -86_401) == -2)
    }

    @Test(
        "a time is written as RFC 3339 has it",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_868_800, "2000-03-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (1_795_514_405, "2026-11-24T10:00:05Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ])
    func time(seconds: Int64, text: String) {
        #expect(timestamp(seconds) == text)
    }

    @Test("a time outside the years 1970 to 9999 is not written")
    func impossibleTime() {
        #expect(timestamp(-1) == nil)
        #expect(timestamp(253_402_300_800) == nil)
        #expect(timestamp(.max) == nil)
    }

    @Test(
        "Times as other programs write them",
        arguments: [
            ("2026-11-24T10:00:05Z", 1_795_514_405), ("2026-11-24 10:00:05", 1_795_514_405),
            ("2026-11-24T11:00:05+01:00", 1_795_514_405), ("2026-11-24t04:30:05.5-0530", 1_795_514_405),
            ("2026-11-24T10:00", 1_795_514_400), ("2026-11-24", 1_795_478_400), ("1970-01-01", 0),
            ("2024-02-29", 1_709_164_800), ("2000-02-29", 951_782_400), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ])
    func times(text: String, expected: Int64) {
        #expect(parsedTimestamp(text) == expected)
    }

    @Test("Every time that is written is read again")
    func timesRoundTrip() {
        for seconds in stride(from: Int64(0), through: 253_402_300_799, by: 86_399 * 977) {
            #expect(timestamp(seconds).flatMap(parsedTimestamp) == seconds)
        }
    }

    @Test(
        "What is no time",
        arguments: [
            "", "2026", "2026-13-01", "2026-02-29", "2100-02-29", "2026-11-31", "1969-12-31", "2026-11-24T",
            "2026-11-24x",
            "2026-11-24T24:00", "2026-11-24T10:60", "2026-11-24T10:00:05.", "2026-11-24T10:00:05+1", "24.11.2026",
            "2026-11-24T10:00:05Z ", "1970-01-01T00:00+01:00", "+026-11-24",
        ])
    func noTimes(text: String) { #expect(parsedTimestamp(text) == nil) }
}
