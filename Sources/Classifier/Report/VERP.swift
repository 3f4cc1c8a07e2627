import Bytes
import MIME
import ReturnPath

/// What a tag says.
package struct VERPTag: Sendable, Equatable {
    /// The recipient that was mailed.
    package var recipient: String
    /// Never ``Trust/absent``.
    package var trust: Trust
    /// The name of the key, where the tag has the form of a signed one.
    package var keyID: String?
    /// Days since 1970 on which it was made, where a signed one says so.
    package var day: Int?
}

/// Variable envelope return paths: `bounce+bob=dest.example@news.example` names the recipient that was mailed
/// (D. J. Bernstein, VERP, 1997; Postfix VERP_README; Mailman; ezmlm).
package enum VERP {
    /// The tag in one of the addresses that a report was delivered to, or nil: the first that proves most.
    ///
    /// - Parameters:
    ///   - known: addresses that the report names: they tell where the recipient starts in
    ///     `list-return-7-anna-maria=dest.example`.
    ///   - arrival: when the report arrived, in seconds since 1970.
    package static func tag(
        in deliveredTo: [String], settings: Settings, known: @autoclosure () -> [String] = [], arrival: Int64?
    ) -> VERPTag? {
        // Most addresses have no tag at all.
        guard deliveredTo.contains(where: { holdsDelimiter($0, settings.verpDelimiters) }) else { return nil }
        var best: VERPTag?
        // Reports name thousands, and a local part has hundreds of places at which one of them could start.
        let known = Set(known())
        for address in deliveredTo {
            guard let at = address.lastIndex(of: "@"),
                let tag = tag(
                    local: Array(address[..<at].utf8), settings: settings, known: known, arrival: arrival)
            else { continue }
            if tag.trust == .valid { return tag }
            if best == nil || tag.trust == .expired && best?.trust != .expired { best = tag }
        }
        return best
    }

    private static func holdsDelimiter(_ address: String, _ delimiters: [UInt8]) -> Bool {
        let bytes = address.utf8.span
        return delimiters.contains { bytes.firstIndex(of: $0, in: 0..<bytes.count) != nil }
    }

    private static func tag(local: [UInt8], settings: Settings, known: Set<String>, arrival: Int64?) -> VERPTag? {
        let delimiters = settings.verpDelimiters
        let plain = recipient(local: local, delimiters: delimiters, known: known)
        guard let signed = SignedTag.read(local: local, delimiters: delimiters, keys: settings.verpKeys) else {
            return plain.map { VERPTag(recipient: $0, trust: .unsigned) }
        }
        let trust: Trust =
            if signed.isValid {
                isExpired(signed, after: settings.verpExpiryDays, arrival: arrival) ? .expired : .valid
            } else {
                settings.verpKeys.isEmpty ? .unsigned : .invalid
            }
        let named = AddressText.text(signed.recipient.span, signed.recipient.indices)
        // An unsigned tag may look like a signed one by chance: the report then knows the longer recipient.
        if !signed.isValid, let plain, plain != named, known.contains(plain) {
            return VERPTag(recipient: plain, trust: .unsigned)
        }
        return VERPTag(recipient: named, trust: trust, keyID: signed.keyID, day: signed.day)
    }

    /// A tag without a day never expires.
    private static func isExpired(_ tag: SignedTag, after days: Int?, arrival: Int64?) -> Bool {
        guard let days, let made = tag.day else { return false }
        guard let arrival else { return true }
        return arrival / CalendarTime.secondsPerDay - Int64(made) > Int64(days)
    }

    private static func recipient(local: [UInt8], delimiters: [UInt8], known: Set<String>) -> String? {
        let span = local.span
        // Sender rewriting (SRS) and bounce tags (BATV) use the same signs for other things.
        for prefix: StaticString in ["srs0", "srs1", "prvs=", "btv1="]
        where span.hasPrefix(prefix, ignoringCaseIn: 0..<span.count) { return nil }
        guard let equals = local.lastIndex(of: UInt8(ascii: "=")), equals + 3 < local.count else { return nil }
        let domain = local[(equals + 1)...]
        guard domain.contains(UInt8(ascii: ".")),
            domain.allSatisfy({ $0.isWord || $0 == 0x2D || $0 == 0x2E }),
            domain.first != UInt8(ascii: "."), domain.last != UInt8(ascii: ".")
        else { return nil }
        var starts: [Int] = []
        for (index, byte) in local[..<equals].enumerated() where delimiters.contains(byte) { starts.append(index + 1) }
        starts.removeAll { $0 >= equals }
        guard !starts.isEmpty else { return nil }
        func address(from start: Int) -> String? {
            let address = Array(local[start..<equals]) + [UInt8(ascii: "@")] + domain
            return AddressText.whole(address.span)
        }
        // A token may stand before the recipient, with any sign between the two: `bounce+9f31c0=bob=dest.example`.
        let ends = local[..<equals].indices.filter { local[$0] == UInt8(ascii: "=") }.map { $0 + 1 }
        for start in starts + ends {
            if let address = address(from: start), known.contains(address) { return address }
        }
        if let plus = local[..<equals].firstIndex(of: UInt8(ascii: "+")), delimiters.contains(UInt8(ascii: "+")),
            plus + 1 < equals
        {
            return address(from: behindToken(local, plus + 1, before: equals))
        }
        // ezmlm: NAME-return-NUMBER-USER=DOMAIN; others: NAME-bounces-USER=DOMAIN.
        for word: StaticString in ["-return-", "-bounces-", "-bounce-", "-errors-"] {
            guard let mark = Original.position(of: word, in: span), mark + word.utf8CodeUnitCount < equals else {
                continue
            }
            var start = mark + word.utf8CodeUnitCount
            var digits = start
            while digits < equals, local[digits].isDigit { digits += 1 }
            if digits > start, digits < equals, local[digits] == UInt8(ascii: "-") { start = digits + 1 }
            return address(from: start)
        }
        return address(from: starts[0])
    }

    /// Hexadecimal digits of each half of Mailgun's token.
    private static let tokenDigits = 6

    /// Where the recipient starts in Mailgun's `bounce+7c19af.204411-bob=dest.example`: behind the token, if there is one.
    private static func behindToken(_ local: [UInt8], _ start: Int, before end: Int) -> Int {
        let stop = start + 2 * tokenDigits + 2
        guard stop < end, local[start + tokenDigits] == UInt8(ascii: "."), local[stop - 1] == UInt8(ascii: "-") else {
            return start
        }
        let digits = (start..<(stop - 1)).filter { $0 != start + tokenDigits }
        let isToken = digits.allSatisfy { local[$0].hexadecimalValue != nil }
        return isToken && digits.contains { local[$0].isDigit } ? stop : start
    }
}
