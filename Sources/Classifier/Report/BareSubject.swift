import Bytes

/// A subject without the prefixes that mail programs put before it when somebody answers or forwards.
struct BareSubject {
    /// Folded, with `e-mail` written as `email`.
    let text: FoldedText
    /// Whether it had such a prefix: the rest was then written by somebody else.
    let hasPrefix: Bool
    /// Where the words after a tag in brackets start, `[#4711] We have …`; 0 without one.
    let wordsStart: Int

    /// The number of prefixes that are removed; nobody writes more.
    static let maximumPrefixes = 8

    /// Where the words may start: at the start, or after a tag there, `[Auto-Reply]`, `【自動返信】`.
    var starts: [Int] {
        let sign = text.bytes.first ?? 0
        if text.bytes.starts(with: "【".utf8) { return [0, 3] }
        return sign < 0x80 && !sign.isLetter && !sign.isDigit ? [0, 1] : [0]
    }

    init(_ subject: FoldedText) {
        let folded = subject.bytes.span
        var start = 0
        var count = 0
        while count < BareSubject.maximumPrefixes, let end = BareSubject.prefixEnd(folded, from: start) {
            start = end
            count += 1
        }
        hasPrefix = count > 0
        let bare = FoldedText(verbatim: folded.copy(start..<folded.count)).withPlainEmail
        text = bare
        wordsStart = BareSubject.tagEnd(bare.bytes.span)
    }

    /// The maximum number of bytes before the colon of a prefix, `re[12]`.
    private static let prefixBytes = 16

    /// Where the text after `re:`, `aw[2]:` or `回复：` starts, or nil.
    private static func prefixEnd(_ text: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < text.count, index - start <= prefixBytes {
            var end = index + 1
            let isWide =
                text[index] == 0xEF && index + 2 < text.count && text[index + 1] == 0xBC && text[index + 2] == 0x9A
            if isWide { end = index + 3 }
            guard isWide || text[index] == UInt8(ascii: ":") else {
                index += 1
                continue
            }
            var name = text.copy(start..<index)
            if let bracket = name.firstIndex(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "(") }) {
                name.removeSubrange(bracket...)
            }
            while name.last == 0x20 { name.removeLast() }
            guard prefixes.contains(String(decoding: name, as: UTF8.self)) else { return nil }
            while end < text.count, text[end] == 0x20 { end += 1 }
            return end
        }
        return nil
    }

    private static let prefixes: Set<String> = [
        "re", "r", "ré", "aw", "antw", "antwort", "sv", "vs", "odp", "ynt", "yan", "res", "rif", "ref", "réf", "bls",
        "vá", "vl", "atb", "ats", "отв", "відп", "απ", "σχετ", "回复", "回覆", "答复", "答覆", "返信", "회신", "답장", "ตอบ",
        "trả lời", "השב", "רد", "رد", "fwd", "fw", "wg", "tr", "rv", "enc", "pd", "vb", "i", "doorst", "doorgestuurd",
        "转发", "轉寄", "転送", "전달", "ilt", "továbbítás", "přeposlat", "пересл", "πρθ", "הועבר", "إعادة توجيه",
    ]

    /// Where what follows a tag in brackets starts.
    private static func tagEnd(_ text: Span<UInt8>) -> Int {
        guard text.count > 0, text[0] == UInt8(ascii: "["),
            var end = text.firstIndex(of: UInt8(ascii: "]"), in: 0..<text.count)
        else { return 0 }
        end += 1
        while end < text.count, text[end] == 0x20 { end += 1 }
        return end
    }
}

extension FoldedText {
    /// The text with `e-mail` written as `email`, so that a phrase needs one spelling.
    var withPlainEmail: FoldedText {
        guard bytes.count > 5 else { return self }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        let span = bytes.span
        for (index, byte) in bytes.enumerated() {
            let isHyphen =
                byte == UInt8(ascii: "-") && index > 0 && bytes[index - 1] == UInt8(ascii: "e")
                && span.hasPrefix("mail", ignoringCaseIn: (index + 1)..<span.count)
                && (index == 1 || !(bytes[index - 2].isLetter || bytes[index - 2] >= 0x80))
            if !isHyphen { out.append(byte) }
        }
        return FoldedText(verbatim: out)
    }
}
