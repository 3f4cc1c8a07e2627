import Bytes
import MIME

/// The author's own words in a mail: the text without quotations, signatures, and what mail programs add.
struct OwnWords {
    /// Folded, with `e-mail` written as `email`.
    let text: FoldedText
    /// The text is longer than what was read, and may continue with own words.
    let isCut: Bool

    /// Bytes of a text that are decoded. An answer's own words are before what it quotes, or are short.
    static let maximumBytes = 64 << 10

    /// Reads the first text part that says something.
    init(_ message: Message) {
        var lines: [UInt8] = []
        var isCut = false
        for (index, part) in message.parts.enumerated() where part.type.isText && !part.isEnclosed {
            let content = message.textBytes(ofPart: index, limit: OwnWords.maximumBytes)
            guard content.contains(where: { !$0.isSpace }) else { continue }
            let isQuoting: Bool
            (lines, isQuoting) = OwnWords.ownLines(content.span)
            isCut = part.body.count > OwnWords.maximumBytes && !isQuoting
            break
        }
        text = FoldedText(lines).withPlainEmail
        self.isCut = isCut
    }

    /// The lines that are the writer's own, and whether the text ends within a quotation or after a signature's mark.
    private static func ownLines(_ text: Span<UInt8>) -> (lines: [UInt8], isQuoting: Bool) {
        var out: [UInt8] = []
        var position = 0
        var isQuoting = false
        while position < text.count {
            let line = text.line(at: position, before: text.count)
            position = line.next
            let content = text.trimmed(line.content)
            guard let start = content.first else {
                out.append(0x0A)
                continue
            }
            isQuoting = text[start] == UInt8(ascii: ">")
            if isQuoting { continue }
            if isRule(text, content) { return (out, true) }
            let folded = FoldedText(text.extracting(content.prefix(maximumLine)))
            let found = phrases.find(in: folded)
            let first = found.isEmpty ? found : phrases.find(in: folded, startingAt: [0])
            if first.contains(.device) || found.contains(.deviceAnywhere) { continue }
            if first.contains(.header), out.contains(where: { !$0.isSpace }) { return (out, true) }
            if found.contains(.attribution), endsWithColon(text, content) { return (out, true) }
            out += text.copy(content)
            out.append(0x0A)
        }
        return (out, isQuoting)
    }

    /// The number of bytes of a line that are searched for a mail program's words.
    private static let maximumLine = 300

    /// A signature's `--`, or a line of dashes or underscores before a quoted message.
    private static func isRule(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        let sign = text[line.lowerBound]
        guard sign == UInt8(ascii: "-") || sign == UInt8(ascii: "_") else { return false }
        var end = line.lowerBound
        while end < line.upperBound, text[end] == sign { end += 1 }
        if end == line.upperBound { return line.count == 2 || line.count >= 5 }
        return end - line.lowerBound >= 4 && text[line.upperBound - 1] == sign
    }

    private static func endsWithColon(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        if text[line.upperBound - 1] == UInt8(ascii: ":") { return true }
        return line.count >= 3 && text[line.upperBound - 3] == 0xEF && text[line.upperBound - 2] == 0xBC
            && text[line.upperBound - 1] == 0x9A
    }

    enum LineSign: UInt8, PhraseGroup { case attribution, header, device, deviceAnywhere }

    private static let phrases = PhraseGroups<LineSign>(.ownWords)
}
