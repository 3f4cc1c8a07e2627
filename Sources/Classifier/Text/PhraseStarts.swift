/// Tells of a place in a text whether a phrase of a set may start there, without a step of the automaton: of most places, four
/// bytes tell that none does. Each answer stands alone, so the processor need not wait for one before it looks for the next.
struct PhraseStarts: Sendable {
    /// A place where a phrase may start, and what the automaton would know from there on.
    struct Place {
        var start: Int
        /// The state that the first eight bytes lead to; or 0, the root, where nothing is known of them.
        var state = 0
        /// Bytes behind `start` that need no step.
        var length: Int { state == 0 ? 0 : PhraseStarts.reach }
    }

    /// Bytes of the text that must stand from a place on for it to be told.
    static let reach = 8

    /// A bit for each hash of a start: a row for the first two bytes, a place in it for the two behind them.
    private var starts = [UInt32](repeating: 0, count: 1 << rowBits)
    /// The same for the phrases that are shorter than eight bytes.
    private var shortStarts = [UInt32](repeating: 0, count: 1 << rowBits)
    /// The first eight bytes of the longer phrases, each where its hash says or in the next free entry behind.
    private var entries: [(eight: UInt64, state: UInt32)]
    private let shift: UInt64

    private static let rowBits = 11

    /// - Parameter phrases: none empty, none that starts with eight zeros.
    init(_ phrases: [[UInt8]]) {
        let bits = max(4, Int.bitWidth - (2 * phrases.count).leadingZeroBitCount)
        shift = UInt64(64 - bits)
        entries = Array(repeating: (0, 0), count: 1 << bits)
        for phrase in phrases { noteStart(PhraseStarts.eight(phrase), phrase.count) }
    }

    /// Notes which state the first eight bytes of a phrase lead to, unless a phrase ends on the way there: then 0.
    mutating func note(_ phrase: [UInt8], state: Int) {
        let eight = PhraseStarts.eight(phrase)
        var index = Int(truncatingIfNeeded: PhraseStarts.hash(eight) >> shift)
        while entries[index].eight != 0, entries[index].eight != eight { index = (index + 1) & (entries.count - 1) }
        entries[index] = (eight, UInt32(state))
    }

    /// The first eight bytes, the first of them the lowest.
    private static func eight(_ phrase: [UInt8]) -> UInt64 {
        phrase.withUnsafeBytes { raw in
            if raw.count >= reach { return UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)) }
            var eight: UInt64 = 0
            for index in raw.indices { eight |= UInt64(raw[index]) &<< UInt64(8 * index) }
            return eight
        }
    }

    private mutating func noteStart(_ eight: UInt64, _ length: Int) {
        // What stands behind a phrase of one to three bytes may be anything.
        let mark: UInt32 = length < 4 ? .max : 1 << PhraseStarts.place(eight)
        for second in 0...(length == 1 ? UInt64(255) : 0) {
            let row = PhraseStarts.row(eight | second << 8)
            starts[row] |= mark
            if length < PhraseStarts.reach { shortStarts[row] |= mark }
        }
    }

    @inline(__always)
    private static func row(_ eight: UInt64) -> Int {
        Int(truncatingIfNeeded: (((eight & 0xFFFF) &* 0x9E37_79B1) >> 16) & (1 << UInt64(rowBits) - 1))
    }

    @inline(__always)
    private static func place(_ eight: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (((eight >> 16) & 0xFFFF) &* 0x85EB_CA6B) >> 24) & 31
    }

    @inline(__always)
    private static func hash(_ eight: UInt64) -> UInt64 { eight &* 0x9E37_79B9_7F4A_7C15 }

    /// The first place from `start` on where a phrase may start, or behind which too little of the text stands to be told.
    @inline(__always)
    func firstPlace(in text: UnsafeRawBufferPointer, from start: Int) -> Place {
        starts.withUnsafeBufferPointer { starts in
            var place = start
            while place &+ PhraseStarts.reach <= text.count {
                let eight = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                let row = PhraseStarts.row(eight)
                let mark: UInt32 = 1 &<< PhraseStarts.place(eight)
                if starts[row] & mark != 0 {
                    let state = state(behind: eight)
                    if shortStarts[row] & mark != 0 || state == 0 { return Place(start: place) }
                    if let state { return Place(start: place, state: state) }
                }
                place &+= 1
            }
            return Place(start: place)
        }
    }

    /// Where the eight bytes lead to, or nil where no phrase starts with them.
    @inline(__always)
    private func state(behind eight: UInt64) -> Int? {
        entries.withUnsafeBufferPointer { entries in
            var index = Int(truncatingIfNeeded: PhraseStarts.hash(eight) &>> shift)
            // Half of the entries are free.
            while entries[index].eight != 0 {
                if entries[index].eight == eight { return Int(entries[index].state) }
                index = (index &+ 1) & (entries.count &- 1)
            }
            return nil
        }
    }
}
