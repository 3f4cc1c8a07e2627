import MIME

/// What a server said, for one line of a listing.
enum OneLine {
    /// White space folded, cut at a character's end.
    static func text(_ text: [UInt8]) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(min(text.count, Limits.diagnosticBytes))
        // Prose that was cut after an address starts with what closed it: `>: Sorry, …`.
        let start = text.firstIndex { !$0.isSpace && !">:;,.".utf8.contains($0) } ?? text.endIndex
        var index = start
        while index < text.count, out.count < Limits.diagnosticBytes {
            let end = min(text.count, index + Limits.diagnosticBytes - out.count)
            // Words, and the single blanks between them.
            var next = index
            while next < end, text[next].isShown || text[next] == 0x20 && next > index && text[next - 1].isShown {
                next += 1
            }
            out += text[index..<next]
            index = next
            guard index < end else { continue }
            if let last = out.last, last != 0x20 { out.append(0x20) }
            index += 1
        }
        while out.last == 0x20 { out.removeLast() }
        // What is not UTF-8 grows here: three bytes for one.
        var line = String(decoding: out, as: UTF8.self)
        var excess = line.utf8.count - Limits.diagnosticBytes
        while excess > 0 || (out.count >= Limits.diagnosticBytes && line.unicodeScalars.last == "\u{FFFD}") {
            excess -= line.unicodeScalars.removeLast().utf8.count
        }
        return line.isEmpty ? nil : line
    }
}
