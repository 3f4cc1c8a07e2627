import TOML
import Testing

/// Each text is wrong in one way; the error says where, and what.
@Suite("a text that is no TOML")
struct ErrorTests {
    private func check(_ text: String, _ expected: String) {
        let error = #expect(throws: TOMLError.self) { try TOMLDocument(text) }
        #expect(error.map { "\($0.position) \($0.message)" } == expected)
        // The same behind another line, which ends as in a file of Windows.
        let later = #expect(throws: TOMLError.self) { try TOMLDocument("# é\r\n" + text) }
        #expect(later?.position.line == error.map { $0.position.line + 1 })
        #expect(later?.position.column == error?.position.column)
    }

    @Test(
        "a quotation mark that is not closed",
        arguments: [
            ("a = \"b", "1:5 a quotation mark that is opened here is not closed"),
            ("a = 'b\r\nc = 1", "1:5 a quotation mark that is opened here is not closed"),
            ("a = \"x\"\n  b = 'y", "2:7 a quotation mark that is opened here is not closed"),
            ("a = [\"b\", \"c]", "1:11 a quotation mark that is opened here is not closed"),
            ("a = \"b\\", "1:5 a quotation mark that is opened here is not closed"),
            ("a = \"b\\\"", "1:5 a quotation mark that is opened here is not closed"),
            ("a = \"\"\"b\n\"\"c", "1:5 a quotation mark that is opened here is not closed"),
            ("a = '''b''\nc", "1:5 a quotation mark that is opened here is not closed"),
        ])
    func quotes(text: String, error: String) { check(text, error) }

    @Test(
        "a bracket that is not closed",
        arguments: [
            ("a = [1,\n2", "1:5 a bracket that is opened here is not closed"),
            ("a = [[1], [2", "1:11 a bracket that is opened here is not closed"),
            (
                "a = [1,\n2\n[b]\nc = 1",
                "3:1 a comma must stand before this, or the bracket that is opened on line 1 is not closed"
            ),
            (
                "a = [\"x\"\nb = 1",
                "2:1 a comma must stand before this, or the bracket that is opened on line 1 is not closed"
            ),
            (
                "a = [\n\"x\",\n\n[policy]",
                "4:2 a text needs quotation marks; or the bracket that is opened on line 1 is not closed"
            ),
            (
                "a = [\"x\",\nledger = 1",
                "2:1 a text needs quotation marks; or the bracket that is opened on line 1 is not closed"
            ),
            ("a = {b = 1\n}", "1:5 a brace that is opened here is not closed on its line"),
            ("a = {b = 1, # c", "1:5 a brace that is opened here is not closed on its line"),
            ("a = {", "1:5 a brace that is opened here is not closed on its line"),
            ("[a", "1:1 a bracket that is opened here is not closed"),
            ("[[a]", "1:1 a bracket that is opened here is not closed"),
            ("[[a\n]]", "1:1 a bracket that is opened here is not closed"),
            ("[", "1:1 a bracket that is opened here is not closed"),
        ])
    func brackets(text: String, error: String) { check(text, error) }

    @Test(
        "a bracket that was never opened",
        arguments: [
            ("a = [}", "1:6 a bracket is closed here that is not open"),
            ("a = ]", "1:5 a bracket is closed here that is not open"),
            ("a = 1 ]", "1:7 a bracket is closed here that is not open"),
            ("a = {b = [1}", "1:12 a bracket is closed here that is not open"),
            ("]", "1:1 a bracket is closed here that is not open"),
            ("a = {b = 1]", "1:11 a bracket is closed here that is not open"),
            ("[a]]", "1:4 a bracket is closed here that is not open"),
        ])
    func strayBrackets(text: String, error: String) { check(text, error) }

    @Test(
        "a key that is none",
        arguments: [
            ("= 1", "1:1 a key must stand before the equals sign"),
            ("[=a]", "1:2 a key must stand before the equals sign"),
            ("[]", "1:2 the name of a table must stand between the brackets"),
            ("[[ ]]", "1:4 the name of a table must stand between the brackets"),
            (
                "[a b]",
                "1:4 after the name of a table its bracket must be closed; a name that has blanks or other signs in it needs quotation marks"
            ),
            ("[.a]", "1:2 a key must stand here"),
            (
                "[[a] ]",
                "1:5 after the name of a table its bracket must be closed; a name that has blanks or other signs in it needs quotation marks"
            ),
            ("a", "1:2 an equals sign and a value must follow the key"),
            ("a # b", "1:3 an equals sign and a value must follow the key"),
            (
                "a 1",
                "1:3 an equals sign must follow the key; a name that has blanks or other signs in it needs quotation marks"
            ),
            ("a: 1", "1:2 an equals sign must follow the key, not a colon"),
            (
                "a b = 1",
                "1:3 an equals sign must follow the key; a name that has blanks or other signs in it needs quotation marks"
            ),
            ("a..b = 1", "1:3 a key must stand here"),
            ("a. = 1", "1:4 a key must not end with a dot"),
            ("é = 1", "1:1 a key may have the letters a to z, digits, _ and - in it; others need quotation marks"),
            ("\"\"\"a\"\"\" = 1", "1:1 a key has one quotation mark before it and one after it, not three"),
            ("!a = 1", "1:1 a key must stand here"),
        ])
    func keys(text: String, error: String) { check(text, error) }

    @Test(
        "a value that is none",
        arguments: [
            ("a =", "1:4 a value must stand after the equals sign"),
            ("a = # c", "1:5 a value must stand here"),
            ("a = ,", "1:5 a value must stand here"),
            ("a = mail.example.com", "1:5 a text needs quotation marks"),
            ("a = /var/mail", "1:5 a text needs quotation marks"),
            ("a = é", "1:5 a text needs quotation marks"),
            ("a = True", "1:5 this is written true or false, in small letters and without quotation marks"),
            ("a = [yes]", "1:6 this is written true or false, in small letters and without quotation marks"),
            ("a = [1 2]", "1:8 a comma or the closing bracket must stand here"),
            ("a = [1,,2]", "1:8 a value must stand here"),
            ("a = [,]", "1:6 a value must stand here"),
            ("a = {b = 1,}", "1:12 no comma may stand before the closing brace"),
            ("a = {b = 1 c = 2}", "1:12 a comma or the closing brace must stand here"),
            ("a = {,}", "1:6 a key must stand here"),
            ("a = 1 b = 2", "1:7 nothing more may follow on this line"),
            ("a = \"b\"c\"", "1:8 nothing more may follow on this line"),
        ])
    func values(text: String, error: String) { check(text, error) }

    @Test(
        "a number that is none",
        arguments: [
            ("a = 012", "1:5 a number must not start with a zero; a text needs quotation marks"),
            ("a = -01", "1:5 a number must not start with a zero; a text needs quotation marks"),
            ("a = 1__0", "1:5 an underscore in a number must stand between two digits; a text needs quotation marks"),
            ("a = _1", "1:5 a text needs quotation marks"),
            ("a = 1_", "1:5 an underscore in a number must stand between two digits; a text needs quotation marks"),
            ("a = 1_.5", "1:5 an underscore in a number must stand between two digits; a text needs quotation marks"),
            ("a = 1_e5", "1:5 an underscore in a number must stand between two digits; a text needs quotation marks"),
            ("a = 1e_5", "1:5 an underscore in a number must stand between two digits; a text needs quotation marks"),
            ("a = 0x_1", "1:5 an underscore in a number must stand between two digits; a text needs quotation marks"),
            ("a = 1.", "1:5 this is no number; a text needs quotation marks"),
            ("a = .5", "1:5 a text needs quotation marks"),
            ("a = 1e", "1:5 this is no number; a text needs quotation marks"),
            ("a = 1.2.3.4", "1:5 this is no number; a text needs quotation marks"),
            ("a = 10.0.0.0/8", "1:5 this is no number; a text needs quotation marks"),
            ("a = 0x", "1:5 this is no number; a text needs quotation marks"),
            ("a = 0xG", "1:5 this is no number; a text needs quotation marks"),
            ("a = -0x1", "1:5 this is no number; a text needs quotation marks"),
            ("a = 0o8", "1:5 this is no number; a text needs quotation marks"),
            ("a = 0b2", "1:5 this is no number; a text needs quotation marks"),
            ("a = +", "1:5 a text needs quotation marks"),
            ("a = 9223372036854775808", "1:5 this number does not fit into 64 bits"),
            ("a = -9223372036854775809", "1:5 this number does not fit into 64 bits"),
            ("a = 0xFFFFFFFFFFFFFFFF", "1:5 this number does not fit into 64 bits"),
        ])
    func numbers(text: String, error: String) { check(text, error) }

    @Test(
        "a date or a time",
        arguments: [
            (
                "a = 1979-05-27",
                "1:5 this value starts as a date or a time, which no key of ours has; a text needs quotation marks"
            ),
            (
                "a = [1, 07:32:00]",
                "1:9 this value starts as a date or a time, which no key of ours has; a text needs quotation marks"
            ),
            (
                "a = 1979-05-27 07:32:00",
                "1:5 this value starts as a date or a time, which no key of ours has; a text needs quotation marks"
            ),
            (
                "a = {b = 1979-05-27T07:32:00Z}",
                "1:10 this value starts as a date or a time, which no key of ours has; a text needs quotation marks"
            ),
            (
                "a = 0000-Ud-5< 0",
                "1:5 this value starts as a date or a time, which no key of ours has; a text needs quotation marks"
            ),
        ])
    func dates(text: String, error: String) { check(text, error) }

    @Test(
        "a sign that no text may have",
        arguments: [
            ("a = \"b\u{0}c\"", "1:7 a NUL stands here, which no text of ours has; take it out"),
            ("# \u{0}", "1:3 a NUL stands here, which no text of ours has; take it out"),
            ("\u{0}a = 1", "1:1 a NUL stands here, which no text of ours has; take it out"),
            ("a = 1\u{0}", "1:6 a NUL stands here, which no text of ours has; take it out"),
            ("a = \"\\u0000\"", "1:6 a NUL stands here, which no text of ours has; take it out"),
            ("a = \"b\\U00000000\"", "1:7 a NUL stands here, which no text of ours has; take it out"),
            ("a = 'b\u{7}'", "1:7 a control character stands here (number 7), which TOML does not allow; take it out"),
            (
                "a = \"\"\"b\n\u{1B}\"\"\"",
                "2:1 a control character stands here (number 27), which TOML does not allow; take it out"
            ),
            ("# \u{7F}", "1:3 a control character stands here (number 127), which TOML does not allow; take it out"),
            ("a = 1\rb = 2", "1:6 a carriage return stands here without a line feed; take it out"),
            (
                "a = \"C:\\dir\"",
                "1:8 the backslash starts an escape that TOML does not know; write two of them, or put the text in single quotation marks"
            ),
            ("a = \"\\u12\"", "1:6 4 hexadecimal digits must follow the \\u"),
            ("a = \"\\U0011\"", "1:6 8 hexadecimal digits must follow the \\U"),
            ("a = \"\\ud800\"", "1:6 no character has this number"),
            ("a = \"\\UFFFFFFFF\"", "1:6 no character has this number"),
        ])
    func signs(text: String, error: String) { check(text, error) }

    @Test(
        "what is said twice",
        arguments: [
            ("a = 1\n\"a\" = 2", "2:1 a is given here a second time; the first is on line 1"),
            ("a.b = 1\na.b = 2", "2:3 b is given here a second time; the first is on line 1"),
            ("[a]\n\n[a]", "3:2 a is given here a second time; the first is on line 1"),
            ("a = 1\n[a]", "2:2 a is given here a second time; the first is on line 1"),
            ("a = 1\n[a.b]", "2:2 a is no table that a header may add to; its value is on line 1"),
            ("a = 1\na.b = 2", "2:1 a is given here a second time; the first is on line 1"),
            ("[a]\nb.c = 1\n[a.b]", "3:4 b is given here a second time; the first is on line 2"),
            ("[a.b]\n[a]\nb.c = 1", "3:1 the table b stands on line 1 already; what belongs to it must stand there"),
            ("a = {b = 1}\na.c = 2", "2:1 a is given here a second time; the first is on line 1"),
            ("a = {b = 1}\n[a.c]", "2:2 a is no table that a header may add to; its value is on line 1"),
            ("a = {b = 1, b = 2}", "1:13 b is given here a second time; the first is on line 1"),
            ("a = {b = {c = 1}, b.d = 2}", "1:19 b is given here a second time; the first is on line 1"),
            ("a = [1]\n[[a]]", "2:3 a is given here a second time; the first is on line 1"),
            ("a = [{b = 1}]\n[a.c]", "2:2 a is no table that a header may add to; its value is on line 1"),
            ("[[a]]\n[a]", "2:2 a is given here a second time; the first is on line 1"),
            ("[a]\n[[a]]", "2:3 a is given here a second time; the first is on line 1"),
            ("[[a]]\n[b]\n[[b.c]]\n[[b]]", "4:3 b is given here a second time; the first is on line 2"),
        ])
    func twice(text: String, error: String) { check(text, error) }

    @Test("is one that is not UTF-8, at the first byte that is wrong")
    func encoding() {
        let texts: [([UInt8], String)] = [
            ([0xE9], "1:1"), (Array("a = \"é".utf8) + [0xFF, 0x22], "1:7"),
            (Array("# é\r\nb = '".utf8) + [0xC3, 0x27], "2:6"),
            (Array("a = 1\n\n# ".utf8) + [0xED, 0xA0, 0x80], "3:3"), (Array("a = 1\n".utf8) + [0xF0, 0x9F], "2:1"),
        ]
        for (text, place) in texts {
            let error = #expect(throws: TOMLError.self) { try TOMLDocument(text) }
            #expect(error?.position.description == place)
            #expect(error?.message == "this is not UTF-8; save the file as UTF-8")
        }
    }
}
