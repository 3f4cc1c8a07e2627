/// Tells of a place in a text, by four bytes and then by eight, that no phrase of a set starts there: of most places, without
/// a step of the automaton. Each answer stands alone, so the processor need not wait for one before it looks for the next.
struct PhraseStarts: Sendable {
    /// Bytes of the text that must stand from a place on for it to be told.
    static let reach = 8

    /// A bit for each hash of a start: a row for the first two bytes, a place in it for the two behind them.
    private var starts: [UInt32]
    /// A bit for each hash of the first eight bytes of a phrase, and for the starts of phrases that are shorter.
    private var longStarts: [UInt32]
    private var shortStarts: [UInt32]

    private static let rowBits = 11
    private static let words = 1 << rowBits

    init(_ phrases: [[UInt8]]) {
        starts = Array(repeating: 0, count: PhraseStarts.words)
        longStarts = Array(repeating: 0, count: PhraseStarts.words)
        shortStarts = Array(repeating: 0, count: PhraseStarts.words)
        for phrase in phrases {
            var eight: UInt64 = 0
            for (place, byte) in phrase.prefix(PhraseStarts.reach).enumerated() {
                eight |= UInt64(byte) << UInt64(8 * place)
            }
            noteStart(eight, phrase.count)
            if phrase.count >= PhraseStarts.reach {
                let hash = PhraseStarts.longHash(eight)
                longStarts[hash >> 5] |= 1 << UInt32(hash & 31)
            }
        }
    }

    private mutating func noteStart(_ eight: UInt64, _ length: Int) {
        // What stands behind a phrase of one to three bytes may be anything.
        let seconds = length == 1 ? 0...255 : 0...0
        for second in seconds {
            let row = PhraseStarts.row(eight | UInt64(second) << 8)
            var mark: UInt32 = .max
            if length >= 4 { mark = 1 << PhraseStarts.place(eight) }
            starts[row] |= mark
            if length < PhraseStarts.reach { shortStarts[row] |= mark }
        }
    }

    @inline(__always)
    private static func row(_ eight: UInt64) -> Int {
        Int(truncatingIfNeeded: (((eight & 0xFFFF) &* 0x9E37_79B1) >> 16) & UInt64(words - 1))
    }

    @inline(__always)
    private static func place(_ eight: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (((eight >> 16) & 0xFFFF) &* 0x85EB_CA6B) >> 24) & 31
    }

    @inline(__always)
    private static func longHash(_ eight: UInt64) -> Int {
        Int(truncatingIfNeeded: (eight &* 0x9E37_79B9_7F4A_7C15) >> 48)
    }

    /// The first place from `start` on where a phrase may start, or that too little of the text stands behind to be told.
    @inline(__always)
    func firstPlace(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var place = start
        starts.withUnsafeBufferPointer { starts in
            while place &+ PhraseStarts.reach <= text.count {
                let eight = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                let row = PhraseStarts.row(eight)
                let mark: UInt32 = 1 &<< PhraseStarts.place(eight)
                if starts[row] & mark != 0, isLikely(eight, row, mark) { break }
                place &+= 1
            }
        }
        return place
    }

    @inline(__always)
    private func isLikely(_ eight: UInt64, _ row: Int, _ mark: UInt32) -> Bool {
        let hash = PhraseStarts.longHash(eight)
        return longStarts[hash >> 5] & (1 << UInt32(hash & 31)) != 0 || shortStarts[row] & mark != 0
    }
}
