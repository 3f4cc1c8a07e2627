import Glibc

/// An iconv(3) converter to UTF-8.
struct Converter: ~Copyable {
    private let handle: iconv_t
    private let charset: String

    /// `nil` if this system has no such converter.
    init?(_ charset: String) {
        guard let handle = ConverterPool.take(charset) else { return nil }
        self.handle = handle
        self.charset = charset
    }

    deinit { ConverterPool.giveBack(handle, charset) }

    /// The bytes in UTF-8; one U+FFFD for each invalid sequence.
    func utf8(_ bytes: [UInt8]) -> [UInt8] {
        var input = bytes
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 2 + 16)
        input.withUnsafeMutableBytes { raw in
            guard let base = raw.baseAddress else { return }
            var from: UnsafeMutablePointer<CChar>? = base.assumingMemoryBound(to: CChar.self)
            var left = raw.count
            withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { block in
                guard let blockBase = block.baseAddress else { return }
                while left > 0 {
                    var to: UnsafeMutablePointer<CChar>? = blockBase.assumingMemoryBound(to: CChar.self)
                    var room = block.count
                    let before = left
                    let status = iconv(handle, &from, &left, &to, &room)
                    let problem = errno
                    out.append(contentsOf: block[0..<(block.count - room)])
                    if status != -1 || (problem == E2BIG && left < before) { continue }
                    out.append(contentsOf: [0xEF, 0xBF, 0xBD])
                    // An unfinished sequence is all that is left.
                    let length =
                        problem == EINVAL ? left : wrongLength(UnsafeRawBufferPointer(rebasing: raw.suffix(left)))
                    from = from?.advanced(by: length)
                    left -= length
                }
                // What the charset's state still holds.
                var to: UnsafeMutablePointer<CChar>? = blockBase.assumingMemoryBound(to: CChar.self)
                var room = block.count
                _ = iconv(handle, nil, nil, &to, &room)
                out.append(contentsOf: block[0..<(block.count - room)])
            }
        }
        return out
    }

    /// The length of the invalid sequence at the start of `rest`. A well-formed pair without a meaning counts as one,
    /// so that the following pairs stay aligned; a byte below 80 is never consumed (WHATWG Encoding Standard, the
    /// decoders' steps).
    private func wrongLength(_ rest: UnsafeRawBufferPointer) -> Int {
        guard let lead = rest.first else { return 0 }
        let second = rest.count > 1 ? rest[1] : 0
        switch charset {
        case "UTF-16LE", "UTF-16BE": return min(2, rest.count)
        case "UTF-32LE", "UTF-32BE": return min(4, rest.count)
        case "EUC-JP-MS":
            if lead == 0x8F, second >= 0xA1, rest.count > 2, rest[2] >= 0xA1 { return 3 }
            return (lead == 0x8E || (lead >= 0xA1 && lead <= 0xFE)) && second >= 0x80 ? 2 : 1
        case "CP932":
            return ((lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xFC)) && second >= 0x80 ? 2 : 1
        case "GB18030", "BIG5-HKSCS", "CP950", "CP949", "EUC-TW", "JOHAB":
            return lead >= 0x81 && lead <= 0xFE && second >= 0x80 ? 2 : 1
        default: return 1
        }
    }
}
