import Testing

@testable import MIME

@Suite("Dates")
struct MailDateTests {
    private static let moment: Int64 = 1_795_519_625

    private func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return MailDate.seconds(bytes.span, in: 0..<bytes.count)
    }

    @Test(
        "of every form name the same moment",
        arguments: [
            "Tue, 24 Nov 2026 11:27:05 +0000 (UTC)", "24 Nov 2026 11:27:05 +0000",
            "Tue, 24 Nov 2026 20:27:05 +0900 (JST)",
            "Tue, 24 Nov 2026 06:27:05 -0500", "Tue, 24 Nov 2026 06:27:05 EST", "tue, 24 nov 2026 11:27:05 gmt",
            "Tue,24 Nov 2026 11:27:05+0000(UTC)", "Tuesday, 24 November 2026 11:27:05 UT",
            " \r\n\tTue, 24 Nov 2026 11:27:05 Z\r\n",
            "Tue, 24 Nov 26 11:27:05 GMT", "Tue, 24 Nov 126 11:27:05 GMT", "24 Nov 2026 11:27:05",
            "Tue, 24 Nov 2026 11.27.05 +0000",
            "Tue, 24 Nov 2026 11:27:05.123 +0000", "(a (b) c) Tue (x), 24 (y) Nov 2026 11:27:05 (z) +0000",
            "24 Nov 2026 13:27:05 CEST",
            "24 Nov 2026 20:27:05 JST", "24 Nov 2026 11:27:05 XYZ", "24 Nov 2026 11:27:05 Nonsense",
            "24 Nov 2026 11:27:05 A",
            "24 Nov 2026 20:27:05 GMT+0900", "24 Nov 2026 20:27:05 +09:00", "24 Nov 2026 20:27:05 +900",
            "24 Nov 2026 20:27:05 +09",
            "24 Nov 2026 11:27:05 -0000", "24 Nov 2026 11:27:05 (no end", "24. Nov 2026 11:27:05",
            "24-Nov-2026 11:27:05 +0000",
            "24-Nov-26 06:27:05-0500", "Tue Nov 24 11:27:05 2026", "Tue Nov 24 20:27:05 JST 2026",
            "Tue Nov 24 20:27:05 2026 +0900",
            "Nov 24, 2026 11:27:05", "2026-11-24T11:27:05Z", "2026-11-24 20:27:05 +0900", "2026-11-24t20:27:05.5+09:00",
        ])
    func forms(text: String) {
        #expect(seconds(text) == Self.moment)
    }

    @Test(
        "are counted by the calendar",
        arguments: [
            ("1 Jan 1970 00:00:00 +0000", 0), ("1 Jan 1970 00:00:00 +0100", -3_600),
            ("29 Feb 2000 00:00:00 +0000", 951_782_400),
            ("29 Feb 2024 23:59:59 +0000", 1_709_251_199), ("28 Feb 2100 12:00:00 +0000", 4_107_499_200),
            ("1 Mar 2026 00:00:00 +0000", 1_772_323_200), ("31 Dec 9999 23:59:59 +0000", 253_402_300_799),
            ("31 Dec 99 23:59:59 +0000", 946_684_799), ("1 Jan 49 00:00:00 +0000", 2_493_072_000),
            // A leap second, no seconds, no minutes of the zone that a clock could have.
            ("31 Dec 1999 23:59:60 +0000", 946_684_799), ("24 Nov 2026 11:27 +0000", 1_795_519_620),
            ("24 Nov 2026 11:27:05 +0199", 1_795_519_625), ("24 Nov 2026 11:27:05 +9999", 1_795_519_625),
            ("24 Nov 2026 11:27:05 +1400", 1_795_469_225), ("24 Nov 2026 11:27:05 -1200", 1_795_562_825),
            ("24 Nov 2026 11:27:05 +99999999999999999999", 1_795_519_625),
        ])
    func calendar(text: String, expected: Int64) {
        #expect(seconds(text) == expected)
    }

    @Test(
        "that are none are none",
        arguments: [
            "", "Tue", "Tue,", "24", "24 Nov", "24 Nov 2026", "24 Nov 2026 +0000", "Nov 24", "Nov 24 2026",
            "Nov 24 11:27:05",
            "29 Feb 2026 00:00:00 +0000", "29 Feb 2100 00:00:00 +0000", "30 Feb 2024 00:00:00 +0000",
            "31 Apr 2026 00:00:00 +0000",
            "0 Nov 2026 11:27:05", "32 Nov 2026 11:27:05", "24 Nox 2026 11:27:05", "24 No 2026 11:27:05",
            "24 11 2026 11:27:05",
            "24 Nov 1969 11:27:05", "24 Nov 10000 11:27:05", "24 Nov 2026 24:00:00", "24 Nov 2026 11:60:00",
            "24 Nov 2026 11:27:61",
            "24 Nov 2026 11:27:999", "24 Nov 2026 112705", "99999999999999999999 Nov 2026 11:27:05",
            "2026-13-24T11:27:05Z",
            "2026-11-31T11:27:05Z", "2026/11/24 11:27:05", "-24 Nov 2026 11:27:05", "Tue Tue 24 Nov 2026 11:27:05",
            "((((", "::::",
        ])
    func absurd(text: String) {
        #expect(seconds(text) == nil)
    }

    @Test("are read from a part of the bytes")
    func range() {
        let bytes = Array("x 24 Nov 2026 11:27:05 +0900".utf8)
        #expect(MailDate.seconds(bytes.span, in: 2..<22) == Self.moment)
        #expect(MailDate.seconds(bytes.span, in: 2..<2) == nil)
    }
}
