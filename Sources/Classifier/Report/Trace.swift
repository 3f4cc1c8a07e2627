import MIME

/// One Received field (RFC 5321 section 4.4).
struct Trace: Sendable {
    /// The host behind `by`, lower case.
    var by: String?
    /// The message was made on that host: no `from` (Postfix), or one that names no other host (Sendmail's
    /// `from localhost`, Exim's `from USER by HOST with local`).
    var isLocal: Bool

    /// Words that are looked at.
    private static let maximumWords = 24

    init(_ value: Span<UInt8>) {
        var by: Range<Int>?
        var last: Range<Int>?
        var hasFrom = false
        var isWithLocal = false
        var isLoopback = false
        var hasWith = false
        var count = 0
        var index = 0
        while index < value.count, count < Trace.maximumWords {
            while index < value.count, value[index].isSpace { index += 1 }
            let start = index
            while index < value.count, !value[index].isSpace, value[index] != UInt8(ascii: ";") { index += 1 }
            let word = start..<index
            guard !word.isEmpty else { break }
            if let last {
                if by == nil, value.equals("by", ignoringCaseIn: last) {
                    by = word
                } else if by != nil, value.equals("with", ignoringCaseIn: last),
                    value.hasPrefix("local", ignoringCaseIn: word)
                {
                    isWithLocal = true
                }
            }
            switch count {
            case 1:
                hasFrom = last.map { value.equals("from", ignoringCaseIn: $0) } ?? false
                isLoopback = value.equals("localhost", ignoringCaseIn: word)
            case 2: isLoopback = isLoopback && value.equals("(localhost)", ignoringCaseIn: word)
            default: break
            }
            hasWith = hasWith || value.equals("with", ignoringCaseIn: word)
            last = word
            count += 1
        }
        self.by = by.map { String(lowercasing: value.extracting($0)) }
        // Sendmail: `from localhost (localhost) by HOST (8.17/8.17) id …`, without `with`: made by the daemon itself.
        isLocal = by != nil && (!hasFrom || isWithLocal || isLoopback && count > 2 && !hasWith)
    }
}
