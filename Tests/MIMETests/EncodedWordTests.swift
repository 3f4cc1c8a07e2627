import Testing

@testable import MIME

@Suite("Encoded words")
struct EncodedWordTests {
    private func decode(_ value: [UInt8]) -> String { EncodedWord.decode(value.span) }

    @Test(
        "are decoded where they are well formed",
        arguments: [
            ("=?utf-8?Q?a=C3=A4_b?=", "aä b"), ("=?UTF-8?B?w6Q=?=", "ä"), ("=?utf-8?b?w6Q?=", "ä"),
            ("=?iso-8859-1?q?=E4=5F?=", "ä_"), ("=?utf-8*en?Q?x?=", "x"), ("=?utf-8*?Q?x?=", "x"),
            ("=?shift_jis?B?lHqQTQ==?=", "配信"), ("=?iso-2022-jp?B?GyRCR1s/LhsoQg==?=", "配信"),
            ("=?koi8-r?B?8MnT2M3P?=", "Письмо"), ("=?gb2312?B?08O7pw==?=", "用户"), ("=?x-none?Q?=E4?=", "ä"),
            ("Re: =?utf-8?Q?a?= b", "Re: a b"), ("\"=?utf-8?Q?a?=\" <a@b>", "\"a\" <a@b>"), ("a=?utf-8?Q?b?=c", "abc"),
            ("=?utf-8?Q??=", ""), ("=?utf-8?Q?a b?=", "a b"), ("=?utf-8?Q?a?b?=", "a?b"), ("=?utf-8?Q?a=?=", "a="),
        ])
    func words(value: String, text: String) {
        #expect(decode(Array(value.utf8)) == text)
    }

    @Test(
        "that are neighbours are joined without the blanks between them",
        arguments: [
            ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"), ("=?utf-8?Q?a?= \t =?utf-8?Q?b?=", "ab"),
            ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"), ("=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b"),
            ("=?utf-8?Q?a_?= =?utf-8?Q?_b?=", "a  b"), ("=?utf-8?Q?a?= =?iso-8859-1?Q?=E4?= =?utf-8?B?w6Q=?=", "aää"),
            // A character cut in two.
            ("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"), ("=?utf-8?Q?=C3?= =?UTF-8?B?pA==?=", "ä"),
            ("=?utf-8?B?4w==?= =?utf-8?B?gYI=?=", "あ"), ("=?shift_jis?B?lA==?= =?Shift_JIS?B?epBN?=", "配信"),
            // The shift of the first word lasts into the second one.
            ("=?iso-2022-jp?Q?=1B$BG[?= =?iso-2022-jp?Q?=3F.=1B(B?=", "配信"),
            // Not the same charset: no joining.
            ("=?utf-8?Q?=C3?= =?iso-8859-1?Q?=A4?=", "\u{FFFD}¤"),
        ])
    func neighbours(value: String, text: String) {
        #expect(decode(Array(value.utf8)) == text)
    }

    @Test(
        "that are broken stay as they are",
        arguments: [
            "=?utf-8?Q?a", "=?utf-8?Q?a?", "=?utf-8?X?a?=", "=?utf-8?QQ?a?=", "=??Q?a?=", "=?utf-8?=", "=?utf-8?Q?=",
            "=?", "=", "?=",
            "=?utf 8?Q?a?=", "a = b", "=?=?=?", "=?\(String(repeating: "x", count: 64))?Q?a?=", "1=1?2=2",
        ])
    func broken(value: String) {
        #expect(decode(Array(value.utf8)) == value)
    }

    @Test("that are never closed do not hide those behind them")
    func unclosed() {
        #expect(decode(Array("=?utf-8?Q?a =?utf-8?Q?b?= c".utf8)) == "=?utf-8?Q?a b c")
    }

    @Test("stand beside raw text in the charset that it shows")
    func raw() {
        #expect(decode(hex("E4 20") + Array("=?utf-8?Q?=C3=A4?=".utf8)) == "ä ä")
        #expect(decode(hex("82 C5 82 AB 3D")) == "でき=")
        #expect(decode(hex("1B 24 42 47 5B 1B 28 42 3D")) == "配=")
        #expect(decode(Array("ä ö".utf8)) == "ä ö")
        #expect(decode([]) == "")
    }

    @Test("are decoded in folded fields")
    func folded() {
        let text = "Subject: =?utf-8?Q?a=C3?=\r\n =?utf-8?Q?=A4?=\r\n\tb\r\n\r\n"
        #expect(Message(parsing: Array(text.utf8)).text(.subject) == "aä\tb")
    }
}
