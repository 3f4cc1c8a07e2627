import Testing

@testable import Bytes

@Suite("bytes")
struct ByteTests {
    @Test("the classes of ASCII hold these characters and no others")
    func classes() {
        func members(_ holds: (UInt8) -> Bool) -> [UInt8] { (0...255).filter(holds) }
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        let digits = "0123456789"
        let beyond = Array(UInt8(0x80)...0xFF)
        #expect(members(\.isSpace) == Array("\t\n\u{B}\u{C}\r ".utf8))
        #expect(members(\.isBlank) == Array("\t ".utf8))
        #expect(members(\.isControl) == Array(0..<0x20) + [0x7F])
        #expect(members(\.isVisible) == Array(0x21...0x7E))
        #expect(members(\.isLetter) == Array(letters.utf8))
        #expect(members(\.isDigit) == Array(digits.utf8))
        #expect(members(\.isLetterOrDigit) == Array((digits + letters).utf8))
        #expect(members(\.isWord) == Array((digits + letters).utf8) + beyond)
        #expect(members(\.isLocalPart) == ("!#$%&'*+-./=?^_`{|}~" + digits + letters).utf8.sorted() + beyond)
    }

    @Test("only the capitals of ASCII have a small letter")
    func lowercase() {
        for byte in UInt8(0)...255 {
            let isCapital = ("A"..."Z").contains(Unicode.Scalar(byte))
            #expect(byte.lowercased == (isCapital ? byte + 32 : byte))
        }
    }

    @Test("hexadecimal digits are written in lower case and read in either")
    func hexadecimals() {
        for byte in UInt8(0)...255 {
            let value = Int(String(decoding: [byte], as: UTF8.self), radix: 16)
            #expect(byte.hexadecimalValue.map(Int.init) == value)
            #expect(String(decoding: byte.hexadecimalDigits, as: UTF8.self) == hexadecimal(byte, digits: 2))
        }
        #expect(hexadecimal(0 as UInt64, digits: 16) == "0000000000000000")
        #expect(hexadecimal(0xC0FFEE as UInt32, digits: 4) == "c0ffee")
        #expect(hexadecimal(0xA as UInt8, digits: 2, isUpperCase: true) == "0A")
        #expect(hexadecimal(UInt64.max, digits: 16, isUpperCase: true) == "FFFFFFFFFFFFFFFF")
    }

    @Test(
        "the first line that holds more than blanks",
        arguments: [
            ("a\n", 0), ("\n\r\n \t\r\n\u{B}\nx: y\n", 9), (" x\n", 0), ("\n\n", 2), ("  ", 2), ("", 0), ("\n \r x", 1),
        ])
    func firstLine(text: String, start: Int) {
        let bytes = Array(text.utf8)
        let found = bytes.span.firstLine(notBlankFrom: 0)
        #expect(found == start)
    }

    @Test("a line ends with LF, which a CR may precede, or with the text")
    func lines() {
        let bytes = Array("a\r\n\n\rb".utf8)
        var lines: [Range<Int>] = []
        var position = 0
        while position < bytes.count {
            let line = bytes.span.line(at: position, before: bytes.count)
            lines.append(line.content)
            position = line.next
        }
        #expect(lines == [0..<1, 3..<3, 4..<6])
    }

    @Test("words are compared without case, within their range")
    func words() {
        let bytes = Array("x Content-TYPE: y".utf8)
        let span = bytes.span
        let equal = [2..<14, 2..<15].map { span.equals("content-type", ignoringCaseIn: $0) }
        #expect(equal == [true, false])
        let prefixed = [2..<14, 2..<8, 14..<17].map { span.hasPrefix("content", ignoringCaseIn: $0) }
        #expect(prefixed == [true, false, false])
        let trimmed = [1..<2, 15..<17].map { span.trimmed($0) }
        #expect(trimmed == [2..<2, 16..<17])
        let places = [17, 16, 18].map { span.firstIndex(of: UInt8(ascii: "y"), in: 0..<$0) }
        #expect(places == [16, nil, nil])
    }
}
