import Bytes

/// Addresses are compared in lower case; a verdict shows the local part as the message spells it.
enum Spelling {
    /// Recipients whose spelling is looked for; lists beyond that keep lower case.
    static let maximumRecipients = 50
    /// Bytes of the message that are searched for it.
    static let maximumBytes = 64 << 10

    /// The address with the local part's letters as they first are in the message.
    static func asSeen(_ address: String, in bytes: Span<UInt8>) -> String {
        let wanted = address.utf8.span
        guard let at = address.lastSign else { return address }
        let end = min(bytes.count, maximumBytes)
        // Searches for the @, which is rarer than letters.
        var from = at
        while from < end, let hit = bytes.firstIndex(of: UInt8(ascii: "@"), in: from..<end) {
            from = hit + 1
            let start = hit - at
            guard start + wanted.count <= end else { return address }
            guard wanted.isLowercase(of: bytes.extracting(start..<(start + wanted.count))) else { continue }
            // Most are written in small letters.
            if (0..<at).allSatisfy({ bytes[start + $0] == wanted[$0] }) { return address }
            return String(reading: bytes.extracting(start..<hit))
                + String(reading: wanted.extracting(at..<wanted.count))
        }
        return address
    }
}
