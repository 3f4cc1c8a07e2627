import Bytes
import MIME
import ReturnPath

/// The contents of a tag.
package struct VERPTag: Sendable, Equatable {
    /// The recipient that was mailed.
    package var recipient: String
    /// Never ``Trust/absent``.
    package var trust: Trust
    /// The name of the key, if the tag has the form of a signed one.
    package var keyID: String?
    /// The day on which it was made, in days since 1970, if a signed tag has one.
    package var day: Int?
}

/// Variable envelope return paths: `bounce+bob=dest.example@news.example` names the recipient that was mailed (D. J.
/// Bernstein, VERP, 1997; Postfix VERP_README; Mailman; ezmlm; Sympa). BATV tags before it are removed.
package enum VERP {
    /// The tag in one of the addresses that a report was delivered to, or nil: the first one with the strongest proof.
    ///
    /// - Parameters:
    ///   - known: addresses that the report names: they determine where the recipient starts in
    ///     `list-return-7-anna-maria=dest.example`.
    ///   - arrival: when the report arrived, in seconds since 1970.
    package static func tag(
        in deliveredTo: [String], settings: Settings, known: @autoclosure () -> [String] = [], arrival: Int64?
    ) -> VERPTag? {
        // Most addresses have no tag at all.
        guard
            !settings.returnPathPatterns.isEmpty
                || deliveredTo.contains(where: { holdsDelimiter($0, settings.verpDelimiters) })
        else { return nil }
        var best: VERPTag?
        // Reports name thousands of addresses, and a local part has hundreds of positions at which one could start.
        let known = Set(known())
        for address in deliveredTo {
            guard let at = address.lastIndex(of: "@"),
                let tag = tag(
                    address, local: Array(address[..<at].utf8), settings: settings, known: known, arrival: arrival)
            else { continue }
            if tag.trust == .valid { return tag }
            if best == nil || tag.trust == .expired && best?.trust != .expired { best = tag }
        }
        return best
    }

    /// The id of the sending application in the first address that matches a pattern of the configuration. A signed
    /// address has a recipient instead.
    ///
    /// - Parameter asSeen: an address, spelled as in the message.
    package static func id(in addresses: [String], settings: Settings, asSeen: (String) -> String = { $0 }) -> String? {
        guard !settings.returnPathPatterns.isEmpty else { return nil }
        for address in addresses {
            guard let pattern = settings.returnPathPatterns.first(where: { $0.read(address) != nil }) else { continue }
            let local = Array(address.utf8.prefix(address.lastSign ?? 0))
            let signed = SignedTag.read(
                local: local, delimiters: settings.verpDelimiters, keys: settings.verpKeys)
            if signed?.isValid != true { return pattern.read(asSeen(address))?.id }
        }
        return nil
    }

    /// Whether an unsigned tag names neither the recipient of the report nor that of the returned message, while these
    /// are the same: then it is a token of the sending application, not an address.
    static func isToken(_ tag: VERPTag, _ reports: [RecipientReport], returned: [String]) -> Bool {
        guard tag.trust == .unsigned, !returned.contains(tag.recipient) else { return false }
        let named = reports.lazy.flatMap { [$0.finalRecipient, $0.mailedAddress] }
        return named.contains { $0.map(returned.contains) ?? false } && !named.contains(tag.recipient)
    }

    /// The tag that identifies the recipient of a report that names nobody, and whether no other recipient is possible.
    ///
    /// If the returned message was addressed to the return path's own domain, it was sent to a list and its members; if
    /// to another address than the tag's recipient, the tag may be a token.
    static func unnamed(_ envelope: Envelope, _ original: Original, _ settings: Settings) -> (
        tag: VERPTag, isAlone: Bool
    )? {
        guard
            let tag = tag(
                in: envelope.deliveredTo, settings: settings, known: original.recipients, arrival: envelope.arrival),
            tag.trust == .valid || tag.trust == .unsigned
        else { return nil }
        let ours = envelope.deliveredTo.compactMap(\.domainPart)
        let others = original.recipients.filter { recipient in
            recipient != tag.recipient && !original.senders.contains(recipient)
                && !ours.contains { HostName.areRelated($0, recipient.domainPart ?? "") }
        }
        if tag.trust == .unsigned, others.count == 1, original.recipients.count == 1 { return nil }
        return (tag, others.isEmpty)
    }

    private static func holdsDelimiter(_ address: String, _ delimiters: [UInt8]) -> Bool {
        let bytes = address.utf8.span
        return delimiters.contains { bytes.firstIndex(of: $0, in: 0..<bytes.count) != nil }
    }

    private static func tag(
        _ address: String, local: [UInt8], settings: Settings, known: Set<String>, arrival: Int64?
    ) -> VERPTag? {
        let delimiters = settings.verpDelimiters
        let signed = SignedTag.read(local: local, delimiters: delimiters, keys: settings.verpKeys)
        // If the configuration tells the form, nothing has to be guessed.
        let match =
            signed?.isValid == true ? nil : settings.returnPathPatterns.lazy.compactMap { $0.read(address) }.first
        if let match { return match.recipient.map { VERPTag(recipient: $0, trust: .unsigned) } }
        let plain = recipient(local: local, delimiters: delimiters, known: known)
        guard let signed else { return plain.map { VERPTag(recipient: $0, trust: .unsigned) } }
        let trust: Trust =
            if signed.isValid {
                isOutOfTime(signed, expiryDays: settings.verpExpiryDays, arrival: arrival) ? .expired : .valid
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

    /// Whether a report arrived too long after its tag was made, or before. A tag without a day never expires.
    ///
    /// A report that is older than the mail that it answers has a forged date, or our clock is wrong; one day is allowed,
    /// since two hosts may be in two days.
    private static func isOutOfTime(_ tag: SignedTag, expiryDays: Int?, arrival: Int64?) -> Bool {
        guard let made = tag.day else { return false }
        guard let arrival else { return expiryDays != nil }
        let age = arrival / CalendarTime.secondsPerDay - Int64(made)
        return age < -earliestDay || expiryDays.map { age > Int64($0) } ?? false
    }

    /// By how many days a report may be older than its tag.
    static let earliestDay: Int64 = 1

    /// The number of signs in a local part that are tried as the at sign, and of positions that are tried as the
    /// recipient's start.
    static let signsTried = 8
    static let startsTried = 64

    private static func recipient(local: [UInt8], delimiters: [UInt8], known: Set<String>) -> String? {
        let span = local.span
        // Sender rewriting uses the same signs for other purposes: SRS, and Microsoft's form of it.
        for prefix: StaticString in ["srs0", "srs1"] where span.hasPrefix(prefix, ignoringCaseIn: 0..<span.count) {
            return nil
        }
        if span.position(of: "+srs=") != nil { return nil }
        let local = BATV.core(local) ?? local
        let signs = sympaSign(local).map { [$0] } ?? atSigns(local)
        guard let sign = signs.first else { return nil }
        func address(from start: Int, _ sign: AtSign) -> String? {
            guard start < sign.start else { return nil }
            return AddressText.whole(Array(local[start..<sign.start] + [UInt8(ascii: "@")] + local[sign.domain]).span)
        }
        let before = local[..<sign.start].indices
        let starts = before.filter { delimiters.contains(local[$0]) && $0 + 1 < sign.start }.map { $0 + 1 }
        guard !starts.isEmpty else { return nil }
        // A token may be before the recipient, with any sign between the two: `bounce+9f31c0=bob=dest.example`.
        if !known.isEmpty {
            let ends = before.filter { local[$0] == UInt8(ascii: "=") }.map { $0 + 1 }
            for sign in signs {
                for start in (starts + ends).prefix(startsTried) {
                    if let address = address(from: start, sign), known.contains(address) { return address }
                }
            }
        }
        let plus = local.firstIndex(of: UInt8(ascii: "+")).flatMap { plus in
            delimiters.contains(UInt8(ascii: "+")) && plus + 1 < sign.start ? plus + 1 : nil
        }
        let numbered = afterNumbers(local, before: sign.start)
        if let numbered, plus == nil || numbered.hasNumber && numbered.start < plus ?? 0 {
            return address(from: VERPToken.end(local, numbered.start, before: sign.start), sign)
        }
        return address(from: VERPToken.end(local, plus ?? starts[0], before: sign.start), sign)
    }

    /// The address encoded as `bob=dest.example` or Sympa's `bob==a==dest.example`, or nil if it is not one.
    static func address(encoded: [UInt8]) -> String? {
        guard let sign = sympaSign(encoded) ?? atSigns(encoded).first, sign.domain.upperBound == encoded.count else {
            return nil
        }
        return AddressText.whole(
            Array(encoded[..<sign.start] + [UInt8(ascii: "@")] + encoded[sign.domain]).span)
    }

    /// The sign that encodes the `@`, and the domain after it.
    private struct AtSign {
        var start: Int
        var domain: Range<Int>
    }

    /// Sympa: `bounce+USER==a==DOMAIN==LIST`, after it `==w`, `==r` or an id (Sympa, bounced).
    private static func sympaSign(_ local: [UInt8]) -> AtSign? {
        guard let mark = local.span.position(of: "==a==") else { return nil }
        return domain(local, from: mark + 5).map { AtSign(start: mark, domain: $0) }
    }

    /// The signs that may be the at sign, the last first. A token may be after the domain: `bob=dest.example+c0ffee`.
    private static func atSigns(_ local: [UInt8]) -> [AtSign] {
        guard local.span.position(of: "==a==") == nil else { return [] }
        let signs = local.indices.reversed().lazy.filter { local[$0] == UInt8(ascii: "=") }.prefix(signsTried)
        return signs.compactMap { sign in domain(local, from: sign + 1).map { AtSign(start: sign, domain: $0) } }
    }

    /// The domain that starts at `start`: up to the end, a `+` or a `=`.
    private static func domain(_ local: [UInt8], from start: Int) -> Range<Int>? {
        guard start < local.count else { return nil }
        let end =
            local[start...].firstIndex { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "=") } ?? local.count
        let domain = local[start..<end]
        guard domain.contains(UInt8(ascii: ".")),
            domain.allSatisfy({ $0.isWord || $0 == 0x2D || $0 == 0x2E }),
            domain.first != UInt8(ascii: "."), domain.last != UInt8(ascii: ".")
        else { return nil }
        return start..<end
    }

    /// ezmlm: NAME-return-NUMBER-USER=DOMAIN; others: NAME-bounces-USER=DOMAIN, bounce-LIST-MEMBER-USER=DOMAIN.
    private static func afterNumbers(_ local: [UInt8], before end: Int) -> (start: Int, hasNumber: Bool)? {
        let all = 0..<local.count
        for (word, atStart, maximumNumbers) in words {
            let mark =
                local.span.hasPrefix(atStart, ignoringCaseIn: all)
                ? atStart.utf8CodeUnitCount
                : local.span.position(of: word).map { $0 + word.utf8CodeUnitCount }
            guard var start = mark, start < end else { continue }
            let first = start
            if let account = VERPToken.account(local, start, before: end) { return (account, true) }
            for _ in 0..<maximumNumbers {
                guard let digits = local[start..<end].firstIndex(where: { !$0.isDigit }), digits > start,
                    local[digits] == UInt8(ascii: "-"), digits + 1 < end
                else { break }
                start = digits + 1
            }
            return (start, start > first)
        }
        return nil
    }

    /// What comes before the numbers, and how many of them: ezmlm writes one, Lyris a list's and a member's.
    private static let words: [(within: StaticString, atStart: StaticString, numbers: Int)] = [
        ("-return-", "return-", 1), ("-bounces-", "bounces-", 2), ("-bounce-", "bounce-", 2),
        ("-errors-", "errors-", 2),
    ]
}
