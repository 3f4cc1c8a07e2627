/// Eight bytes of a text at once, the first of them the lowest: which of them a fold writes as they are, but for their case.
struct TextWords {
    /// How many bytes, from the first, need no second look: ASCII but for `@` and control characters, blanks that are
    /// alone, and no digit from 2 to 5, with which reply codes start, at the start of a word.
    let plainCount: Int
    /// The plain bytes in lower case.
    let lowercased: UInt64
    /// Whether the last byte is a blank, if all are plain.
    let endsWithBlank: Bool

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    init(_ eight: UInt64, isBehindBlank: Bool) {
        let low = eight & ~TextWords.highs
        // The high bit of each byte answers for it; a sum of two bytes below 80 reaches no other byte.
        let isWord = TextWords.isAtLeast(low, 0x21)
        let isBehindSign = TextWords.isAtLeast(low, UInt8(ascii: "A"))
        let isSign = TextWords.isAtLeast(low, UInt8(ascii: "@")) & ~isBehindSign
        let isCode = TextWords.isAtLeast(low, UInt8(ascii: "2")) & ~TextWords.isAtLeast(low, UInt8(ascii: "6"))
        let isCapital = isBehindSign & ~TextWords.isAtLeast(low, UInt8(ascii: "Z") + 1)
        let afterBlank = (~isWord & TextWords.highs) &<< 8 | (isBehindBlank ? 0x80 : 0)
        let needsLook =
            ~TextWords.isAtLeast(low, 0x20) | isSign | eight | (afterBlank & (~isWord | isCode))
        plainCount = (needsLook & TextWords.highs).trailingZeroBitCount / 8
        lowercased = eight | (isCapital & TextWords.highs) &>> 2
        endsWithBlank = isWord >> 63 == 0
    }

    @inline(__always)
    private static func isAtLeast(_ low: UInt64, _ byte: UInt8) -> UInt64 {
        low &+ ones &* UInt64(0x80 - byte)
    }
}
