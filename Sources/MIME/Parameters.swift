import Bytes

/// Parameters after a media type or disposition: `; name=value`, quoted strings, comments, and RFC 2231's continuations
/// (`name*0*=`) and charsets (`name*=utf-8'en'%E3…`).
package enum Parameters {
    /// The number of pieces of one continued parameter that are joined.
    package static let maximumPieces = 64

    private struct Piece {
        var number: Int
        var isExtended: Bool
        var value: [UInt8]
    }

    /// The value of parameter `name` (lower case) in a field's value, decoded, or nil.
    package static func value(_ name: StaticString, in bytes: Span<UInt8>) -> String? {
        let (plain, pieces) = find(name, in: bytes)
        if pieces.isEmpty { return plain.map { EncodedWord.decode($0.span) } }
        let (value, charset) = joined(pieces)
        return String(decoding: Charset.utf8(value, charset: charset), as: UTF8.self)
    }

    /// The bytes of parameter `name` (lower case), or nil: what a boundary is compared by.
    static func bytes(of name: StaticString, in bytes: Span<UInt8>) -> [UInt8]? {
        let (plain, pieces) = find(name, in: bytes)
        return pieces.isEmpty ? plain : joined(pieces).value
    }

    /// The first value of that name, and the pieces of its continued form, which is the better one if both are there
    /// (RFC 6266 section 4.3).
    private static func find(_ name: StaticString, in bytes: Span<UInt8>) -> (plain: [UInt8]?, pieces: [Piece]) {
        var plain: [UInt8]?
        var pieces: [Piece] = []
        var scan = Scan()
        scan.skipType(bytes)
        while scan.index < bytes.count {
            // At a semicolon.
            scan.index += 1
            scan.skipBlanks(bytes)
            let written = scan.name(bytes)
            scan.skipBlanks(bytes)
            guard scan.index < bytes.count, bytes[scan.index] == UInt8(ascii: "=") else {
                scan.skipToSemicolon(bytes)
                continue
            }
            scan.index += 1
            scan.skipBlanks(bytes)
            guard bytes.hasPrefix(name, ignoringCaseIn: written) else {
                _ = scan.value(bytes)
                continue
            }
            let suffix = (written.lowerBound + name.utf8CodeUnitCount)..<written.upperBound
            let content = scan.value(bytes).content(bytes)
            if suffix.isEmpty {
                if plain == nil { plain = content }
            } else if bytes[suffix.lowerBound] == UInt8(ascii: "*"), pieces.count < maximumPieces {
                let isExtended = bytes[suffix.upperBound - 1] == UInt8(ascii: "*")
                var number = 0
                for position in suffix where bytes[position].isDigit {
                    number = min(number * 10 + Int(bytes[position] - 0x30), maximumPieces)
                }
                pieces.append(Piece(number: number, isExtended: isExtended, value: content))
            }
        }
        return (plain, pieces)
    }

    private static func joined(_ pieces: [Piece]) -> (value: [UInt8], charset: String?) {
        var charset: String?
        var out: [UInt8] = []
        for (position, piece) in pieces.sorted(by: { $0.number < $1.number }).enumerated() {
            var value = piece.value[...]
            guard piece.isExtended else {
                out.append(contentsOf: value)
                continue
            }
            // charset'language'text is in the first piece only.
            if position == 0, let first = value.firstIndex(of: UInt8(ascii: "'")),
                let second = value[(first + 1)...].firstIndex(of: UInt8(ascii: "'"))
            {
                charset = String(decoding: value[..<first], as: UTF8.self)
                value = value[(second + 1)...]
            }
            var index = value.startIndex
            while index < value.endIndex {
                if value[index] == UInt8(ascii: "%"), index + 2 < value.endIndex,
                    let high = value[index + 1].hexadecimalValue,
                    let low = value[index + 2].hexadecimalValue
                {
                    out.append(high << 4 | low)
                    index += 3
                } else {
                    out.append(value[index])
                    index += 1
                }
            }
        }
        return (out, charset)
    }

    /// Where a value is, without its quotes.
    private struct Value {
        var range: Range<Int>
        var isQuoted: Bool

        /// The value without escapes and line ends.
        func content(_ bytes: Span<UInt8>) -> [UInt8] {
            guard isQuoted, range.contains(where: { bytes[$0] == UInt8(ascii: "\\") || bytes[$0].isSpace }) else {
                return bytes.copy(range)
            }
            var content: [UInt8] = []
            var position = range.lowerBound
            while position < range.upperBound {
                // The closing quote is not escaped: something is after every backslash.
                if bytes[position] == UInt8(ascii: "\\") { position += 1 }
                if bytes[position] != 0x0A, bytes[position] != 0x0D { content.append(bytes[position]) }
                position += 1
            }
            return content
        }
    }

    /// A position in a field's value that moves forward only.
    private struct Scan {
        var index = 0
        /// An unclosed parenthesis was found: from there on parentheses are ordinary characters.
        private var hasOpenComment = false

        /// Moves to the first semicolon outside comments, or to the end.
        mutating func skipType(_ bytes: Span<UInt8>) {
            while index < bytes.count, bytes[index] != UInt8(ascii: ";") {
                if bytes[index] != UInt8(ascii: "(") || !skipComment(bytes) { index += 1 }
            }
        }

        mutating func skipToSemicolon(_ bytes: Span<UInt8>) {
            index = bytes.firstIndex(of: UInt8(ascii: ";"), in: index..<bytes.count) ?? bytes.count
        }

        mutating func skipBlanks(_ bytes: Span<UInt8>) {
            while index < bytes.count {
                if bytes[index].isSpace {
                    index += 1
                } else if bytes[index] != UInt8(ascii: "(") || !skipComment(bytes) {
                    return
                }
            }
        }

        /// RFC 5322 section 3.2.2. False if nothing closes the comment.
        private mutating func skipComment(_ bytes: Span<UInt8>) -> Bool {
            guard !hasOpenComment else { return false }
            var depth = 0
            var position = index
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "("): depth += 1
                case UInt8(ascii: ")"): depth -= 1
                case UInt8(ascii: "\\"): position += 1
                default: break
                }
                position += 1
                if depth == 0 {
                    index = min(position, bytes.count)
                    return true
                }
            }
            hasOpenComment = true
            return false
        }

        mutating func name(_ bytes: Span<UInt8>) -> Range<Int> {
            let start = index
            while index < bytes.count, bytes[index] != UInt8(ascii: "="), bytes[index] != UInt8(ascii: ";"),
                !bytes[index].isSpace
            {
                index += 1
            }
            return start..<index
        }

        /// A quoted string or a token; moves to the semicolon after it, or to the end.
        mutating func value(_ bytes: Span<UInt8>) -> Value {
            if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                index += 1
                if let range = quoted(bytes) {
                    index = range.upperBound + 1
                    skipToSemicolon(bytes)
                    return Value(range: range, isQuoted: true)
                }
            }
            let start = index
            skipToSemicolon(bytes)
            var end = start
            // A blank ends an unquoted value: a comment may follow it.
            while end < index, !bytes[end].isSpace { end += 1 }
            return Value(range: start..<end, isQuoted: false)
        }

        /// What comes before the closing quote, or `nil` if there is none.
        private func quoted(_ bytes: Span<UInt8>) -> Range<Int>? {
            var position = index
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                position += bytes[position] == UInt8(ascii: "\\") && position + 1 < bytes.count ? 2 : 1
            }
            return position < bytes.count ? index..<position : nil
        }
    }
}
