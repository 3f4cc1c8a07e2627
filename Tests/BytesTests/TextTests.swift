import Testing

@testable import Bytes

@Suite("text that is shown")
struct TextTests {
    /// What Unicode says of a character, as the standard library knows it.
    private static func isHiddenInUnicode(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isNoncharacterCodePoint
        }
    }

    @Test("what nobody sees is what Unicode calls so")
    func table() {
        let more: Set<UInt32> = [0x2800, 0xFFF0, 0xFFF1, 0xFFF2, 0xFFF3, 0xFFF4, 0xFFF5, 0xFFF6, 0xFFF7, 0xFFF8]
        for scalar in (0...0x10_FFFF).compactMap(Unicode.Scalar.init)
        where isHidden(scalar.value) != Self.isHiddenInUnicode(scalar) {
            // Newer versions of Unicode know more Egyptian and Arabic controls than an older library does.
            let isNewer = scalar.properties.generalCategory == .unassigned
            #expect(
                isHidden(scalar.value) && (more.contains(scalar.value) || isNewer),
                "U+\(String(scalar.value, radix: 16))")
        }
        for shown in "aé配😀ب🏳\u{A0}\u{3000}\u{E000}".unicodeScalars { #expect(!isHidden(shown.value)) }
    }

    @Test(
        "a text is shown with its hidden characters escaped",
        arguments: [
            ("plain, é 配 \u{3000}\\", "plain, é 配 \u{3000}\\"), ("a\tb\r\n", "a\\x09b\\x0D\\x0A"),
            ("\u{1B}[31m\u{7F}", "\\x1B[31m\\x7F"), ("\u{85}\u{AD}", "\\x85\\xAD"),
            ("\u{202E}x\u{200B}\u{E0041}", "\\u{202E}x\\u{200B}\\u{E0041}"), ("e\u{301}\u{FE0F}", "e\u{301}\\u{FE0F}"),
        ])
    func shown(text: String, expected: String) {
        #expect(terminalSafe(text) == expected)
        #expect(hasHidden(text) == (text != expected))
    }

    @Test("bytes are shown so that two that differ never look alike")
    func bytes() {
        #expect(escapedForTerminal(Array("1762867200.V1.host:2,S".utf8)) == "1762867200.V1.host:2,S")
        #expect(escapedForTerminal(Array("é\\\u{202E}\u{E000}".utf8)) == "é\\x5C\\xE2\\x80\\xAE\\xEE\\x80\\x80")
        #expect(escapedForTerminal([0x00, 0x0A, 0x7F, 0x80, 0xC3, 0x28, 0xFF]) == "\\x00\\x0A\\x7F\\x80\\xC3(\\xFF")
    }

    @Test("what a reader does not see in an address")
    func seen() {
        for scalar in "a é配😀.\u{301}".unicodeScalars { #expect(scalar.isSeen) }
        for scalar in "\u{0}\u{7F}\u{85}\u{A0}\u{AD}\u{200D}\u{202E}\u{2800}\u{3000}\u{FE0F}\u{FFFD}".unicodeScalars {
            #expect(!scalar.isSeen, "U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test("an error number has the words of the C library, or its own number")
    func errors() {
        #expect(systemMessage(2) == "No such file or directory")
        #expect(systemMessage(99_999).contains("99999"))
    }

    @Test("a buffer of the C library is read to its first NUL")
    func buffer() {
        #expect(textBeforeNUL([0x68, 0x69, 0, 0x78]) == "hi")
        #expect(textBeforeNUL([0x68, 0x69]) == "hi")
        #expect(textBeforeNUL([]) == "")
    }

    @Test("a text without the white space at its ends")
    func trimming() {
        #expect(" \t a b\r\n".trimmingBlanks == "a b")
        #expect("a  b ".dropFirst().trimmingBlanks == "b")
        #expect(" \n".trimmingBlanks == "")
    }
}
