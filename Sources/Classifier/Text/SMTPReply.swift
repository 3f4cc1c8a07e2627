import Bytes

/// What a server answered, found in a line of prose or in a Diagnostic-Code field.
struct SMTPReply: Sendable, Equatable {
    /// RFC 5321 section 4.2 reply code.
    var code: Int?
    /// RFC 3463 status after the code, or alone.
    var status: StatusCode?

    /// Servers that quote one another in one reply.
    static let maximumQuotations = 8

    /// Reads the reply in `text`. If a server quotes another one (`550 5.1.1 … said: 450 4.2.0 …`), the innermost reply
    /// counts: that server knows the mailbox.
    init(_ text: Span<UInt8>) {
        var from = 0
        var outer: SMTPReply?
        var quotations = 0
        // Every `said:` starts another server's words.
        while quotations < SMTPReply.maximumQuotations,
            let colon = text.firstIndex(of: UInt8(ascii: ":"), in: from..<text.count)
        {
            from = colon + 1
            guard colon >= 4,
                text.equals("said", ignoringCaseIn: (colon - 4)..<colon)
                    || (colon >= 8 && text.equals("returned", ignoringCaseIn: (colon - 8)..<colon))
                    || (colon >= 7 && text.equals("replied", ignoringCaseIn: (colon - 7)..<colon))
            else { continue }
            quotations += 1
            let inner = SMTPReply.first(text, in: from..<text.count)
            if inner.code != nil || inner.status != nil { outer = inner }
        }
        self = outer ?? SMTPReply.first(text, in: 0..<text.count)
    }

    init(code: Int? = nil, status: StatusCode? = nil) {
        self.code = code
        self.status = status
    }

    private static func first(_ text: Span<UInt8>, in range: Range<Int>) -> SMTPReply {
        var index = range.lowerBound
        while index + 2 < range.upperBound {
            let byte = text[index]
            if byte == UInt8(ascii: "2") || byte == UInt8(ascii: "4") || byte == UInt8(ascii: "5"),
                text[index + 1] >= 0x30, text[index + 1] <= 0x37, text[index + 2].isDigit,
                isBoundary(text, before: index, range), isEnd(text, after: index + 3, range)
            {
                let code = Int(byte - 0x30) * 100 + Int(text[index + 1] - 0x30) * 10 + Int(text[index + 2] - 0x30)
                // The status is right after the code, or a little further on: `550-'5.2.2`, `550 #5.1.0`.
                let near = (index + 3)..<min(range.upperBound, index + 24)
                return SMTPReply(
                    code: code, status: StatusCode(text, firstIn: near) ?? StatusCode(text, firstIn: range))
            }
            index += 1
        }
        return SMTPReply(code: nil, status: StatusCode(text, firstIn: range))
    }

    /// Whether a 4xx or 5xx reply code is anywhere in the text.
    static func hasRefusal(_ text: Span<UInt8>) -> Bool {
        var index = 0
        while index + 2 < text.count {
            if text[index] == UInt8(ascii: "4") || text[index] == UInt8(ascii: "5"), text[index + 1] >= 0x30,
                text[index + 1] <= 0x37, text[index + 2].isDigit, isBoundary(text, before: index, 0..<text.count),
                isEnd(text, after: index + 3, 0..<text.count)
            {
                return true
            }
            index += 1
        }
        return false
    }

    private static func isBoundary(_ text: Span<UInt8>, before index: Int, _ range: Range<Int>) -> Bool {
        guard index > range.lowerBound else { return true }
        let byte = text[index - 1]
        return byte.isSpace || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
            || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "[") || byte >= 0x80
    }

    private static func isEnd(_ text: Span<UInt8>, after index: Int, _ range: Range<Int>) -> Bool {
        guard index < range.upperBound else { return true }
        let byte = text[index]
        return byte.isSpace || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "'")
            || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: ")") || byte == UInt8(ascii: ";")
    }
}
