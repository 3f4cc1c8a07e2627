import MIME

/// One Received field (RFC 5321 section 4.4).
struct Trace: Sendable {
    /// The host behind `by`, lower case.
    var by: String?
    /// The message was made on that host: no `from` (Postfix), or one that names no other host (Sendmail's
    /// `from localhost`, Exim's `from USER by HOST with local`).
    var isLocal: Bool

    init(_ value: Span<UInt8>) {
        var words: [Range<Int>] = []
        var index = 0
        while index < value.count, words.count < 24 {
            while index < value.count, value[index].isSpace { index += 1 }
            let start = index
            while index < value.count, !value[index].isSpace, value[index] != UInt8(ascii: ";") { index += 1 }
            if index > start { words.append(start..<index) }
            if index < value.count, value[index] == UInt8(ascii: ";") { break }
        }
        var by: String?
        var from: Range<Int>?
        var withLocal = false
        for (place, word) in words.enumerated() where place + 1 < words.count {
            let next = words[place + 1]
            if by == nil, value.equals("by", ignoringCaseIn: word) {
                by = String(decoding: value.copy(next), as: UTF8.self).lowercased()
            } else if by != nil, value.equals("with", ignoringCaseIn: word),
                value.hasPrefix("local", ignoringCaseIn: next)
            {
                withLocal = true
            }
        }
        if let first = words.first, value.equals("from", ignoringCaseIn: first), words.count > 1 { from = words[1] }
        self.by = by
        isLocal = by != nil && (from == nil || withLocal || Trace.isLoopback(value, words))
    }

    /// Sendmail: `from localhost (localhost) by HOST (8.17/8.17) id …`, without `with`: made by the daemon itself.
    private static func isLoopback(_ value: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        guard words.count > 2, value.equals("localhost", ignoringCaseIn: words[1]),
            value.equals("(localhost)", ignoringCaseIn: words[2])
        else { return false }
        return !words.contains { value.equals("with", ignoringCaseIn: $0) }
    }
}
