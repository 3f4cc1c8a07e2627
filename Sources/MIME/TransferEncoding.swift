import Bytes

/// The transfer encoding of a body (RFC 2045 section 6).
public enum TransferEncoding: UInt8, Sendable {
    /// 7bit, 8bit, binary, absent or unknown: not encoded.
    case identity
    /// quoted-printable (section 6.7).
    case quotedPrintable
    /// base64 (section 6.8).
    case base64
    /// x-uuencode and its names; not decoded, never text of a report.
    case uuencode

    /// Reads the value of a Content-Transfer-Encoding field.
    package init(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        let value = bytes.trimmed(value)
        // Broken senders quote the token; a comment may follow it.
        let start = value.isEmpty || bytes[value.lowerBound] != 0x22 ? value.lowerBound : value.lowerBound + 1
        let token = start..<value.upperBound
        if bytes.hasPrefix("quoted-printable", ignoringCaseIn: token) {
            self = .quotedPrintable
        } else if bytes.hasPrefix("base64", ignoringCaseIn: token) {
            self = .base64
        } else if bytes.hasPrefix("x-uu", ignoringCaseIn: token) || bytes.hasPrefix("uu", ignoringCaseIn: token) {
            self = .uuencode
        } else {
            self = .identity
        }
    }

    /// The decoded bytes of `range`, at most `limit` of them. Characters outside the alphabet are ignored (RFC 2045
    /// section 6.8); an invalid escape stays as it is (section 6.7).
    @usableFromInline package func decode(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> [UInt8] {
        switch self {
        case .identity, .uuencode:
            bytes.copy(range.lowerBound..<(range.lowerBound + Swift.min(range.count, limit)))
        case .quotedPrintable: TransferEncoding.quotedPrintable(bytes, range, limit: limit, underscore: false)
        case .base64: TransferEncoding.base64(bytes, range, limit: limit)
        }
    }

    /// - Parameter underscore: whether `_` means a blank (RFC 2047 section 4.2).
    static func quotedPrintable(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int, underscore: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Swift.min(range.count, limit))
        var index = range.lowerBound
        let end = range.upperBound
        while index < end, out.count < limit {
            let byte = bytes[index]
            if byte == UInt8(ascii: "=") {
                if index + 2 < end, let high = bytes[index + 1].hexadecimalValue,
                    let low = bytes[index + 2].hexadecimalValue
                {
                    out.append(high << 4 | low)
                    index += 3
                    continue
                }
                // A soft line break, blanks before the line end included. The last line's end is not the body's own.
                var next = index + 1
                while next < end, bytes[next].isBlank || bytes[next] == 0x0D { next += 1 }
                if !underscore, next >= end || bytes[next] == 0x0A {
                    index = next + 1
                    continue
                }
                out.append(byte)
                index += 1
            } else if underscore {
                out.append(byte == UInt8(ascii: "_") ? 0x20 : byte)
                index += 1
            } else {
                let escape = bytes.firstIndex(of: UInt8(ascii: "="), in: index..<end) ?? end
                let plain = index..<(index + Swift.min(escape - index, limit - out.count))
                out.append(contentsOf: bytes.extracting(plain))
                index = plain.upperBound
            }
        }
        return out
    }

    static func base64(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Swift.min(range.count / 4 * 3 + 3, limit))
        var bits: UInt32 = 0
        var count = 0
        for index in range {
            guard out.count < limit else { break }
            guard let value = base64Digit(bytes[index]) else {
                // Padding ends a quantum; some senders put several padded runs one after the other.
                if bytes[index] == UInt8(ascii: "=") {
                    bits = 0
                    count = 0
                }
                continue
            }
            bits = bits << 6 | UInt32(value)
            count += 1
            switch count {
            case 2: out.append(UInt8(truncatingIfNeeded: bits >> 4))
            case 3: out.append(UInt8(truncatingIfNeeded: bits >> 2))
            case 4:
                out.append(UInt8(truncatingIfNeeded: bits))
                bits = 0
                count = 0
            default: break
            }
        }
        return out
    }

    private static func base64Digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
