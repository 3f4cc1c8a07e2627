import Glibc

extension UnsafeRawBufferPointer {
    /// The first `byte` in `range`, found with memchr(3).
    @inlinable package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= count, let baseAddress,
            let hit = memchr(baseAddress + range.lowerBound, Int32(byte), range.count)
        else { return nil }
        return UnsafeRawPointer(hit) - baseAddress
    }
}

/// Searching and comparing. All positions are offsets into the span given.
extension Span<UInt8> {
    /// The first `byte` in `range`, found with memchr(3).
    @inlinable package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        withUnsafeBytes { $0.firstIndex(of: byte, in: range) }
    }

    /// Where `words` first occur in a range that holds all of them, or nil.
    @inlinable package func firstIndex(of words: Span<UInt8>, in range: Range<Int>) -> Int? {
        guard !words.isEmpty else { return nil }
        var from = range.lowerBound
        while from + words.count <= range.upperBound,
            let hit = firstIndex(of: words[0], in: from..<(range.upperBound - words.count + 1))
        {
            var offset = 1
            while offset < words.count, self[hit + offset] == words[offset] { offset += 1 }
            if offset == words.count { return hit }
            from = hit + 1
        }
        return nil
    }

    /// Where `words`, which are lower case ASCII, first occur in any case, or nil.
    @inlinable package func position(of words: StaticString) -> Int? {
        let first = words.utf8Start[0]
        return [first, first.isLetter ? first & ~0x20 : first].compactMap { letter in
            var from = 0
            while let start = firstIndex(of: letter, in: from..<count) {
                if hasPrefix(words, ignoringCaseIn: start..<count) { return start }
                from = start + 1
            }
            return nil
        }.min()
    }

    /// Where the line that starts at `start` ends, without its line end, and where the next one starts.
    /// A line ends with LF, which a CR may precede.
    @inlinable package func line(at start: Int, before end: Int) -> (content: Range<Int>, next: Int) {
        guard start < end else { return (end..<end, end) }
        guard let feed = firstIndex(of: UInt8(ascii: "\n"), in: start..<end) else { return (start..<end, end) }
        let last = feed > start && self[feed - 1] == UInt8(ascii: "\r") ? feed - 1 : feed
        return (start..<last, feed + 1)
    }

    /// Where the first line at or after `position` starts that holds more than blanks; the end if there is none.
    @inlinable package func firstLine(notBlankFrom position: Int) -> Int {
        var position = position
        while position < count {
            let line = line(at: position, before: count)
            guard isBlank(line.content) else { break }
            position = line.next
        }
        return position
    }

    /// Whether there is nothing in `range` but blanks, tabs and line ends.
    @inlinable package func isBlank(_ range: Range<Int>) -> Bool {
        guard let first = range.first else { return true }
        return self[first].isSpace && trimmed(range).isEmpty
    }

    /// `range` without blanks, tabs and line ends at both ends.
    @inlinable package func trimmed(_ range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, self[low].isSpace { low += 1 }
        while high > low, self[high - 1].isSpace { high -= 1 }
        return low..<high
    }

    /// Whether `range` spells `word`, which is lower case ASCII, in any case.
    @inlinable package func equals(_ word: StaticString, ignoringCaseIn range: Range<Int>) -> Bool {
        range.count == word.utf8CodeUnitCount && hasPrefix(word, ignoringCaseIn: range)
    }

    /// Whether `range` starts with `word`, which is lower case ASCII, in any case.
    @inlinable package func hasPrefix(_ word: StaticString, ignoringCaseIn range: Range<Int>) -> Bool {
        let length = word.utf8CodeUnitCount
        guard range.count >= length, range.lowerBound >= 0, range.upperBound <= count else { return false }
        let start = extracting(range.lowerBound..<(range.lowerBound + length))
        let letters = word.utf8Start
        for offset in 0..<start.count {
            let (byte, letter) = (start[offset], letters[offset])
            // Most letters are small.
            guard byte == letter || byte.lowercased == letter else { return false }
        }
        return true
    }

    /// A copy of `range`.
    @inlinable package func copy(_ range: Range<Int>) -> [UInt8] {
        guard !range.isEmpty else { return [] }
        return extracting(range).withUnsafeBufferPointer { [UInt8]($0) }
    }
}

extension [UInt8] {
    @inlinable package mutating func append(contentsOf bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}

extension String {
    /// UTF-8 bytes as text.
    @inlinable package init(reading bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    package var trimmingBlanks: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
