import Bytes
import Glibc

/// Looks in the bytes of a file for addresses that were erased from it.
///
/// SQLite overwrites what it deletes (`secure_delete`), and yet may leave a copy of a row in the gap of a page when it
/// divides the page's rows among others. The end of such a copy may be overwritten.
struct ErasedBytes {
    /// The domains of the addresses, by local part.
    private var domains: [[UInt8]: [[UInt8]]] = [:]
    /// Of the local parts.
    private var lengths = Set<Int>()
    private var longest = 0

    /// How much is read at once.
    private static let chunk = 1 << 20

    /// - Parameter addresses: canonical.
    init(_ addresses: [String]) {
        for address in addresses {
            guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { continue }
            let local = Array(address.utf8[..<at])
            domains[local, default: []].append(Array(address.utf8[address.utf8.index(after: at)...]))
            lengths.insert(local.count)
            longest = max(longest, address.utf8.count)
        }
    }

    /// Whether the file has one of them.
    ///
    /// - Throws: an error of the system.
    func areIn(file path: String) throws(SystemError) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            let kept = bytes.suffix(longest)
            var next = [UInt8](repeating: 0, count: ErasedBytes.chunk)
            let count = next.withUnsafeMutableBytes { buffer in
                systemCall { read(descriptor, buffer.baseAddress, buffer.count) }
            }
            guard count.error == 0 else { throw SystemError(count.error) }
            if count.value == 0 { return false }
            bytes = kept + next[..<count.value].map(\.lowercased)
            if areIn(bytes) { return true }
        }
    }

    /// Whether some bytes, in lower case, have one of them: as an address, or as a tag writes it.
    func areIn(_ bytes: [UInt8]) -> Bool {
        for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "@") || byte == UInt8(ascii: "=") {
            for length in lengths where length <= place {
                guard let domains = domains[Array(bytes[(place - length)..<place])] else { continue }
                let rest = bytes[(place + 1)...]
                if domains.contains(where: { rest.starts(with: $0) }) || ErasedBytes.isCut(rest) { return true }
            }
        }
        return false
    }

    /// Whether a domain that begins here is overwritten before its first dot, by bytes that are no text. A local part with
    /// a whole other domain after it is somebody else's address.
    private static func isCut(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let end = bytes.firstIndex(where: { !$0.isLetterOrDigit && $0 != UInt8(ascii: "-") }) else {
            return false
        }
        return bytes[end].isControl || bytes[end] >= 0x80
    }
}
