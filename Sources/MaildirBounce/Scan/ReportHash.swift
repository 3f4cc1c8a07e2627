/// A 128-bit hash over a sequence of fields: two lanes of multiply-and-fold (the step of wyhash and of Murmur's
/// successors), eight bytes at a time, each lane with constants of its own.
///
/// It is not cryptographic and has no key. It identifies reports; a collision has the same effect as sending the same
/// report twice: the second does not count.
struct ReportHash {
    // Odd, about half of the bits set: the fractions of pi and of the golden ratio.
    private var high: UInt64 = 0x243F_6A88_85A3_08D3
    private var low: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Takes in one field. Its length goes in too, so that `ab` `c` is not `a` `bc`; an absent field is not an empty one.
    mutating func combine(_ text: String?) {
        guard var text else { return mix(UInt64.max) }
        text.withUTF8 { combine(UnsafeRawBufferPointer($0)) }
    }

    mutating func combine(_ word: UInt64) { mix(word) }

    mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        // In registers until the end.
        var hash = self
        hash.mix(UInt64(bytes.count))
        let words = bytes.count / 8
        if let base = bytes.baseAddress {
            // Over a pointer: a buffer's bounds would be looked at for each word.
            for index in 0..<words {
                hash.mix(UInt64(littleEndian: base.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)))
            }
        }
        if 8 * words < bytes.count {
            var tail: UInt64 = 0
            for byte in bytes[(8 * words)...].reversed() { tail = tail << 8 | UInt64(byte) }
            hash.mix(tail)
        }
        self = hash
    }

    /// The hash of all that was taken in.
    var value: (high: UInt64, low: UInt64) {
        var end = self
        end.mix(0x1319_8A2E_0370_7344)
        end.mix(0xA409_3822_299F_31D0)
        return (end.high, end.low)
    }

    @inline(__always)
    private mutating func mix(_ word: UInt64) {
        high = Self.fold(high ^ word, 0xC2B2_AE3D_27D4_EB4F) &+ low
        low = Self.fold(low &+ word, 0xD6E8_FEB8_6659_FD93) ^ (high &<< 32 | high &>> 32)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
