import Testing

@testable import MaildirBounce

@Suite("the depth of a key")
struct KeyDepthTests {
    @Test(
        "is that of its parts",
        arguments: [
            ("a.b.c = 1", nil), ("\na.b.c.d = 1", 2), ("[a.b.c.d]", 1), ("[[a . b . c . d]]", 1),
            ("\"a\".'b'.\"c.\".d = 1", 1), ("a = { b.c = 1, b.c.d.e = 1 }", 1), ("a.b.c = 1.5\nd.e.f = 1.5", nil),
            ("a = [1.5, 1.5, 1.5, 1.5]", nil),
        ] as [(String, Int?)])
    func depth(text: String, line: Int?) {
        #expect(lineOfDeepKey(Array(text.utf8), limit: 3) == line)
    }

    @Test(
        "takes no part in strings and comments",
        arguments: [
            "a = \"b.c.d.e\"", "a = 'b.c.d.e'", "# a.b.c.d.e", "a = \"\\\".b.c.d.e\"", "a = 'b\\'\n#.c.d.e",
            "a = \"\"\"b\n\"c\".d.e.f\\\"\"\".g\n\"\"\"", "a = '''b\n''.c.d.e.f'''", "a = \"\"\nb = ''",
            "a = \"b.c.d.e",
            "a = \"\"\"b.c.d.e\"\"\"\"\"\nf = 1", "\"", "'''", "\"\\",
        ])
    func strings(text: String) {
        #expect(lineOfDeepKey(Array(text.utf8), limit: 3) == nil)
    }

    @Test("counts the lines within strings")
    func lines() {
        #expect(lineOfDeepKey(Array("a = '''\n\n'''\n# b\nb.c.d.e = 1".utf8), limit: 3) == 5)
    }
}
