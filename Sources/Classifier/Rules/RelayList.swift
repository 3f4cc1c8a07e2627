import Bytes
import CRules
import MIME

/// What relays say about an address on their suppression list.
///
/// The words mean that only if the relay says them: in a report that it wrote, or as its server's reply. Another
/// server's "suppression list" does not count.
enum RelayList {
    /// An address is on a relay's list.
    struct Entry: Sendable {
        var relay: Relay
        var reason: Reason
        /// The words that say so.
        var words: String
    }

    /// Looks for the words in texts about one recipient, and for who says them.
    ///
    /// - Parameters:
    ///   - status: the report's; one of addressing says that the address bounced.
    ///   - remoteMTA: the server whose reply the report quotes.
    ///   - reportingMTA: the server that wrote the report.
    ///   - from: the address of its From field.
    static func find(
        in texts: [Statement], status: StatusCode?, remoteMTA: String?, reportingMTA: String?, from: String
    ) -> Entry? {
        for text in texts {
            guard let number = matcher.lowest(in: text.folded), others.lowest(in: text.folded) == nil else { continue }
            let listed: crules_meaning = table.records(.listed)[number]
            let (words, reason) = (table.string(listed.words), Reason(number: listed.meaning))
            guard let relay = speaker(text.folded, remoteMTA, reportingMTA, from) else { continue }
            let isAddressing = reason == .suspend && (SMTPReply(text.text.span).status ?? status)?.subject == 1
            return Entry(relay: relay, reason: isAddressing ? .userUnknown : reason, words: words)
        }
        return nil
    }

    /// Whether a text contains words of some relay's list.
    static func mayBeMeant(in text: FoldedText) -> Bool { matcher.lowest(in: text) != nil }

    /// The relay that said the text: the quoted server, else the one that the report names, else the one that wrote the
    /// report.
    private static func speaker(
        _ text: FoldedText, _ remoteMTA: String?, _ reportingMTA: String?, _ from: String
    ) -> Relay? {
        if let host = quotedHost(text) { return relay(host: host) }
        if let remoteMTA, remoteMTA != reportingMTA, !isNameless(remoteMTA) { return relay(host: remoteMTA) }
        return reportingMTA.flatMap(relay(host:)) ?? from.domainPart.flatMap(relay(host:))
    }

    /// The last host that a text names as a speaker: `host HOST[IP] said:` (Postfix), `host HOST [IP]:` (Exim),
    /// `talking to HOST:` (Sendmail).
    private static func quotedHost(_ text: FoldedText) -> String? {
        let bytes = text.bytes.span
        var found: String?
        var from = 0
        while let blank = bytes.firstIndex(of: 0x20, in: from..<bytes.count) {
            from = blank + 1
            let isHost = endsWord("host", bytes, at: blank)
            guard isHost || endsWord("talking to", bytes, at: blank) else { continue }
            var end = from
            while end < bytes.count,
                bytes[end].isLetterOrDigit || bytes[end] == 0x2D || bytes[end] == 0x2E
            {
                end += 1
            }
            var mark = end
            if mark < bytes.count, bytes[mark] == 0x20 { mark += 1 }
            guard end > from, !isHost || mark < bytes.count && bytes[mark] == UInt8(ascii: "[") else { continue }
            found = String(decoding: bytes.copy(from..<end), as: UTF8.self)
        }
        return found.flatMap { isNameless($0) ? nil : $0 }
    }

    private static func endsWord(_ word: StaticString, _ bytes: Span<UInt8>, at end: Int) -> Bool {
        let start = end - word.utf8CodeUnitCount
        guard start >= 0, start == 0 || !bytes[start - 1].isLetter else { return false }
        return bytes.equals(word, ignoringCaseIn: start..<end)
    }

    /// An IP address, or this machine: some filter between two servers.
    private static func isNameless(_ host: String) -> Bool {
        host == "localhost" || host.hasPrefix("localhost.") || host.hasPrefix("[")
            || host.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    }

    /// The relay to which a host belongs, or nil.
    static func relay(host: String) -> Relay? {
        let labels = host.lowercased().split(separator: ".")
        guard labels.count >= 2 else { return nil }
        let domain = labels.suffix(2).joined(separator: ".")
        // Anybody can have a machine at Amazon; SES accepts mail at email-smtp.REGION.amazonaws.com.
        if domain == "amazonaws.com" { return labels[0].hasPrefix("email-smtp") ? .amazonSES : nil }
        return table.records(.relays, of: crules_meaning.self).first { table.string($0.words) == domain }
            .map { Relay.allCases[Int($0.meaning)] }
    }

    private static let table = RuleTable.standard
    /// Of several phrases that a text holds the first counts.
    private static let matcher = NumberedPhrases(table, words: .listedWords, meanings: .listedMeanings)
    /// Whom the text is about if not the recipient.
    private static let others = NumberedPhrases(.listed)
}
