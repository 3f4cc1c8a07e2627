import CRules

/// Tells of a place in a text whether a phrase of a set may start there, without a step of the automaton: of most places, four
/// bytes tell that none does. Each answer stands alone, so the processor need not wait for one before it looks for the next.
package struct PhraseStarts: @unchecked Sendable {
    /// A place where a phrase may start, and what the automaton would know from there on.
    struct Place {
        var start: Int
        /// The state that the first eight bytes lead to; or 0, the root, where nothing is known of them.
        var state = 0
        /// Bytes behind `start` that need no step.
        var length: Int { state == 0 ? 0 : PhraseStarts.reach }
    }

    /// Bytes of the text that must stand from a place on for it to be told.
    package static let reach = 8
    package static let rowBits = 11

    /// A bit for each hash of a start: a row for the first two bytes, a place in it for the two behind them.
    let starts: UnsafeBufferPointer<UInt32>
    /// The same for the phrases that are shorter than eight bytes.
    let shortStarts: UnsafeBufferPointer<UInt32>
    /// The first eight bytes of the longer phrases, each where its hash says or in the next free entry behind.
    let entries: UnsafeBufferPointer<crules_entry>
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
    package static func hash(_ eight: UInt64) -> UInt64 { eight &* 0x9E37_79B9_7F4A_7C15 }

    /// The first place from `start` on where a phrase may start, or behind which too little of the text stands to be told.
    @inline(__always)
    func firstPlace(in text: UnsafeRawBufferPointer, from start: Int) -> Place {
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

    /// Where the eight bytes lead to, or nil where no phrase starts with them.
    @inline(__always)
    private func state(behind eight: UInt64) -> Int? {
        var index = Int(truncatingIfNeeded: PhraseStarts.hash(eight) &>> shift)
        // Half of the entries are free.
        while entries[index].low | entries[index].high != 0 {
            if entries[index].eight == eight { return Int(entries[index].state) }
            index = (index &+ 1) & (entries.count &- 1)
        }
        return nil
    }
}

extension crules_entry {
    @inline(__always)
    fileprivate var eight: UInt64 { UInt64(low) | UInt64(high) &<< 32 }
}
