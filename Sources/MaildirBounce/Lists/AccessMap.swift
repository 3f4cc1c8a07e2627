import Bytes
import Classifier
import Ledger

/// Lines of a Postfix access map for `check_recipient_access` (access(5), postmap(1)).
///
/// The key is the address in lower case, which Postfix folds its queries to. A local part with a blank or another special
/// character in it is in quotes (Postfix 3.2 or newer), and so is one that only Postfix wants quoted: with a dot at its
/// start or end, or two in a row.
enum AccessMap {
    /// The key for a canonical address; `nil` if it cannot be a key: a `#` at the start makes a line a comment, and
    /// Postfix does not ask for a quoted form if no quotes are needed. Invisible characters are not written either.
    static func key(_ address: String) -> String? {
        guard !hasHidden(address) else { return nil }
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let local = address[..<at]
        if local.utf8.first == UInt8(ascii: "#") { return nil }
        return CanonicalAddress.quotedForPostfix(canonical: address)
    }

    /// The beginning of each text.
    private static let mark = RefusalText.beginning
    /// The beginning of the texts of version 0.1.0.
    private static let oldMark = "5.7.1 suppressed since "

    /// What comes before the lines of domains.
    static let domainHeader = """
        # Whole domains. While smtpd_access_maps is in Postfix's parent_domain_matches_subdomains, as it is by default,
        # dest.example also refuses every domain below it, and .dest.example refuses nothing.

        """

    /// A line with its end; two if a client may write the domain in Unicode, which Postfix does not translate.
    static func lines(_ row: SuppressedAddress) -> String {
        guard let key = key(row.address) else {
            return "# Postfix cannot look this up: \(terminalSafe(row.address))\n"
        }
        return lines(key, row.suppression, unicode: CanonicalAddress.unicodeDomainForm(ofCanonical: key))
    }

    /// The same for a domain.
    static func lines(_ row: SuppressedDomain) -> String {
        lines(row.domain.text, row.suppression, unicode: row.domain.unicodeForm)
    }

    private static func lines(_ key: String, _ suppression: Suppression, unicode: String?) -> String {
        let until = suppression.until.flatMap(timestamp).map { " until \($0)" } ?? ""
        let action =
            " REJECT \(mark)\(timestamp(suppression.since) ?? "?")\(until): "
            + terminalSafe(suppression.reason.text) + "\n"
        guard let other = unicode, !hasHidden(other) else { return key + action }
        return key + action + other + action
    }

    /// Reads a line: one of ``lines(_:)``, or any that refuses an address.
    static func parse(_ line: String) -> ListLine {
        if line.utf8.first == UInt8(ascii: "#") { return .nothing }
        var isQuoted = false
        var isEscaped = false
        let end =
            line.utf8.firstIndex { byte in
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = isQuoted
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted.toggle()
                }
                return !isQuoted && byte.isBlank
            } ?? line.utf8.endIndex
        guard end != line.startIndex else { return .broken("a line that goes on is not read; write it as one") }
        let words = line[end...].split(maxSplits: 1, whereSeparator: \.isWhitespace)
        guard let action = words.first?.uppercased() else { return .broken("there is no action") }
        guard action == "REJECT" || action.utf8.count == 3 && action.utf8.first == UInt8(ascii: "5") else {
            return .broken("the action \(action) does not refuse the address")
        }
        let key = String(line[..<end])
        var entry = ListEntry(address: key, isDomain: DomainPattern(key) != nil)
        if words.count > 1 { readReason(words[1].trimmingBlanks, &entry) }
        return .entry(entry)
    }

    /// Parses the times and the reason of one of our texts.
    private static func readReason(_ text: String, _ entry: inout ListEntry) {
        guard let mark = [mark, oldMark].first(where: { text.hasPrefix($0) }) else { return }
        let words = text.dropFirst(mark.count).split(separator: " ", maxSplits: 3)
        guard let first = words.first else { return }
        if first.last == ":", let since = parsedTimestamp(String(first.dropLast())) {
            entry.since = since
            let reason = text.dropFirst(mark.count + first.count + 1)
            entry.reason = reason.isEmpty ? nil : String(reason)
        } else if words.count == 4, words[1] == "until", words[2].last == ":",
            let since = parsedTimestamp(String(first)),
            let until = parsedTimestamp(String(words[2].dropLast()))
        {
            entry.since = since
            entry.until = until
            entry.reason = String(words[3])
        }
    }
}
