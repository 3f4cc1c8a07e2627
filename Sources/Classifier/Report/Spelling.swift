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
        guard let at = wanted.lastIndex(of: UInt8(ascii: "@")) else { return address }
        let end = min(bytes.count, maximumBytes)
        // Fewer bytes are an @ than a letter.
        var from = at
        while from < end, let hit = bytes.firstIndex(of: UInt8(ascii: "@"), in: from..<end) {
            from = hit + 1
            let start = hit - at
            guard start + wanted.count <= end else { return address }
            var same = true
            for offset in wanted.indices where bytes[start + offset].lowercased != wanted[offset] {
                same = false
                break
            }
            guard same else { continue }
            return String(decoding: bytes.copy(start..<hit), as: UTF8.self)
                + String(decoding: wanted[at...], as: UTF8.self)
        }
        return address
    }
}
