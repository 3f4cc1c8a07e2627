import TestSupport
import Testing

@testable import Classifier

@Suite("eight bytes at once")
struct TextWordsTests {
    /// What `TextWords` tells, byte by byte.
    private func plainCount(_ bytes: [UInt8], isBehindBlank: Bool) -> Int {
        var isBehindBlank = isBehindBlank
        for (place, byte) in bytes.enumerated() {
            let isAlone = !isBehindBlank || byte != 0x20 && !(0x32...0x35).contains(byte)
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "@"), isAlone else { return place }
            isBehindBlank = byte == 0x20
        }
        return bytes.count
    }

    @Test("are told as they are one by one")
    func alike() {
        var numbers = SeededGenerator(seed: 1)
        let signs = Array("  aZ@[`{16235\u{1F}\u{7F}\u{80}!".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<8).map { _ in
                Bool.random(using: &numbers)
                    ? signs.randomElement(using: &numbers)! : .random(in: 0...255, using: &numbers)
            }
            let eight = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            for isBehindBlank in [false, true] {
                let words = TextWords(eight, isBehindBlank: isBehindBlank)
                let expected = plainCount(bytes, isBehindBlank: isBehindBlank)
                #expect(words.plainCount == expected)
                for place in 0..<expected {
                    let small = bytes[place] >= 0x41 && bytes[place] <= 0x5A ? bytes[place] + 0x20 : bytes[place]
                    #expect(UInt8(truncatingIfNeeded: words.lowercased >> UInt64(8 * place)) == small)
                }
                if expected == 8 { #expect(words.endsWithBlank == (bytes[7] == 0x20)) }
            }
        }
    }
}
