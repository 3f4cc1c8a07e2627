/// Real-world Japanese mail in ISO-2022-JP (RFC 1468): glibc's converter rejects much of what mailers write (NEC's row
/// 13 with ①, half-width kana, shift codes), so the text is converted to EUC-JP, whose converter supports them.
enum ISO2022JP {
    /// The text in EUC-JP, with invalid bytes as FF, or the iconv charset that supports the escapes that EUC-JP does
    /// not.
    enum Reading: Equatable {
        case eucJP([UInt8])
        case other(String)
    }

    private enum Set { case single, kana, double, supplementary }

    static func read(_ bytes: Span<UInt8>) -> Reading {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 16)
        var set = Set.single
        var isShifted = false
        var index = 0
        while index < bytes.count {
            if set == .single, !isShifted {
                // Most of a mail is ASCII.
                let plain = plain(bytes, from: index)
                bytes.extracting(plain).withUnsafeBufferPointer { out.append(contentsOf: $0) }
                index = plain.upperBound
                guard index < bytes.count else { break }
            }
            let byte = bytes[index]
            switch byte {
            case 0x1B:
                switch escape(bytes, at: index) {
                case .some(.set(let new, let length)):
                    set = new
                    index += length
                case .some(.foreign(let charset)): return .other(charset)
                case nil:
                    out.append(byte)
                    index += 1
                }
            case 0x0E, 0x0F:
                isShifted = byte == 0x0E
                index += 1
            case 0x0A:
                // Each line starts in ASCII (RFC 1468), even if its writer forgot the escape.
                set = .single
                isShifted = false
                out.append(byte)
                index += 1
            case 0x21...0x7E where isShifted || set == .kana:
                out.append(0x8E)
                out.append(byte | 0x80)
                index += 1
            case 0x21...0x7E where set != .single:
                if index + 1 < bytes.count, bytes[index + 1] >= 0x21, bytes[index + 1] <= 0x7E {
                    if set == .supplementary { out.append(0x8F) }
                    out.append(byte | 0x80)
                    out.append(bytes[index + 1] | 0x80)
                    index += 2
                } else {
                    out.append(0xFF)
                    index += 1
                }
            case 0xA1...0xDF:
                // Half-width kana in eight bits, as Windows writes them.
                out.append(0x8E)
                out.append(byte)
                index += 1
            default:
                out.append(byte < 0x80 ? byte : 0xFF)
                index += 1
            }
        }
        return .eucJP(out)
    }

    /// The ASCII from `start` on, up to what changes the set.
    private static func plain(_ bytes: Span<UInt8>, from start: Int) -> Range<Int> {
        var end = start
        while end < bytes.count, bytes[end] < 0x80, bytes[end] != 0x1B, bytes[end] | 1 != 0x0F { end += 1 }
        return start..<end
    }

    private enum Escape {
        case set(Set, length: Int)
        case foreign(String)
    }

    private static func escape(_ bytes: Span<UInt8>, at start: Int) -> Escape? {
        func byte(_ offset: Int) -> UInt8 { start + offset < bytes.count ? bytes[start + offset] : 0 }
        switch (byte(1), byte(2), byte(3)) {
        case (0x28, 0x42, _), (0x28, 0x4A, _), (0x28, 0x48, _): return .set(.single, length: 3)
        case (0x28, 0x49, _): return .set(.kana, length: 3)
        case (0x24, 0x40, _), (0x24, 0x42, _): return .set(.double, length: 3)
        case (0x24, 0x28, 0x40), (0x24, 0x28, 0x42): return .set(.double, length: 4)
        case (0x24, 0x28, 0x44): return .set(.supplementary, length: 4)
        // JIS X 0213.
        case (0x24, 0x28, 0x4F), (0x24, 0x28, 0x50), (0x24, 0x28, 0x51): return .foreign("ISO-2022-JP-3")
        // GB 2312, KS C 5601, Latin and Greek: RFC 1554.
        case (0x24, 0x41, _), (0x24, 0x28, 0x43), (0x2E, 0x41, _), (0x2E, 0x46, _): return .foreign("ISO-2022-JP-2")
        default: return nil
        }
    }
}
