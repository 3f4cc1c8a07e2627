import Glibc
import Testing

@testable import MIME

@Suite("Charsets")
struct CharsetTests {
    @Test(
        "are read as what senders mean by the label",
        arguments: [
            ("ISO-2022-JP", "1B 24 42 47 5B 3F 2E 49 54 47 3D 1B 28 42 20 62 6F 62", "配信不能 bob"),
            ("Shift_JIS", "94 7A 90 4D 82 C5 82 AB 82 DC 82 B9 82 F1 81 42", "配信できません。"),
            ("x-sjis", "87 40 B1 B2 87 8A 81 60", "①ｱｲ㈱～"),
            ("euc-jp", "C7 DB BF AE A4 C7 A4 AD A4 DE A4 BB A4 F3 A1 A3", "配信できません。"),
            ("EUC-JP", "AD A1 8E B1 8F B0 A1", "①ｱ丂"),
            ("gb2312", "D3 C3 BB A7 B2 BB B4 E6 D4 DA A2 E3 81 39 EE 39", "用户不存在€㐀"),
            ("GB18030", "D3 C3 BB A7", "用户"),
            ("big5", "A8 CF A5 CE AA CC A4 A3 A6 73 A6 62", "使用者不存在"),
            ("KS_C_5601-1987", "BB E7 BF EB C0 DA 20 BE F8 C0 BD 20 8C 63", "사용자 없음 똠"),
            ("euc-kr", "C7 D1 B1 B9", "한국"),
            ("iso-2022-kr", "1B 24 29 43 0E 47 51 31 39 0F", "한국"),
            ("koi8-r", "F0 C9 D3 D8 CD CF", "Письмо"),
            ("KOI8-U", "F5 CB D2 C1 A7 CE C1", "Україна"),
            ("windows-1251", "DF F9 E8 EA 20 B9", "Ящик №"),
            ("cp866", "8E E8 A8 A1 AA A0", "Ошибка"),
            ("iso-8859-2", "44 6F 72 75 E8 65 6E ED 20 B3", "Doručení ł"),
            ("iso-8859-5", "CF E9 D8 DA", "Ящик"),
            ("iso-8859-7", "C1 F0 EF F4 F5 F7 DF E1", "Αποτυχία"),
            ("iso-8859-8-i", "F9 E2 E9 E0 E4", "שגיאה"),
            ("iso-8859-9", "F0 FD FE", "ğış"),
            ("iso-8859-15", "BC 75 76 72 65 20 31 30 A4", "Œuvre 10€"),
            ("windows-1250", "B3 F3 64 9F", "łódź"),
            ("windows-1256", "CE D8 C3", "خطأ"),
            ("tis-620", "E4 C1 E8 BE BA", "ไม่พบ"),
            ("cp850", "47 72 94 E1 65", "Größe"),
            ("x-mac-roman", "47 72 9A A7 65", "Größe"),
            ("unicode-1-1-utf-7", "75 6E 6D 2B 41 50 59 2D 67 6C 69 63 68 20 2B 6B 55 31 50 34 51 2D", "unmöglich 配信"),
            ("utf-16", "FF FE 6E 00 E4 00 4D 91", "nä配"),
            ("utf-16", "FE FF 00 6E 00 E4 91 4D", "nä配"),
            ("utf-16", "6E 00 E4 00 4D 91", "nä配"),
            ("utf-16", "00 6E 00 E4 91 4D", "nä配"),
            ("utf-16be", "00 6E 91 4D", "n配"),
            ("utf-32", "FF FE 00 00 4D 91 00 00", "配"),
        ])
    func labels(label: String, digits: String, text: String) {
        #expect(string(Charset.utf8(hex(digits), charset: label)) == text)
    }

    /// A converter is used for one text after the other.
    @Test(
        "leave nothing to the next text where one ends in the middle",
        arguments: [
            ("iso-2022-kr", "1B 24 29 43 0E 47 51 31", "62 6F 62", "bob"),
            ("utf-7", "2B 6B 55 31 50", "62 6F 62", "bob"),
            ("euc-jp", "C7 DB BF", "C7 DB BF AE", "配信"), ("utf-16be", "91", "91 4D", "配"),
            ("gb18030", "81 39 EE", "D3 C3 BB A7", "用户"),
        ])
    func unfinished(label: String, cut: String, next: String, text: String) {
        _ = Charset.utf8(hex(cut), charset: label)
        #expect(string(Charset.utf8(hex(next), charset: label)) == text)
    }

    @Test("are converted by many threads at once, more than there are converters kept")
    func concurrent() async {
        let texts = [
            ("euc-jp", "C7 DB BF AE A4 C7", "配信で"), ("koi8-r", "F0 C9 D3 D8 CD CF", "Письмо"),
            ("windows-1250", "B3 F3 64 9F", "łódź"), ("iso-2022-kr", "1B 24 29 43 0E 47 51 31 39 0F", "한국"),
        ]
        await withTaskGroup(of: Int.self) { group in
            for number in 0..<16 {
                group.addTask {
                    let (label, digits, text) = texts[number % texts.count]
                    return (0..<200).count { _ in string(Charset.utf8(hex(digits), charset: label)) == text }
                }
            }
            for await right in group { #expect(right == 200) }
        }
    }

    @Test(
        "labelled iso-8859-1 or US-ASCII hold the quotes of windows-1252", arguments: ["iso-8859-1", "us-ascii", nil])
    func quotes(label: String?) {
        #expect(
            string(Charset.utf8(hex("63 61 6E 92 74 20 93 64 65 6C 69 76 65 72 94 20 80"), charset: label))
                == "can’t “deliver” €")
    }

    @Test(
        "ISO-2022-JP holds what mailers put into it",
        arguments: [
            // NEC's row 13, JIS X 0208-1978, JIS X 0212, half-width kana by escape, by shift and in eight bits.
            ("1B 24 42 2D 21 2D 6A 1B 28 42", "①㈱"), ("1B 24 40 47 5B 1B 28 4A 61", "配a"),
            ("1B 24 28 44 30 21 1B 28 42", "丂"), ("1B 28 49 31 32 1B 28 42 61", "ｱｲa"), ("0E 31 32 0F 61", "ｱｲa"),
            ("B1 B2 1B 28 42 61", "ｱｲa"),
            // The escape back to ASCII is missing at the line's end.
            ("1B 24 42 47 5B 0A 62 6F 62", "配\nbob"), ("1B 24 28 42 47 5B 1B 28 42", "配"),
            // RFC 1554's Chinese, JIS X 0213.
            ("1B 24 41 4E 44 1B 28 42", "文"), ("1B 24 28 51 2D 21 1B 28 42", "①"),
        ])
    func iso2022JP(digits: String, text: String) {
        #expect(string(Charset.utf8(hex(digits), charset: "iso-2022-jp")) == text)
    }

    @Test(
        "lose one character to one wrong sequence, and nothing behind it",
        arguments: [
            ("utf-8", "C3 A4 FF C3 B6", "ä\u{FFFD}ö"), ("utf-8", "E3 81 61", "\u{FFFD}a"),
            (nil, "C3 A4 FF C3 B6", "ä\u{FFFD}ö"), ("us-ascii", "E9 85 8D E4 BF A1 E9 85", "配信\u{FFFD}"),
            ("iso-2022-jp", "1B 24 42 47 5B FF 3F 2E 1B 28 42 61", "配\u{FFFD}信a"),
            ("iso-2022-jp", "1B 24 42 47 1B 28 42 61", "\u{FFFD}a"),
            ("iso-2022-jp", "1B 24 42 29 21 47 5B 1B 28 42", "\u{FFFD}配"),
            ("shift_jis", "94 7A FF 90 4D", "配\u{FFFD}信"), ("shift_jis", "94 7A 85 9F 90 4D", "配\u{FFFD}信"),
            ("shift_jis", "94 0A 90 4D", "\u{FFFD}\n信"), ("shift_jis", "94 7A 90", "配\u{FFFD}"),
            ("euc-jp", "C7 DB FF BF AE", "配\u{FFFD}信"), ("euc-jp", "C7 DB A9 A1 BF AE", "配\u{FFFD}信"),
            ("euc-jp", "C7 DB 8F A1 A1 BF AE", "配\u{FFFD}信"), ("euc-jp", "C7 20 BF AE", "\u{FFFD} 信"),
            ("gb18030", "D3 C3 FF BB A7", "用\u{FFFD}户"), ("gb18030", "D3 C3 81", "用\u{FFFD}"),
            ("big5", "A8 CF FF A5 CE", "使\u{FFFD}用"), ("ks_c_5601-1987", "C7 D1 FF B1 B9", "한\u{FFFD}국"),
            ("ks_c_5601-1987", "C7 D1 C9 A1 B1 B9", "한\u{FFFD}국"), ("iso-8859-7", "C1 FF F0", "Α\u{FFFD}π"),
            ("utf-16le", "6E 00 00 D8 6E 00", "n\u{FFFD}n"), ("utf-16be", "00 6E DC 00 00 6E", "n\u{FFFD}n"),
            ("utf-16le", "6E 00 6E", "n\u{FFFD}"), ("utf-32le", "FF FF FF FF 6E 00 00 00", "\u{FFFD}n"),
            ("utf-7", "61 FF 62", "a\u{FFFD}b"),
        ] as [(String?, String, String)])
    func damage(label: String?, digits: String, text: String) {
        #expect(string(Charset.utf8(hex(digits), charset: label)) == text)
    }

    @Test(
        "are guessed where the label is absent, unknown or plainly wrong",
        arguments: [
            nil, "us-ascii", "x-unknown", "unicode", "iso-10646", "IBM1364", "INTERNAL", "../../tmp/x", "\u{0}", "",
        ])
    func guesses(label: String?) {
        let samples = [
            ("1B 24 42 47 5B 3F 2E 1B 28 42", "配信"), ("1B 28 49 31 1B 28 42", "ｱ"), ("1B 24 29 43 0E 47 51 0F", "한"),
            ("94 7A 90 4D 82 C5 82 AB", "配信でき"), ("C7 DB BF AE A4 C7 A4 AD", "配信でき"), ("A4 C7 8F B0 A1", "で丂"),
            ("E9 85 8D", "配"), ("63 72 E9 65", "crée"), ("1B 5B 31 6D", "\u{1B}[1m"),
            // Cut in the middle of the last character.
            ("82 C5 82 AB 82", "でき\u{FFFD}"), ("A4 C7 A4", "で\u{FFFD}"),
        ]
        for (digits, text) in samples {
            #expect(string(Charset.utf8(hex(digits), charset: label)) == text, "\(digits)")
        }
    }

    @Test("that are a Japanese label over other Japanese bytes are guessed")
    func wrongJapaneseLabel() {
        #expect(string(Charset.utf8(hex("82 C5 82 AB"), charset: "iso-2022-jp")) == "でき")
        #expect(string(Charset.utf8(hex("1B 24 42 47 5B 1B 28 42"), charset: "utf-8")) == "配")
    }

    @Test("lose their byte order mark")
    func mark() {
        #expect(string(Charset.utf8(hex("EF BB BF 61"), charset: "utf-8")) == "a")
        #expect(string(Charset.utf8(hex("FF FE 61 00"), charset: "utf-16le")) == "a")
        #expect(Charset.utf8([], charset: "utf-16").isEmpty)
    }

    @Test(
        "that are longer than the converter's block come out whole", arguments: ["euc-jp", "iso-2022-jp", "utf-16be"])
    func length(label: String) {
        let character = ["euc-jp": "C7 DB", "iso-2022-jp": "1B 24 42 47 5B 1B 28 42", "utf-16be": "91 4D"][label] ?? ""
        let bytes = Array(repeatElement(hex(character), count: 10_000).joined())
        #expect(string(Charset.utf8(bytes, charset: label)) == String(repeating: "配", count: 10_000))
    }

    @Test("of the table are all known to this system", arguments: Set(CharsetAliases.table.values).sorted())
    func converters(name: String) {
        if name == "ISO-2022-JP" {
            for name in ["EUC-JP-MS", "ISO-2022-JP-2", "ISO-2022-JP-3"] { #expect(isKnown(name), "\(name)") }
        } else {
            #expect(isKnown(name))
        }
    }

    private func isKnown(_ name: String) -> Bool {
        let handle = iconv_open("UTF-8", name)
        guard let handle, handle != iconv_t(bitPattern: -1) else { return false }
        return iconv_close(handle) == 0
    }

    @Test("have labels that are their own keys, each once")
    func keys() {
        let labels = CharsetAliases.charsets.flatMap { $0.labels.split(separator: " ").map(String.init) }
        #expect(labels.count == Set(labels).count)
        for label in labels { #expect(CharsetAliases.key(label) == label) }
    }

    @Test(
        "are found by labels in any spelling",
        arguments: [
            ("ISO_8859-1:1987", "WINDOWS-1252"), ("iso8859_1", "WINDOWS-1252"), (" \"utf-8\" ", "UTF-8"),
            ("X-X-Big5", "BIG5-HKSCS"), ("x_sjis", "CP932"), ("Windows 1251", "WINDOWS-1251"), ("xyz", "ASCII"),
            ("US-ASCII", "ASCII"), (String(repeating: "u", count: 100_000), "ASCII"),
        ])
    func spelling(label: String, name: String) {
        #expect(Charset.canonicalName(label) == name)
    }

    @Test(
        "that hold ASCII as it is come out as if all lines were converted at once",
        arguments: [
            ("GB18030", [0xCE, 0xD2]), ("CP932", [0x88, 0x9F]), ("EUC-JP-MS", [0xB0, 0xA1]), ("ISO-8859-2", [0xE1]),
            ("BIG5-HKSCS", [0xA4, 0x40]),
        ] as [(String, [UInt8])])
    func byLines(charset: String, character: [UInt8]) {
        let plain = Array("Sorry, no mailbox here.\r\n".utf8)
        let foreign = Array("> ".utf8) + character + Array(" x\n".utf8)
        // A character that its line end cuts, and one that the text's end cuts.
        let cut = Array("cut ".utf8) + character.prefix(1) + [0x0A]
        let texts = [
            plain + foreign + plain, foreign + foreign + plain, plain + cut + plain + foreign, foreign + [character[0]],
            plain + Array("no line end ".utf8) + character,
        ]
        for text in texts {
            let whole = Converter(charset)?.utf8(text)
            #expect(whole != nil)
            #expect(Charset.convert(text, from: charset) == whole)
        }
    }
}
