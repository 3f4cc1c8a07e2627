import Bytes
import MIME

/// The notes that servers put directly after a failed address, in parentheses: `(generated from bob@dest.example)`
/// (Exim, deliver.c), `(expanded from: <bob@dest.example>)` (Sendmail, savemail.c; Postfix, bounce_notify_util.c
/// without the colon), `(was: …)`. They name the address that was mailed, if an alias or a forward led to the one that
/// failed.
///
/// A note counts only there, before any diagnostic: another server's words may contain anything.
enum ForwardingNote {
    /// The number of notes of one address that are read; Sendmail writes two.
    static let maximumNotes = 4
    /// Bytes after an address in which they are.
    static let maximumBytes = 2_000

    private static let words: [StaticString] = [
        "generated from", "ultimately generated from", "originally generated from", "expanded from", "was addressed to",
        "originally addressed to", "originally sent to", "original address", "original recipient", "forwarded from",
        "redirected from", "aliased from", "translated from", "rewritten from", "resolved from", "was",
    ]

    /// The address that was mailed, as the notes after `start` name it, and where that note ends; nil if none does.
    static func read(_ text: Span<UInt8>, after start: Int, before end: Int) -> (mailed: String, end: Int)? {
        let limit = min(end, start + maximumBytes)
        var position = start
        while position < limit, ">\"':,".utf8.contains(text[position]) { position += 1 }
        for _ in 0..<maximumNotes {
            guard let open = nextNote(text, from: position, before: limit) else { return nil }
            position = noteEnd(text, from: open, before: limit)
            let inside = text.trimmed((open + 1)..<position)
            if position < limit, text[position] == UInt8(ascii: ")") { position += 1 }
            guard let address = address(text, inside, before: limit) else { continue }
            // A folded note ends after its address.
            let close = text.firstIndex(of: UInt8(ascii: ")"), in: address.upperBound..<limit)
            return (AddressText.text(text, address), close.map { $0 + 1 } ?? limit)
        }
        return nil
    }

    /// Where the next parenthesis opens, if nothing comes before it but blanks and one line end.
    private static func nextNote(_ text: Span<UInt8>, from start: Int, before end: Int) -> Int? {
        var lines = 0
        for index in start..<max(start, end) {
            if text[index] == UInt8(ascii: "\n") { lines += 1 }
            if lines > 1 { return nil }
            if !text[index].isSpace { return text[index] == UInt8(ascii: "(") ? index : nil }
        }
        return nil
    }

    /// The parenthesis that closes the one at `open`; the end of its line if none does: servers cut long reasons.
    private static func noteEnd(_ text: Span<UInt8>, from open: Int, before end: Int) -> Int {
        var depth = 0
        for index in open..<end {
            switch text[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return index }
            case UInt8(ascii: "\n"): return index
            default: break
            }
        }
        return end
    }

    /// The address after the words of a note. Postfix folds lines before it.
    private static func address(_ text: Span<UInt8>, _ inside: Range<Int>, before end: Int) -> Range<Int>? {
        for word in words where text.hasPrefix(word, ignoringCaseIn: inside) {
            var start = inside.lowerBound + word.utf8CodeUnitCount
            guard start == end || !text[start].isLetter else { continue }
            while start < end, text[start].isSpace || text[start] == UInt8(ascii: ":") { start += 1 }
            let close = text.firstIndex(of: UInt8(ascii: ")"), in: start..<end) ?? end
            let value = text.trimmed(start..<close)
            // "was" opens sentences, too: no name may be between it and the address.
            let isSentence = word.utf8CodeUnitCount == 3 && text.firstIndex(of: 0x20, in: value) != nil
            return isSentence ? nil : AddressScan.whole(text, in: value)
        }
        return nil
    }
}
