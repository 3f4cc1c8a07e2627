import MIME

/// Addresses are compared in lower case; a verdict shows the local part as the message spells it.
enum Spelling {
    /// Recipients whose spelling is looked for; lists beyond that keep lower case.
    static let maximumRecipients = 50
    /// Bytes of the message that are searched for it.
    static let maximumBytes = 64 << 10

    /// The address with the local part's letters as they first stand in the message.
    static func asSeen(_ address: String, in bytes: Span<UInt8>) -> String {
        let wanted = Array(address.utf8)
        guard let first = wanted.first, let at = wanted.lastIndex(of: UInt8(ascii: "@")) else { return address }
        let end = min(bytes.count, maximumBytes)
        guard wanted.count <= end else { return address }
        let last = end - wanted.count
        // The first letter in either case.
        for opening in Set([first, first.isLetter ? first ^ 0x20 : first]).sorted(by: >) {
            var from = 0
            while from <= last, let hit = bytes.firstIndex(of: opening, in: from..<(last + 1)) {
                from = hit + 1
                var same = true
                for offset in wanted.indices where bytes[hit + offset].lowercased != wanted[offset] {
                    same = false
                    break
                }
                guard same else { continue }
                return String(decoding: bytes.copy(hit..<(hit + at)), as: UTF8.self)
                    + String(decoding: wanted[at...], as: UTF8.self)
            }
        }
        return address
    }
}
