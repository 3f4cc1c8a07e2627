import Bytes

/// The part of a report that is written for people: its lines, and where the returned message starts among them.
struct Prose: Sendable {
    /// UTF-8.
    let text: [UInt8]
    /// The lines before the returned message, without line ends.
    let lines: [Range<Int>]
    /// Where the returned message's header starts in `text`, or nil.
    let quotedAt: Int?
    /// The functions of the words of each line.
    private let signals: [FoundGroups<ProseSignal>]
    /// The lines, each folded separately and joined with a blank between non-empty ones, and their positions. The line
    /// that announces the returned message is the last.
    private let folded: [UInt8]
    private let foldedLines: [Range<Int>]
    /// The text is longer than what was read, `Limits.proseBytes` of it.
    let isCut: Bool
    /// Whether this equals the text folded as a whole.
    let isFoldedAsOne: Bool

    init(_ text: [UInt8]) {
        isCut = text.count > Limits.proseBytes
        let text = Prose.cut(text)
        let span = text.span
        var lines: [Range<Int>] = []
        var quotedAt: Int?
        var signals: [FoundGroups<ProseSignal>] = []
        var foldedLines: [Range<Int>] = []
        var (replyCodes, hasContinuation, hasBareBreak) = (0, false, false)
        let expected = min(text.count / 32, 1_024)
        lines.reserveCapacity(expected)
        signals.reserveCapacity(expected)
        foldedLines.reserveCapacity(expected)
        folded = [UInt8](unsafeUninitializedCapacity: text.count + TextFolder.room) { buffer, count in
            var position = 0
            while position < span.count {
                let line = span.line(at: position, before: span.count)
                if Prose.startsHeaderBlock(span, at: position) {
                    quotedAt = position
                    return
                }
                var folder = TextFolder(UnsafeMutableBufferPointer(rebasing: buffer[count...]))
                folder.fold(span, in: line.content.prefix(FoldedText.maximumBytes))
                let words = count..<(count + folder.count)
                replyCodes += folder.replyCodes
                hasContinuation = hasContinuation || folder.hasContinuation
                if count > 1, !words.isEmpty, buffer[count] >= 0x80, buffer[count - 2] >= 0x80 { hasBareBreak = true }
                let found = ProsePhrases.groups.find(in: UnsafeBufferPointer(buffer).span.extracting(words))
                count = words.upperBound
                if found.contains(.original),
                    Prose.isMarker(span, line.content, FoldedText(verbatim: Array(buffer[words])), found)
                {
                    quotedAt = line.next
                    return
                }
                if !words.isEmpty {
                    buffer[count] = 0x20
                    count += 1
                }
                lines.append(line.content)
                foldedLines.append(words)
                signals.append(found)
                position = line.next
            }
        }
        // Folded as one, a reply code is not repeated, and scripts without blanks have none between two lines.
        isFoldedAsOne = !(replyCodes > 1 && hasContinuation) && !hasBareBreak
        self.lines = lines
        self.quotedAt = quotedAt
        self.foldedLines = foldedLines
        self.signals = signals
        self.text = text
    }

    /// As many whole lines as the limit allows: a line that is cut may end within an address.
    private static func cut(_ text: [UInt8]) -> [UInt8] {
        guard text.count > Limits.proseBytes else { return text }
        let head = text[..<Limits.proseBytes]
        return Array(head.lastIndex(of: UInt8(ascii: "\n")).map { head[...$0] } ?? head)
    }

    /// What the words on a line do.
    func signals(ofLine number: Int) -> FoundGroups<ProseSignal> { signals[number] }

    /// What the words of a line and of the one before it do, if a sentence may be cut between the two.
    func signals(endingInLine number: Int) -> FoundGroups<ProseSignal> {
        let (before, line) = (
            folded.span.extracting(foldedLines[number - 1]), folded.span.extracting(foldedLines[number])
        )
        guard !before.isEmpty, !line.isEmpty else { return signals[number - 1] }
        // Folded as one, two lines may be other than one after the other: a reply code is not repeated, and scripts without
        // blanks have none between two lines.
        if line[0].isDigit || (line[0] >= 0x80 && before[before.count - 1] >= 0x80) {
            let unfolded = lines[number - 1].lowerBound..<lines[number].upperBound
            return ProsePhrases.groups.find(in: FoldedText(text.span.extracting(unfolded)))
        }
        let both = foldedLines[number - 1].lowerBound..<foldedLines[number].upperBound
        var found = signals[number - 1]
        found.formUnion(ProsePhrases.groups.find(across: before.count, folded.span.extracting(both)))
        return found
    }

    /// The text before the returned message, with the line that announces it, folded: what is in its first `limit`
    /// bytes.
    func folded(limit: Int) -> FoldedText {
        let end = quotedAt ?? head.upperBound
        guard isFoldedAsOne, end <= limit else { return FoldedText(text.span.extracting(0..<min(end, limit))) }
        return FoldedText(verbatim: folded.last == 0x20 ? Array(folded.dropLast()) : folded)
    }

    /// Whether a word may be in the first `count` bytes of the text: in their folded lines, which are no longer.
    func mayHold(_ word: String, inFirst count: Int) -> Bool {
        FoldedText(verbatim: Array(folded.prefix(count))).contains(word)
    }

    /// Everything before the returned message.
    var head: Range<Int> { 0..<(lines.last?.upperBound ?? 0) }

    /// A line that announces the returned message: `--- Below this line is a copy of the message.`
    private static func isMarker(
        _ text: Span<UInt8>, _ line: Range<Int>, _ folded: FoldedText, _ found: FoundGroups<ProseSignal>
    ) -> Bool {
        let line = text.trimmed(line)
        guard line.count >= 8, line.count <= 160 else { return false }
        let first = text[line.lowerBound]
        let last = text[line.upperBound - 1]
        if isRule(first) && line.count >= 12 { return true }
        // "The following addresses did not receive a copy of your message:"
        if found.contains(.failure), folded.contains("address") || folded.contains("recipient") { return false }
        if last == UInt8(ascii: ":") || (isRule(last) && line.count >= 12) { return true }
        let sentences = [
            "original message follow", "message header follows", "message headers follow", "copy of the message",
            "copy of your message", "copy of the original message", "below this line", "header of the original",
            "returned message follows", "copy of the mail", "copy of your mail", "元のメッセージ",
            "a copy of the message header",
        ]
        return folded.bytes.count < 100 && sentences.contains { folded.contains($0) }
            && !folded.contains("was received") && !folded.contains("?")
    }

    private static func isRule(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "|") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "+")
    }

    /// Three or more header lines one after the other, among them one that only a message has.
    private static func startsHeaderBlock(_ text: Span<UInt8>, at start: Int) -> Bool {
        guard let kind = headerKind(text, text.line(at: start, before: text.count).content), kind != .folded else {
            return false
        }
        var position = start
        var fields = 0
        var traces = 0
        for _ in 0..<40 where position < text.count {
            let line = text.line(at: position, before: text.count)
            guard let kind = headerKind(text, line.content) else { break }
            if kind != .folded { fields += 1 }
            if kind == .trace { traces += 1 }
            if fields >= 3, traces >= 1 { return true }
            position = line.next
        }
        return false
    }

    private enum HeaderKind { case trace, other, folded }

    private static func headerKind(_ text: Span<UInt8>, _ line: Range<Int>) -> HeaderKind? {
        guard let first = line.first else { return nil }
        if text[first].isBlank { return text.trimmed(line).isEmpty ? nil : .folded }
        let limit = min(line.upperBound, line.lowerBound + 40)
        var colon = line.lowerBound
        while colon < limit, text[colon].isLetterOrDigit || text[colon] == UInt8(ascii: "-") {
            colon += 1
        }
        guard colon < limit, text[colon] == UInt8(ascii: ":") else { return nil }
        for name: StaticString in [
            "received", "return-path", "message-id", "x-original-to", "dkim-signature", "mime-version",
        ]
        where text.equals(name, ignoringCaseIn: line.lowerBound..<colon) { return .trace }
        return colon > line.lowerBound + 1 ? .other : nil
    }
}
