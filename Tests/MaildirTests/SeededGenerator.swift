@testable import Maildir

/// SplitMix64 (Steele, Lea, Flood, 2014): the same seed gives the same run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A name that the file system takes. One in three is of few bytes, so that names meet; the bytes that mean
    /// something in a Maildir are frequent.
    mutating func nextName() -> MessageName {
        let special = Array(":,2SFa_.\n\u{1B}\\".utf8)
        while true {
            let length = Int.random(in: 1...(Bool.random(using: &self) ? 255 : 4), using: &self)
            let bytes = (0..<length).map { _ in
                Int.random(in: 0..<3, using: &self) == 0
                    ? UInt8.random(in: 1...255, using: &self) : special.randomElement(using: &self) ?? 1
            }
            if let name = MessageName(bytes) { return name }
        }
    }
}
