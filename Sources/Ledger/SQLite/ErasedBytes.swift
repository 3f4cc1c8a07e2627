import Bytes
import Glibc

/// Looks in the bytes of a file for addresses that were erased from it.
///
/// SQLite overwrites what it deletes (`secure_delete`), and yet may leave a copy of a row in the gap of a page when it
/// divides the page's rows among others.
struct ErasedBytes {
    /// The local parts of the addresses, by domain.
    private var locals: [[UInt8]: [[UInt8]]] = [:]
    /// Of the domains.
    private var lengths = Set<Int>()
    private var longest = 0

    /// How much is read at once.
    private static let chunk = 1 << 20

    /// - Parameter addresses: canonical.
    init(_ addresses: [String]) {
        for address in addresses {
            guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { continue }
            let domain = Array(address.utf8[address.utf8.index(after: at)...])
            locals[domain, default: []].append(Array(address.utf8[..<at]))
            lengths.insert(domain.count)
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
            let rest = bytes.count - place - 1
            for length in lengths where length <= rest {
                guard let found = locals[Array(bytes[(place + 1)...(place + length)])] else { continue }
                for local in found
                where local.count <= place && bytes[(place - local.count)..<place].elementsEqual(local) {
                    return true
                }
            }
        }
        return false
    }
}
