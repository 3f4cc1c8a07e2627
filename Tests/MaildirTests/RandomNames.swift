import TestSupport

@testable import Maildir

extension SeededGenerator {
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
