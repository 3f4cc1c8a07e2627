import Bytes

/// RFC 2047 encoded words in a header field's value.
package enum EncodedWord {
    /// The value in UTF-8. Adjacent words of one charset are joined before decoding, since senders split multi-byte
    /// characters; malformed words stay as they are.
    package static func decode(_ bytes: Span<UInt8>) -> String {
        guard bytes.firstIndex(of: UInt8(ascii: "="), in: 0..<bytes.count) != nil else { return Charset.text(bytes) }
        var out = ""
        var pending: [UInt8] = []
        var pendingCharset: String?
        var plainFrom = 0
        var index = 0
        func flushWords() {
            guard let charset = pendingCharset else { return }
            out += String(decoding: Charset.utf8(pending, charset: charset), as: UTF8.self)
            pending = []
            pendingCharset = nil
        }
        while let mark = bytes.firstIndex(of: UInt8(ascii: "="), in: index..<bytes.count) {
            guard let word = word(bytes, at: mark) else {
                index = mark + 1
                continue
            }
            let between = plainFrom..<mark
            // White space between two encoded words is not shown (section 6.2).
            if !(pendingCharset != nil && bytes.trimmed(between).isEmpty) {
                flushWords()
                out += Charset.text(bytes.extracting(between))
            }
            if let charset = pendingCharset, charset != word.charset { flushWords() }
            pendingCharset = word.charset
            pending += word.content
            index = word.next
            plainFrom = word.next
        }
        flushWords()
        out += Charset.text(bytes.extracting(plainFrom..<bytes.count))
        return out
    }

    /// Whether the value needs no decoding: only ASCII, and no encoded words.
    package static func isPlain(_ value: Span<UInt8>) -> Bool {
        Charset.isPlain(value) && value.firstIndex(of: UInt8(ascii: "="), in: 0..<value.count) == nil
    }

    private static func word(
        _ bytes: Span<UInt8>, at start: Int
    ) -> (charset: String, content: [UInt8], next: Int)? {
        // =?charset*language?encoding?text?=
        guard start + 6 < bytes.count, bytes[start + 1] == UInt8(ascii: "?") else { return nil }
        let limit = min(bytes.count, start + 64)
        guard let charsetEnd = bytes.firstIndex(of: UInt8(ascii: "?"), in: (start + 2)..<limit),
            charsetEnd > start + 2, charsetEnd + 2 < bytes.count, bytes[charsetEnd + 2] == UInt8(ascii: "?")
        else { return nil }
        var nameEnd = start + 2
        while nameEnd < charsetEnd, bytes[nameEnd] != UInt8(ascii: "*") {
            guard !bytes[nameEnd].isSpace else { return nil }
            nameEnd += 1
        }
        let text = charsetEnd + 3
        var end = text
        while true {
            guard let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: end..<bytes.count), mark + 1 < bytes.count
            else {
                return nil
            }
            if bytes[mark + 1] == UInt8(ascii: "=") {
                end = mark
                break
            }
            end = mark + 1
            // A malformed Q word may contain a raw `?`; a `=?` inside means that the word was not closed.
            if bytes[mark - 1] == UInt8(ascii: "=") { return nil }
        }
        let charset = String(decoding: bytes.copy((start + 2)..<nameEnd), as: UTF8.self).lowercased()
        let content: [UInt8]
        switch bytes[charsetEnd + 1].lowercased {
        case UInt8(ascii: "q"):
            content = TransferEncoding.quotedPrintable(bytes, text..<end, limit: end - text, underscore: true)
        case UInt8(ascii: "b"): content = TransferEncoding.base64(bytes, text..<end, limit: end - text)
        default: return nil
        }
        return (charset, content, end + 2)
    }
}
