import CRules

/// Says whether a phrase of a set may start at a position of a text: for most positions, four bytes show that none
/// does. The answers are independent, so the processor can compute several at once.
package struct PhraseStarts: @unchecked Sendable {
    /// Phrases of fewer bytes are short.
    package static let reach = 8
    /// Bytes by which a list of short phrases is found; shorter ones are found by all of theirs.
    package static let shortKey = 4
    package static let rowBits = 11

    /// A bit for each hash of a start: a row for the first two bytes, a place in it for the two after them.
    let starts: UnsafeBufferPointer<UInt32>
    /// The same for the short phrases.
    let shortStarts: UnsafeBufferPointer<UInt32>
    /// For each start of phrases the number of the first of them, from 1, and 16 bits of its hash above; where the hash says or
    /// in the next free entry after.
    let entries: UnsafeBufferPointer<UInt32>
    let shift: UInt64

    @inline(__always)
    package static func row(_ eight: UInt64) -> Int {
        Int(truncatingIfNeeded: (((eight & 0xFFFF) &* 0x9E37_79B1) >> 16) & (1 << UInt64(rowBits) - 1))
    }

    @inline(__always)
    package static func place(_ eight: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (((eight >> 16) & 0xFFFF) &* 0x85EB_CA6B) >> 24) & 31
    }

    @inline(__always)
    package static func hash(_ prefix: UInt64) -> UInt64 { prefix &* 0x9E37_79B9_7F4A_7C15 }

    /// The bits of a hash below those that choose the entry, in the upper half.
    @inline(__always)
    package static func tag(_ hash: UInt64, _ shift: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash &>> (shift &- 16)) << 16
    }

    /// Bytes by which phrases of that length are found.
    package static func keyLength(_ length: Int) -> Int { length < reach ? min(length, shortKey) : reach }

    /// The first `length` bytes.
    @inline(__always)
    package static func prefix(_ eight: UInt64, _ length: Int) -> UInt64 {
        eight & (UInt64.max &>> UInt64(64 &- 8 &* length))
    }

    /// The eight bytes from a place on, the first of them the lowest; zeros if the text is shorter.
    @inline(__always)
    static func eight(_ text: UnsafeRawBufferPointer, at place: Int) -> UInt64 {
        if place &+ reach <= text.count {
            return UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        }
        return text[place...].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
