import Glibc

/// A path as the kernel sees it: any bytes but NUL.
///
/// Mail programs and attackers write file names that are not UTF-8, so a path is never a `String` on its way to a
/// system call.
struct BytePath: Sendable, Equatable {
    /// The bytes, without the terminating NUL.
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The path for a report: bytes that are not UTF-8 become U+FFFD. Not escaped.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// This folder's entry `name`.
    func appending(_ name: some Collection<UInt8>) -> BytePath {
        var joined = bytes
        joined.reserveCapacity(bytes.count + name.count + 1)
        if let last = joined.last, last != UInt8(ascii: "/") { joined.append(UInt8(ascii: "/")) }
        joined.append(contentsOf: name)
        return BytePath(joined)
    }

    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
            for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
            buffer[bytes.count] = 0
            guard let base = buffer.baseAddress else { return "".withCString(body) }
            return body(base)
        }
    }
}
