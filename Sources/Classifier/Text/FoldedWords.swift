import Bytes

extension FoldedText {
    /// The maximum number of bytes by which an inflected word is longer than its stem.
    static let maximumInflection = 3
    /// The minimum number of bytes of a stem that may be inflected.
    static let minimumStem = 5
    /// The maximum number of bytes of a host name (RFC 1035 section 2.3.4).
    static let maximumHostName = 255

    /// Whether a word that starts at `start` may end before `end`: no letter follows, or no more than an inflection.
    func endsWord(at end: Int, from start: Int) -> Bool {
        guard end < bytes.count, bytes[end - 1].isLetter, bytes[end].isLetter else { return true }
        guard end - start >= FoldedText.minimumStem else { return false }
        var last = end
        while last < bytes.count, bytes[last].isLetter || bytes[last] >= 0x80 {
            last += 1
            if last - end > FoldedText.maximumInflection { return false }
        }
        return true
    }

    /// Whether a sentence ends at the byte.
    func endsSentence(at index: Int) -> Bool { Clauses.endsSentence(bytes.span, at: index) }

    /// Whether a sentence or a part of one ends at the byte.
    func endsPart(at index: Int) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: ","):
            index + 1 >= bytes.count || bytes[index + 1] == 0x20
        default: endsSentence(at: index)
        }
    }

    /// Whether a sentence ends in the range.
    func endsSentence(in range: Range<Int>) -> Bool { range.contains { endsSentence(at: $0) } }

    /// Whether a sentence or a part of one ends in the range.
    func endsPart(in range: Range<Int>) -> Bool { range.contains { endsPart(at: $0) } }

    /// Whether the words are in the range.
    func contains(_ words: StaticString, in range: Range<Int>) -> Bool {
        bytes.span.extracting(range).position(of: words) != nil
    }

    /// The host name or IPv4 address that ends right before `end`, or nil.
    func host(before end: Int) -> Range<Int>? {
        let bytes = bytes.span
        var upper = end
        while upper > 0, FoldedText.isMark(bytes[upper - 1]) { upper -= 1 }
        var lower = upper
        var hasDot = false
        var hasLetter = false
        while lower > 0, upper - lower < FoldedText.maximumHostName, FoldedText.isOfHost(bytes[lower - 1]) {
            lower -= 1
            hasLetter = hasLetter || bytes[lower].isLetter
            hasDot = hasDot || bytes[lower] == UInt8(ascii: ".") && lower + 1 < upper
        }
        guard hasDot, hasLetter || self.bytes[lower..<upper].count(where: { $0 == UInt8(ascii: ".") }) == 3,
            bytes[lower] != UInt8(ascii: "."), bytes[upper - 1] != UInt8(ascii: "."),
            lower == 0 || bytes[lower - 1] != UInt8(ascii: "@")
        else { return nil }
        return lower..<upper
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ">"), UInt8(ascii: ")"), UInt8(ascii: "]"),
            UInt8(ascii: ":"), UInt8(ascii: ","):
            true
        default: false
        }
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
}
