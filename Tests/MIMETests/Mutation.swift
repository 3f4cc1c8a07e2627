import TestSupport

/// Messages as transports and attackers harm them.
struct Mutation {
    let seeds: [[UInt8]]
    private var generator: SeededGenerator

    init(of seeds: [[UInt8]], seed: UInt64) {
        self.seeds = seeds
        generator = SeededGenerator(seed: seed)
    }

    /// One of the seeds, harmed in one to four places.
    mutating func next() -> [UInt8] {
        var bytes = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) { harm(&bytes) }
        return bytes
    }

    private mutating func harm(_ bytes: inout [UInt8]) {
        let piece = slice(of: bytes)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.removeSubrange(piece.upperBound...)
        case 1:
            for index in piece.prefix(8) { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
        case 2: bytes.insert(contentsOf: bytes[piece], at: Int.random(in: 0...bytes.count, using: &generator))
        case 3:
            let other = seeds.randomElement(using: &generator) ?? []
            bytes.replaceSubrange(piece, with: other[slice(of: other)])
        case 4: bytes.removeSubrange(piece)
        default:
            // The bytes that mean something.
            let signs = Array("\n\r\n:;-=?@<>\"\\(&%'*\t \u{1B}$".utf8) + [0, 0x80, 0xFF]
            let sign = signs.randomElement(using: &generator) ?? 0
            bytes.insert(sign, at: Int.random(in: 0...bytes.count, using: &generator))
        }
    }

    private mutating func slice(of bytes: [UInt8]) -> Range<Int> {
        let start = Int.random(in: 0...bytes.count, using: &generator)
        return start..<Int.random(in: start...min(bytes.count, start + 400), using: &generator)
    }
}
