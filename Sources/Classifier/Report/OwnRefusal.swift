import Bytes

/// What our own exported access map says when it refuses an address: that is not a bounce.
///
/// The text comes back in many forms: after Postfix's `554 5.7.1 <x@y>: Recipient address rejected:`, in the report of
/// a hub that asked us, from a transport map's `error:5.1.1 …`. Quoting it can only make a report not count.
package enum OwnRefusal {
    /// The token in the map's texts.
    static let token = RefusalText.token
    /// The beginning of the texts of version 0.1.0, which had no token; a time follows, `2026-11-24T10:00:05Z`.
    private static let oldWords: StaticString = "suppressed since "

    /// Whether a folded text holds the token, or is one of version 0.1.0's.
    static func isSaid(in text: FoldedText) -> Bool {
        text.contains(token) || holdsOldText(text.bytes.span)
    }

    /// `suppressed since TIME: REASON` or `suppressed since TIME until TIME: REASON`.
    private static func holdsOldText(_ bytes: Span<UInt8>) -> Bool {
        var from = 0
        let words = oldWords.utf8CodeUnitCount
        while let hit = bytes.firstIndex(of: UInt8(ascii: "s"), in: from..<bytes.count) {
            from = hit + 1
            guard bytes.hasPrefix(oldWords, ignoringCaseIn: hit..<bytes.count) else { continue }
            guard var end = endOfTime(bytes, at: hit + words) else { continue }
            if bytes.hasPrefix(" until ", ignoringCaseIn: end..<bytes.count) {
                guard let second = endOfTime(bytes, at: end + 7) else { continue }
                end = second
            }
            if end < bytes.count, bytes[end] == UInt8(ascii: ":") { return true }
        }
        return false
    }

    /// The end of a time that is there, or nil.
    private static func endOfTime(_ bytes: Span<UInt8>, at start: Int) -> Int? {
        let pattern: StaticString = "0000-00-00t00:00:00z"
        let count = pattern.utf8CodeUnitCount
        guard start + count <= bytes.count else { return nil }
        let isTime = pattern.withUTF8Buffer { form in
            for offset in 0..<count {
                let byte = bytes[start + offset]
                guard form[offset] == UInt8(ascii: "0") ? byte.isDigit : byte == form[offset] else { return false }
            }
            return true
        }
        return isTime ? start + count : nil
    }
}
