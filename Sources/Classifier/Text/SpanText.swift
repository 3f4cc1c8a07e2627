import Bytes
import MIME

extension String {
    /// UTF-8 bytes as text in lower case.
    init(lowercasing bytes: Span<UInt8>) {
        guard !Charset.hasHighByte(bytes) else {
            self = String(reading: bytes).lowercased()
            return
        }
        self.init(unsafeUninitializedCapacity: bytes.count) { buffer in
            for index in 0..<bytes.count { buffer[index] = bytes[index].lowercased }
            return bytes.count
        }
    }
}

extension UInt8 {
    /// Neither white space nor a control character.
    var isShown: Bool { self > 0x20 && self != 0x7F }
}

extension Span<UInt8> {
    /// Whether these are the bytes of `other`, ASCII capitals as small letters.
    func isLowercase(of other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index].lowercased { return false }
        return true
    }
}
