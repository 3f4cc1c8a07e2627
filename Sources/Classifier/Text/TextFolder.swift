import Bytes

/// Writes a text's folded form (`FoldedText`) into memory that holds as many bytes as the text, and `TextFolder.room` more: no
/// step writes more than it reads, but for the blank after a reply code at the very end, and eight bytes at once.
struct TextFolder {
    /// Bytes of memory that are needed in addition to those of the text.
    static let room = 8

    private let written: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0
    /// Reply codes met, and whether one said that its reply goes on.
    private(set) var replyCodes = 0
    private(set) var hasContinuation = false

    init(_ memory: UnsafeMutableBufferPointer<UInt8>) { written = memory }

    mutating func fold(_ text: Span<UInt8>, in range: Range<Int>) {
        let end = range.upperBound
        var index = range.lowerBound
        var code: (UInt8, UInt8, UInt8)?
        var sawContinuation = false
        while index < end {
            if text[index] < 0x80 { index += appendWords(text, at: index, end) }
            guard index < end else { break }
            let byte = text[index]
            if byte.isSpace {
                appendBlank()
                index += 1
                continue
            }
            if startsToken, byte >= 0x32, byte <= 0x35, let reply = TextFolder.replyCode(text, at: index, end) {
                replyCodes += 1
                if reply.isContinuation { hasContinuation = true }
                let isRepeat = code.map { $0 == reply.code } ?? false
                if isRepeat && (reply.isContinuation || sawContinuation) {
                    if reply.isContinuation { sawContinuation = true }
                    index = TextFolder.skipStatus(text, at: reply.next, end)
                    continue
                }
                if code == nil {
                    code = reply.code
                    sawContinuation = reply.isContinuation
                }
                append(reply.code.0)
                append(reply.code.1)
                append(reply.code.2)
                appendBlank()
                index = reply.next
                continue
            }
            if byte == UInt8(ascii: "@") {
                index = appendAddress(text, at: index, end)
            } else if byte < 0x80 {
                append(byte.lowercased)
                index += 1
            } else {
                index = appendHigh(text, at: index, end)
            }
        }
        if count > 0, written[count - 1] == 0x20 { count -= 1 }
    }

    /// Whether what is written next is after a blank.
    private var startsToken: Bool { count == 0 || written[count - 1] == 0x20 }

    /// Writes what needs no second look (`TextWords`), eight bytes at a time. Returns how many bytes that were.
    private mutating func appendWords(_ text: Span<UInt8>, at start: Int, _ end: Int) -> Int {
        // Eight bytes are read and written at once.
        guard start >= 0, start < end, end >= 8, end <= text.count, written.count - count >= end - start + 7 else {
            return 0
        }
        let done = text.withUnsafeBytes { raw in
            let target = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(written)[count...])
            var isBehindBlank = startsToken
            var done = 0
            while start &+ done &+ 8 <= end {
                let words = TextWords(
                    UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: start &+ done, as: UInt64.self)),
                    isBehindBlank: isBehindBlank)
                target.storeBytes(of: words.lowercased.littleEndian, toByteOffset: done, as: UInt64.self)
                done &+= words.plainCount
                guard words.plainCount == 8 else { return done }
                isBehindBlank = words.endsWithBlank
            }
            guard start &+ done < end else { return done }
            // Of the last few bytes some were read already: zeros, which are not plain, are after the others.
            let last = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: end &- 8, as: UInt64.self))
            let words = TextWords(last &>> UInt64(8 &* (8 &- (end &- start &- done))), isBehindBlank: isBehindBlank)
            target.storeBytes(of: words.lowercased.littleEndian, toByteOffset: done, as: UInt64.self)
            return done &+ words.plainCount
        }
        count += done
        return done
    }

    private mutating func append(_ byte: UInt8) {
        precondition(count < written.count)
        written[count] = byte
        count += 1
    }

    /// A blank, unless one is there already or the text starts here.
    private mutating func appendBlank() {
        if count > 0, written[count - 1] != 0x20 { append(0x20) }
    }

    /// Replaces the local part already written and the domain to come by a lone `@`.
    private mutating func appendAddress(_ text: Span<UInt8>, at start: Int, _ end: Int) -> Int {
        var kept = count
        while kept > 0, TextFolder.isAddressByte(written[kept - 1]) {
            // Scripts without blanks run into an address; the sentence's words must stay.
            if kept >= 3, kept < count, written[kept] < 0x80, written[kept - 1] >= 0x80, written[kept - 3] >= 0xE2 {
                break
            }
            kept -= 1
        }
        count = kept
        append(UInt8(ascii: "@"))
        var index = start + 1
        while index < end, TextFolder.isAddressByte(text[index]) {
            if text[index] >= 0xE2, text[index - 1].isLetterOrDigit { break }
            index += 1
        }
        // A full stop after the domain ends a sentence.
        if index > start + 1, text[index - 1] == UInt8(ascii: ".") {
            while index > start + 1, text[index - 1] == UInt8(ascii: ".") { index -= 1 }
        }
        return index
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        byte.isWord || byte == 0x2E || byte == 0x2D || byte == 0x5F || byte == 0x2B
            || byte == 0x3D || byte == 0x23 || byte == 0x2F || byte == 0x21 || byte == 0x25 || byte == 0x26
    }

    /// The small letter for a capital of Latin, Greek or Cyrillic in two bytes of UTF-8, or nil.
    private static func smallLetter(_ byte: UInt8, _ second: UInt8) -> (UInt8, UInt8)? {
        switch (byte, second) {
        case (0xC3, 0x80...0x96), (0xC3, 0x98...0x9E): (0xC3, second + 0x20)
        case (0xC4, ...0xB7), (0xC5, 0x8A...0xB7): (byte, second | 1)
        case (0xC5, 0x81...0x87) where second & 1 == 1, (0xC5, 0xB9...0xBD) where second & 1 == 1: (0xC5, second + 1)
        case (0xCE, 0x86): (0xCE, 0xAC)
        case (0xCE, 0x88...0x8A): (0xCE, second + 0x25)
        case (0xCE, 0x8C): (0xCF, 0x8C)
        case (0xCE, 0x8E...0x8F): (0xCF, second - 1)
        case (0xCE, 0x91...0x9F): (0xCE, second + 0x20)
        case (0xCE, 0xA0...0xA9): (0xCF, second - 0x20)
        case (0xD0, 0x90...0x9F): (0xD0, second + 0x20)
        case (0xD0, 0xA0...0xAF): (0xD1, second - 0x20)
        case (0xD0, ...0x8F): (0xD1, second + 0x10)
        default: nil
        }
    }

    /// Case of Latin and Cyrillic, quotes, and the blanks of other scripts. Between two characters of a script without
    /// blanks, a line break is not a blank.
    private mutating func appendHigh(_ text: Span<UInt8>, at index: Int, _ end: Int) -> Int {
        let byte = text[index]
        // The last byte of a character that ends the text.
        guard index + 1 < end else {
            append(byte)
            return index + 1
        }
        let second = text[index + 1]
        if byte == 0xC2, second == 0xA0 {
            appendBlank()
            return index + 2
        }
        if byte == 0xC4, second == 0xB0 {
            append(UInt8(ascii: "i"))
            return index + 2
        }
        if let small = TextFolder.smallLetter(byte, second) {
            append(small.0)
            append(small.1)
            return index + 2
        }
        if index + 2 < end {
            let third = text[index + 2]
            if byte == 0xE2, second == 0x80 {
                if third == 0x98 || third == 0x99 {
                    append(UInt8(ascii: "'"))
                    return index + 3
                }
                if third == 0x9C || third == 0x9D {
                    append(UInt8(ascii: "\""))
                    return index + 3
                }
                if third == 0x8B || third == 0x8E || third == 0x8F { return index + 3 }
            }
            if byte == 0xE3, second == 0x80, third == 0x80 {
                appendBlank()
                return index + 3
            }
            // CJK: E3 81 … E9; a folded blank between two of them was a line break.
            if byte >= 0xE3, byte <= 0xE9, count > 3, written[count - 1] == 0x20,
                written[count - 4] >= 0xE3, written[count - 4] <= 0xE9
            {
                count -= 1
            }
        }
        append(byte)
        return index + 1
    }

    /// `550`, `550-`, followed by a blank, a status or text; never `550.1` or `5501`.
    private static func replyCode(
        _ text: Span<UInt8>, at start: Int, _ end: Int
    ) -> (code: (UInt8, UInt8, UInt8), isContinuation: Bool, next: Int)? {
        guard start + 3 <= end, text[start + 1].isDigit, text[start + 2].isDigit else { return nil }
        let code = (text[start], text[start + 1], text[start + 2])
        guard start + 3 < end else { return (code, false, start + 3) }
        switch text[start + 3] {
        case UInt8(ascii: "-"): return (code, true, start + 4)
        case let byte where byte.isSpace: return (code, false, start + 3)
        default: return nil
        }
    }

    /// Passes over `5.1.1` after a repeated reply code.
    private static func skipStatus(_ text: Span<UInt8>, at start: Int, _ end: Int) -> Int {
        var index = start
        while index < end, text[index].isSpace { index += 1 }
        let from = index
        var dots = 0
        while index < end, text[index].isDigit || text[index] == UInt8(ascii: ".") {
            if text[index] == UInt8(ascii: ".") { dots += 1 }
            index += 1
        }
        return dots == 2 && index - from <= 11 ? index : from
    }
}
