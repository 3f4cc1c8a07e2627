import Bytes
import MIME

/// A message's prose, parsed on first use: most reports need only their fields.
final class LazyProse {
    private let message: Message

    init(_ message: Message) { self.message = message }

    private(set) lazy var value = Prose(LazyProse.text(message))

    private static func text(_ message: Message) -> [UInt8] {
        var text: [UInt8] = []
        var hasPlain = false
        for (index, part) in message.parts.enumerated() where !part.isEnclosed && part.type.isText {
            // Of an alternative the plain text is read.
            if part.type == .textHTML && hasPlain { continue }
            let content = message.textBytes(ofPart: index)
            if part.type != .textHTML, content.contains(where: { !$0.isSpace }) { hasPlain = true }
            if text.isEmpty {
                text = withoutQuotations(content)
            } else {
                text.append(0x0A)
                text += withoutQuotations(content)
            }
            if text.count >= Limits.proseBytes { break }
        }
        return text
    }

    /// Without the lines that an answer quotes with `> `: they are about a report. A dialogue's `>>>` is not such a
    /// quotation.
    private static func withoutQuotations(_ text: [UInt8]) -> [UInt8] {
        let span = text.span
        guard hasQuotation(span) else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var position = 0
        while position < span.count {
            let line = span.line(at: position, before: span.count)
            if !isQuotation(span, line.content) { out += span.copy(position..<line.next) }
            position = line.next
        }
        return out
    }

    private static func hasQuotation(_ text: Span<UInt8>) -> Bool {
        var from = 0
        while let sign = text.firstIndex(of: UInt8(ascii: ">"), in: from..<text.count) {
            from = sign + 1
            if sign == 0 || text[sign - 1] == UInt8(ascii: "\n"),
                isQuotation(text, text.line(at: sign, before: text.count).content)
            {
                return true
            }
        }
        return false
    }

    private static func isQuotation(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard line.count > 0, text[line.lowerBound] == UInt8(ascii: ">") else { return false }
        return line.count == 1 || text[line.lowerBound + 1].isSpace
            || (text[line.lowerBound + 1] == UInt8(ascii: ">") && line.count > 2 && text[line.lowerBound + 2].isSpace)
    }
}
