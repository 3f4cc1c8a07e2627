import Testing

@testable import MaildirBounce

@Suite("Lists, line by line")
struct ListTests {
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

    @Test(
        "Fields of a table are read as they were written",
        arguments: [
            ["a", "b"], ["", ""], ["=1", "+1", "-1", "@1"], ["'=1", "''=1", "'", "''", "'a"],
            ["a,b", "a\"b", "\"", "\"\""],
            ["\"bob smith\"@x", ",", "=\",\""],
        ])
    func csv(fields: [String]) {
        #expect(csvFields(Array(csvRow(fields).dropLast(1).utf8)) == fields)
    }

    @Test(
        "The keys of an access map",
        arguments: [
            ("bob@dest.example", "bob@dest.example"), (".bob@dest.example", "\".bob\"@dest.example"),
            ("b..ob@dest.example", "\"b..ob\"@dest.example"), ("\"b ob\"@dest.example", "\"b ob\"@dest.example"),
            ("#bob@dest.example", nil), ("b\u{200D}ob@dest.example", nil), ("b\u{FE0F}@dest.example", nil),
        ])
    func accessMap(address: String, key: String?) { #expect(AccessMap.key(address) == key) }

    @Test("Spans of days")
    func days() {
        #expect(DayCount(argument: "400d")?.days == 400)
        #expect(DayCount(argument: "12w")?.days == 84)
        for text in ["", "d", "0d", "-1d", "1y", "1.5d", "36526d", "9223372036854775807w"] {
            #expect(DayCount(argument: text) == nil)
        }
    }
}
