import Bytes

/// Bounce address tags: a server puts a tag that expires before the local part of a return path (BATV,
/// draft-levine-smtp-batv). The address is the local part without the tag.
enum BATV {
    /// Digits of a tag: the draft has ten (key, day, hash), products have nine to sixteen.
    static let tagDigits = 8...20

    /// The local part without its tag, or nil if it has none.
    ///
    /// `prvs=TAG=bob`; `prvs=bob=TAG` and `prvs=bob/TAG` (first drafts); `bob+prvs=TAG` (batv-tools);
    /// `btv1==TAG==bob` (Barracuda); `msprvs1=TAG=bob` (SparkPost). Letters in any case.
    static func core(_ local: [UInt8]) -> [UInt8]? {
        let span = local.span
        let all = 0..<local.count
        if span.hasPrefix("btv1==", ignoringCaseIn: all) {
            guard let end = span.extracting(6..<local.count).position(of: "==") else { return nil }
            return nonEmpty(local[(6 + end + 2)...])
        }
        if span.hasPrefix("msprvs1=", ignoringCaseIn: all) { return afterTag(local[8...]) }
        if span.hasPrefix("prvs=", ignoringCaseIn: all) {
            let rest = local[5...]
            if let slash = rest.lastIndex(of: UInt8(ascii: "/")), isTag(rest[(slash + 1)...]) {
                return nonEmpty(rest[..<slash])
            }
            if let equals = rest.lastIndex(of: UInt8(ascii: "=")), isTag(rest[(equals + 1)...]),
                !isTag(rest.prefix { $0 != UInt8(ascii: "=") })
            {
                return nonEmpty(rest[..<equals])
            }
            return afterTag(rest)
        }
        if let mark = span.position(of: "+prvs="), isTag(local[(mark + 6)...]) {
            return nonEmpty(local[..<mark])
        }
        return nil
    }

    /// The address without the tag of its local part; the address itself if there is none.
    static func withoutTag(_ address: String) -> String {
        // Hardly any address has one.
        guard address.utf8.contains(UInt8(ascii: "=")), let at = address.lastSign else { return address }
        let bytes = Array(address.utf8)
        guard let core = core(Array(bytes[..<at])) else { return address }
        let untagged = core + bytes[at...]
        return AddressText.whole(untagged.span) ?? address
    }

    /// The reports with the recipients' tags removed. A tagged address that the returned message went to was mailed as
    /// it is, and keeps its tag. A server that does not support tags refuses them for existing mailboxes: unless the
    /// mail went to the address without the tag, the report does not declare it dead.
    static func withoutTags(_ reports: [RecipientReport], mailed: [String]) -> [RecipientReport] {
        func isTagged(_ address: String?) -> Bool {
            guard let address, address.utf8.contains(UInt8(ascii: "=")) else { return false }
            return !mailed.contains(address) && withoutTag(address) != address
        }
        guard reports.contains(where: { isTagged($0.finalRecipient) || isTagged($0.originalRecipient) }) else {
            return reports
        }
        return reports.map { report in
            let before = report.address
            var report = report
            if isTagged(report.finalRecipient) { report.finalRecipient = report.finalRecipient.map(withoutTag) }
            if isTagged(report.originalRecipient) {
                report.originalRecipient = report.originalRecipient.map(withoutTag)
            }
            report.isAssumed = report.address.map { isTagged(before) && !mailed.contains($0) } ?? false
            return report
        }
    }

    private static func afterTag(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        text.firstIndex(of: UInt8(ascii: "=")).flatMap { nonEmpty(text[($0 + 1)...]) }
    }

    private static func isTag(_ text: ArraySlice<UInt8>) -> Bool {
        tagDigits.contains(text.count) && text.contains { $0.isDigit }
            && text.allSatisfy { $0.hexadecimalValue != nil }
    }

    private static func nonEmpty(_ text: ArraySlice<UInt8>) -> [UInt8]? { text.isEmpty ? nil : Array(text) }
}
