import Testing

@testable import MaildirBounce

@Suite("the hazards of a TOML text")
struct TOMLHazardTests {
    private func hazard(_ text: String) -> TOMLHazard? {
        firstHazard(in: Array(text.utf8), keyDepthLimit: 3)
    }

    @Test(
        "are brackets that no name follows",
        arguments: [
            "[=a]", "\u{FEFF}[[[", "[\u{07}a]", "[\n]", "[[.a]]", "[ é]", " \t[#", "a = [\n1 ]\n[?]", "a = 1\n\n[=]",
        ])
    func nameless(text: String) {
        let line = text.utf8.count { $0 == UInt8(ascii: "\n") } + (text == "[\n]" ? 0 : 1)
        #expect(hazard(text) == .namelessTable(line: line))
    }

    @Test(
        "are NULs, as bytes anywhere and as escapes in texts",
        arguments: [
            "\u{0}", "a = 1\u{0}", "# c\u{0}\na = 1", "a = \"x\u{0}y\"", "a = 'x\u{0}'", "a = \"x\\u0000y\"",
            "a = \"\\U00000000\"", "a = [\"b\", \"\\\\\\u0000\"]", "\"k\\u0000\" = 1", "a = \"\"\"x\\u0000\"\"\"",
            "a = \"\\x00\"",
        ])
    func nul(text: String) {
        #expect(hazard(text) == .nul(line: 1))
        #expect(hazard("b = 1\n\n" + text) == .nul(line: 3))
    }

    @Test(
        "are no backslashes before other things",
        arguments: [
            "a = '\\u0000'", "a = \"\\\\u0000\"", "a = \"\\u0001\"", "# \\u0000", "a = \"\\u00\"", "a = \"u0000\"",
        ])
    func noNUL(text: String) {
        #expect(hazard(text) == nil)
    }

    @Test(
        "are brackets that close what is not open", arguments: ["a = [}", "a = ]", "a = {b = [1}]", "a = [\n{b = 1}}"])
    func stray(text: String) {
        #expect(hazard(text) == .strayBracket(line: text.contains("\n") ? 2 : 1))
    }

    /// toml++ 3.4 ends the program for some of what starts as a date or a time.
    @Test(
        "are values that start as a date or a time",
        arguments: [
            "a = 1939-05-27", "a = 1939-05-27T:07", "a=07:32:00", "a = [1, +1939-05]", "a = { b = 1939-05-27 }",
            "a = 1939-05-27 07:32:00", "a = [0000-Ud-5< 0]", "a = 0000-Ud-5= 0", "a = {b = 1, c = 0x00-Ud-5= 0}",
            "a = [1, 2, 0000-Ud-5]", "a = [# b\n\t0000-Ud-5]", "a = [[0000-Ud-5]]", "a = 0\"/\u{19}-05-2\u{1} 1",
        ])
    func date(text: String) {
        #expect(hazard(text) == .date(line: text.contains("\n") ? 2 : 1))
    }

    @Test(
        "are no numbers, texts and comments",
        arguments: [
            "a = 1 # 2", "a = [1, 2, 3]", "a = { b = 1, c = [1, 2], d = 3 }", "a = {b = {c = 1}, d = 2}",
            "a = 1\nb = 2", "a = \"b 2\"", "# a 2",
            "a = 1e-5", "a = -5", "a = [-5, -6, 1E-7]", "a = \"1939-05-27\"", "a-1-b = 1", "a = b-1-2", "[a1-b]",
            "a = { b1-c = 1 }", "# 1939-05-27",
        ])
    func numbers(text: String) {
        #expect(hazard(text) == nil)
    }

    @Test(
        "are no brackets of names and of values",
        arguments: [
            "[a]", "[ a ]", "[[a]]", "[[ \"a\"]]", "['a']", "[_a]", "[-]", "[]", "[", "[[", "a = [\n[=1]\n]\n[b]",
            "a = {b = [\n[+1]]}", "# [=", "a = \"[=\"", "a = \"\"\"\n[=\"\"\"",
        ])
    func named(text: String) {
        #expect(hazard(text) == nil)
    }

    @Test(
        "are keys with more parts than the limit",
        arguments: [
            ("a.b.c = 1", nil), ("\na.b.c.d = 1", 2), ("[a.b.c.d]", 1), ("[[a . b . c . d]]", 1),
            ("\"a\".'b'.\"c.\".d = 1", 1), ("a = { b.c = 1, b.c.d.e = 1 }", 1), ("a.b.c = 1.5\nd.e.f = 1.5", nil),
            ("a = [1.5, 1.5, 1.5, 1.5]", nil),
        ] as [(String, Int?)])
    func depth(text: String, line: Int?) {
        #expect(hazard(text) == line.map(TOMLHazard.deepKey))
    }

    @Test(
        "do not stand in strings and comments",
        arguments: [
            "a = \"b.c.d.e\"", "a = 'b.c.d.e'", "# a.b.c.d.e", "a = \"\\\".b.c.d.e\"", "a = 'b\\'\n#.c.d.e",
            "a = \"\"\"b\n\"c\".d.e.f\\\"\"\".g\n\"\"\"", "a = '''b\n''.c.d.e.f'''", "a = \"\"\nb = ''",
            "a = \"b.c.d.e",
            "a = \"\"\"b.c.d.e\"\"\"\"\"\nf = 1", "\"", "'''", "\"\\",
        ])
    func strings(text: String) {
        #expect(hazard(text) == nil)
    }

    @Test("have their line, also behind strings of many lines")
    func lines() {
        #expect(hazard("a = '''\n\n'''\n# b\nb.c.d.e = 1") == .deepKey(line: 5))
    }
}
