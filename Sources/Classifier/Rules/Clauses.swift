import Bytes

/// The division of a folded text into sentences, parts at colons, and URLs.
///
/// A server first says what happened and then what to do about it, and gives details after a colon.
struct Clauses {
    /// A position in the text; of two matches the one with the smaller place decides.
    struct Place: Comparable {
        var isInPage: Bool
        var sentence: Int
        /// Parts of the sentence that follow.
        var partsBehind: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.isInPage ? 1 : 0, left.sentence, left.partsBehind)
                < (right.isInPage ? 1 : 0, right.sentence, right.partsBehind)
        }
    }

    /// Where each sentence ends.
    private var sentences: [Int] = []
    /// The colons that divide a sentence.
    private var colons: [Int] = []
    /// URLs (`https://…`, `www.…`).
    private var pages: [Range<Int>] = []

    init(_ text: FoldedText) {
        let bytes = text.bytes.span
        var index = 0
        while index < bytes.count {
            if Clauses.endsSentence(bytes, at: index) {
                sentences.append(index)
            } else if bytes[index] == UInt8(ascii: ":") || bytes[index] == UInt8(ascii: ";"),
                index + 1 >= bytes.count || bytes[index + 1] == 0x20
            {
                colons.append(index)
            } else if Clauses.startsPage(bytes, at: index) {
                let start = index
                while index < bytes.count, bytes[index] != 0x20 { index += 1 }
                pages.append(start..<index)
                continue
            }
            index += 1
        }
        sentences.append(bytes.count)
    }

    /// Where the range is.
    func place(of range: Range<Int>) -> Place {
        let sentence = index(at: range.lowerBound)
        let end = sentences[sentence]
        let parts = colons.firstPlace { $0 >= end } - colons.firstPlace { $0 >= range.lowerBound }
        return Place(isInPage: isInPage(range), sentence: sentence, partsBehind: max(0, parts))
    }

    /// Whether the range is part of a URL.
    func isInPage(_ range: Range<Int>) -> Bool {
        let page = pages.firstPlace { $0.upperBound >= range.upperBound }
        return page < pages.count && pages[page].lowerBound <= range.lowerBound
    }

    /// The sentence around the range.
    func sentence(around range: Range<Int>) -> Range<Int> {
        let index = index(at: range.lowerBound)
        let start = index == 0 ? 0 : sentences[index - 1] + 1
        return start..<max(start, sentences[index])
    }

    /// The sentence that contains the byte, counted from 0.
    private func index(at position: Int) -> Int {
        let index = sentences.firstPlace { $0 >= position }
        return index < sentences.count ? index : 0
    }

    /// A full stop, or its equivalent, before a blank; a dash between blanks.
    static func endsSentence(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"):
            return index + 1 >= bytes.count || bytes[index + 1] == 0x20
        case UInt8(ascii: "-"):
            return index > 0 && bytes[index - 1] == 0x20 && index + 1 < bytes.count && bytes[index + 1] == 0x20
        case 0xE3:
            return index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] == 0x82
        default: return false
        }
    }

    private static func startsPage(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        guard bytes[index] == UInt8(ascii: "h") || bytes[index] == UInt8(ascii: "w") else { return false }
        if index > 0, bytes[index - 1].isLetter { return false }
        let rest = index..<bytes.count
        return bytes.hasPrefix("http://", ignoringCaseIn: rest) || bytes.hasPrefix("https://", ignoringCaseIn: rest)
            || bytes.hasPrefix("www.", ignoringCaseIn: rest)
    }
}
