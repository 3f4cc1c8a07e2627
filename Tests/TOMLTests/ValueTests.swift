import TOML
import Testing

@Suite("the values of a TOML text")
struct ValueTests {
    private func value(_ text: String) throws -> TOMLValue.Content? {
        try TOMLDocument("a = \(text)\n").root["a"]?.value.content
    }

    @Test(
        "are texts of one line or several, in quotation marks of either kind",
        arguments: [
            (#""""#, ""), ("''", ""), (#""b""#, "b"), (#"'b\n"'"#, #"b\n""#), (#""é日🎉""#, "é日🎉"),
            (#""\b\t\n\f\r\"\\""#, "\u{8}\t\n\u{C}\r\"\\"), (#""\u00e9\U0001F389""#, "é🎉"),
            ("\"\"\"b\nc\"\"\"", "b\nc"), ("\"\"\"\nb\"\"\"", "b"), ("\"\"\"\r\nb\r\nc\"\"\"", "b\nc"),
            ("\"\"\"b \\\n \n\t c\"\"\"", "b c"), ("\"\"\"b\"\"\"\"\"", "b\"\""), ("'''b\\\n''c'''''", "b\\\n''c''"),
            ("'#b' # c", "#b"),
        ])
    func texts(text: String, expected: String) throws {
        #expect(try value(text) == .string(expected))
    }

    @Test(
        "are whole numbers",
        arguments: [
            ("0", 0), ("-0", 0), ("+17", 17), ("1_000", 1_000), ("0x1F", 31), ("0xdead_beef", 0xDEAD_BEEF),
            ("0o17", 15),
            ("0b101", 5), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
        ])
    func integers(text: String, expected: Int) throws {
        #expect(try value(text) == .integer(expected))
    }

    @Test(
        "are other numbers, and what is true or false",
        arguments: [
            ("1.5", .float(1.5)), ("-0.0", .float(0)), ("1e3", .float(1_000)), ("6.02E-2", .float(0.0602)),
            ("1_0.0_1", .float(10.01)), ("inf", .float(.infinity)), ("-inf", .float(-.infinity)), ("true", .bool(true)),
            ("false", .bool(false)),
        ] as [(String, TOMLValue.Content)])
    func others(text: String, expected: TOMLValue.Content) throws {
        #expect(try value(text) == expected)
        #expect(try value("nan") != .float(0))
    }

    @Test("of a table are its entries in the order of the text, each with its place")
    func order() throws {
        let root = try TOMLDocument(
            """
            # é
            zoo = 1
              "é é" = [ "x", # comment
                 2, ]

            [policy.soft]
            days = 5
            [[rule]]
            when.text = "a"
            when.status = "b"
            then = {class = "c", "é" = "é", kind.of = true}
            [[rule]]
            [policy]
            lifts = true
            """
        ).root
        #expect(root.entries.map(\.key) == ["zoo", "é é", "policy", "rule"])
        #expect(root.entries.map(\.keyPosition.description) == ["2:1", "3:3", "6:2", "8:3"])
        // A table that was named on the way to another one starts at its own header.
        #expect(root.entries.map(\.value.position.description) == ["2:7", "3:11", "13:1", "8:1"])
        let list = try #require(root["é é"]?.value.array)
        #expect(list.map(\.position.description) == ["3:13", "4:6"])
        #expect(list[0].string == "x" && list[1].integer == 2)
        let policy = try #require(root["policy"]?.value.table)
        #expect(policy.entries.map(\.key) == ["soft", "lifts"])
        #expect(policy["soft"]?.keyPosition.description == "6:9")
        #expect(policy["soft"]?.value.table?["days"]?.value.position.description == "7:8")
        let rules = try #require(root["rule"]?.value.array)
        #expect(rules.map(\.position.description) == ["8:1", "12:1"])
        #expect(rules[1].table?.entries.isEmpty == true)
        let rule = try #require(rules[0].table)
        let when = try #require(rule["when"])
        #expect(when.keyPosition.description == "9:1" && when.value.position.description == "9:1")
        #expect(when.value.table?["status"]?.keyPosition.description == "10:6")
        let then = try #require(rule["then"]?.value)
        #expect(then.position.description == "11:8")
        #expect(then.table?["kind"]?.value.table?["of"]?.value.bool == true)
        // Columns count characters, not bytes.
        #expect(then.table?["kind"]?.keyPosition.description == "11:33")
        #expect(root["absent"] == nil)
    }

    @Test(
        "may be added to where TOML allows it",
        arguments: [
            "[a.b]\n[a]", "[a.b]\n[a.c]", "a.b = 1\na.c = 2", "[a]\nb.c = 1\n[a.b.d]", "[[a]]\n[a.b]\n[[a]]\n[a.b]",
            "[[a.b]]\n[a]", "[a]\nb.c = {d = 1}\nb.e = 2", "a = {b.c = 1, b.d = 2}", "[a.b.c]\n[a]\nd.e = 1",
        ])
    func additions(text: String) throws {
        #expect(try TOMLDocument(text).root.entries.map(\.key) == ["a"])
    }

    @Test("are the same whether lines end with LF or CR LF, with a byte order mark and without, at the same places")
    func lineEnds() throws {
        let text = "a = 1 # c\n\n[b]\nc = [\n  1,\n]\nd = \"\"\"\nx\n\"\"\"\ne = 2\n"
        let expected = try TOMLDocument(text)
        #expect(expected.root["b"]?.value.table?["e"]?.keyPosition.description == "10:1")
        let windows =
            "\u{FEFF}" + text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        #expect(try TOMLDocument(windows) == expected)
        #expect(try TOMLDocument("").root.entries.isEmpty)
        #expect(try TOMLDocument("\u{FEFF}").root.entries.isEmpty)
    }
}
