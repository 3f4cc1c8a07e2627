/// Parameters behind a media type or disposition: `; name=value`, quoted strings, and RFC 2231's continuations
/// (`name*0*=`) and charsets (`name*=utf-8'en'%E3…`).
package enum Parameters {
    /// Pieces of one continued parameter that are put together.
    package static let maximumPieces = 64

    /// The value of parameter `name` (lower case) in a field's value, decoded, or nil.
    package static func value(_ name: StaticString, in bytes: Span<UInt8>) -> String? {
        var plain: [UInt8]?
        var pieces: [(number: Int, isExtended: Bool, value: [UInt8])] = []
        var index = bytes.firstIndex(of: UInt8(ascii: ";"), in: 0..<bytes.count) ?? bytes.count
        while index < bytes.count {
            index += 1
            let start = index
            // The name ends at `=`; a stray `;` or the end makes it no parameter.
            while index < bytes.count, bytes[index] != UInt8(ascii: "="), bytes[index] != UInt8(ascii: ";") {
                index += 1
            }
            guard index < bytes.count else { break }
            guard bytes[index] == UInt8(ascii: "=") else { continue }
            let written = bytes.trimmed(start..<index)
            let (content, next) = quotedOrToken(bytes, from: index + 1)
            index = next
            guard bytes.hasPrefix(name, ignoringCaseIn: written) else { continue }
            let suffix = (written.lowerBound + name.utf8CodeUnitCount)..<written.upperBound
            if suffix.isEmpty {
                if plain == nil { plain = content }
            } else if bytes[suffix.lowerBound] == UInt8(ascii: "*"), pieces.count < maximumPieces {
                let isExtended = bytes[suffix.upperBound - 1] == UInt8(ascii: "*")
                var number = 0
                for position in suffix where bytes[position].isDigit {
                    number = min(number * 10 + Int(bytes[position] - 0x30), maximumPieces)
                }
                pieces.append((number, isExtended, content))
            }
        }
        if pieces.isEmpty { return plain.map { EncodedWord.decode($0) } }
        return joined(pieces.sorted { $0.number < $1.number })
    }

    private static func joined(_ pieces: [(number: Int, isExtended: Bool, value: [UInt8])]) -> String {
        var charset: String?
        var out: [UInt8] = []
        for (position, piece) in pieces.enumerated() {
            var value = piece.value[...]
            if piece.isExtended {
                // charset'language'text stands in the first piece only.
                if position == 0, let first = value.firstIndex(of: UInt8(ascii: "'")),
                    let second = value[(first + 1)...].firstIndex(of: UInt8(ascii: "'"))
                {
                    charset = String(decoding: value[..<first], as: UTF8.self)
                    value = value[(second + 1)...]
                }
                var index = value.startIndex
                while index < value.endIndex {
                    if value[index] == UInt8(ascii: "%"), index + 2 < value.endIndex,
                        let high = TransferEncoding.hexDigit(value[index + 1]),
                        let low = TransferEncoding.hexDigit(value[index + 2])
                    {
                        out.append(high << 4 | low)
                        index += 3
                    } else {
                        out.append(value[index])
                        index += 1
                    }
                }
            } else {
                out.append(contentsOf: value)
            }
        }
        return String(decoding: Charset.utf8(out, charset: charset), as: UTF8.self)
    }

    private static func quotedOrToken(_ bytes: Span<UInt8>, from start: Int) -> (content: [UInt8], next: Int) {
        var index = start
        while index < bytes.count, bytes[index].isSpace { index += 1 }
        var content: [UInt8] = []
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
            index += 1
            while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
                if bytes[index] != 0x0A, bytes[index] != 0x0D { content.append(bytes[index]) }
                index += 1
            }
            while index < bytes.count, bytes[index] != UInt8(ascii: ";") { index += 1 }
        } else {
            let from = index
            while index < bytes.count, bytes[index] != UInt8(ascii: ";") { index += 1 }
            var token = bytes.trimmed(from..<index)
            // A comment or a blank ends an unquoted value, but for the few that forget the quotes around a boundary.
            if let blank = bytes.firstIndex(of: UInt8(ascii: " "), in: token) { token = token.lowerBound..<blank }
            content = bytes.copy(bytes.trimmed(token))
        }
        return (content, index)
    }
}
