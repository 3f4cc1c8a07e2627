/// The fingerprint that version 0.1.0 gave a report, made of its Message-ID and body alone.
package struct FormerFingerprint: Sendable, Equatable {
    package var fingerprint: Fingerprint
    /// Whether the report has a Message-ID. Two equal reports without one are the same report only if they arrived in
    /// the same second.
    package var hasMessageID: Bool

    package init(_ fingerprint: Fingerprint, hasMessageID: Bool) {
        self.fingerprint = fingerprint
        self.hasMessageID = hasMessageID
    }
}

/// 128 bits that name one report, whatever file it was delivered to.
///
/// The caller computes it over what identifies the report, so that the same report delivered twice under two names
/// gets the same value. Ordered, because two reports of the same second need a fixed order.
package struct Fingerprint: Hashable, Comparable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static func < (left: Fingerprint, right: Fingerprint) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// How many bytes a fingerprint takes in the ledger.
    static let byteCount = 16

    /// Big-endian, so that the bytes sort as the values do.
    package var bytes: [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(Fingerprint.byteCount)
        for word in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                result.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return result
    }

    /// The value stored as `bytes`; missing bytes read as zero.
    init(bytes: UnsafeRawBufferPointer) {
        var words: (UInt64, UInt64) = (0, 0)
        for index in 0..<Fingerprint.byteCount {
            let byte = index < bytes.count ? UInt64(bytes[index]) : 0
            if index < 8 {
                words.0 = words.0 << 8 | byte
            } else {
                words.1 = words.1 << 8 | byte
            }
        }
        self.init(high: words.0, low: words.1)
    }
}
