import Testing

@testable import MaildirBounce

@Suite("Lists, line by line")
struct ListTests {
    @Test(
        "Fields of a table are read as they were written",
        arguments: [
            ["a", "b"], ["", ""], ["=1", "+1", "-1", "@1"], ["'=1", "''=1", "'", "''", "'a"],
            ["a,b", "a\"b", "\"", "\"\""],
            ["\"bob smith\"@x", ",", "=\",\""],
        ])
    func csv(fields: [String]) {
        #expect(CSV.fields(of: Array(CSV.row(fields).dropLast(1).utf8)) == fields)
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
