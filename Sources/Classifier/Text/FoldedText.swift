import MIME

/// A text made comparable: lower case, one blank for any run of white space, typographic quotes made plain, addresses
/// reduced to `@`, the repeated reply codes of a multi-line SMTP reply left out (RFC 5321 section 4.2.1).
///
/// Phrases of the rule tables are written in this form.
package struct FoldedText: Sendable {
    package private(set) var bytes: [UInt8] = []

    /// The maximum number of bytes of a text that are folded; a server's text on a failure is never longer.
    static let maximumBytes = 32 << 10

    /// Folds UTF-8.
    init(_ text: Span<UInt8>) {
        let end = min(text.count, FoldedText.maximumBytes)
        guard end > 0 else { return }
        bytes.append(addingCapacity: end + TextFolder.room) { output in
            output.withUnsafeMutableBufferPointer { buffer, count in
                var folder = TextFolder(buffer)
                folder.fold(text, in: 0..<end)
                count = folder.count
            }
        }
    }

    init(_ text: [UInt8]) { self.init(text.span) }

    package init(_ text: String) { self.init(text.utf8.span) }

    /// Bytes that are folded already.
    init(verbatim bytes: [UInt8]) { self.bytes = bytes }
}

extension FoldedText {
    /// Whether a word of ASCII letters may start there: no letter is before it.
    func startsWord(at index: Int) -> Bool {
        index == 0 || !bytes[index].isLetter || !bytes[index - 1].isLetter
    }

    /// Whether the folded text holds the words.
    func contains(_ words: String) -> Bool { contains(words.utf8.span) }

    func contains(_ words: StaticString) -> Bool { words.withUTF8Buffer { contains($0.span) } }

    private func contains(_ words: Span<UInt8>) -> Bool {
        bytes.span.firstIndex(of: words, in: 0..<bytes.count) != nil
    }
}
