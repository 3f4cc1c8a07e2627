import Bytes

/// Which SMTP command a report says was refused; `conn` is the greeting, before any.
package enum SMTPCommand: UInt8, PhraseGroup {
    case data, rcpt, mail, ehlo, conn

    /// The token of the output contract.
    var name: String {
        switch self {
        case .data: "DATA"
        case .rcpt: "RCPT"
        case .mail: "MAIL"
        case .ehlo: "EHLO"
        case .conn: "CONN"
        }
    }

    /// The command, or nil. Sources: Postfix `(in reply to end of DATA command)`, Exim `after
    /// RCPT TO:<…>`, Sendmail `>>> DATA` before `<<< 550`, qmail-family `during RCPT`, and their like.
    static func find(in text: FoldedText) -> SMTPCommand? {
        if let last = lastDialogue(text) {
            // Sendmail sums up a refused recipient in a line of its own, and has no recipient then, whatever command it had
            // sent ahead by then.
            return text.contains("<@>... user unknown") || text.contains("<<< 503") ? .rcpt : last
        }
        return groups.find(in: text).first
    }

    private static let groups = PhraseGroups<SMTPCommand>(.command)

    /// `>>> RCPT To:<@>` … `<<< 550`: the last command before the first refusal.
    private static func lastDialogue(_ text: FoldedText) -> SMTPCommand? {
        let span = text.bytes.span
        var from = 0
        var last: SMTPCommand?
        while let mark = span.firstIndex(of: UInt8(ascii: ">"), in: from..<span.count) {
            from = mark + 1
            guard mark + 4 < span.count, span[mark + 1] == UInt8(ascii: ">"), span[mark + 2] == UInt8(ascii: ">") else {
                continue
            }
            let rest = (mark + 3)..<span.count
            let trimmed = span.trimmed(rest.lowerBound..<min(rest.upperBound, rest.lowerBound + 24))
            if span.hasPrefix("rcpt", ignoringCaseIn: trimmed) { last = .rcpt }
            if span.hasPrefix("data", ignoringCaseIn: trimmed) || span.hasPrefix(".", ignoringCaseIn: trimmed) {
                last = .data
            }
            // Not Courier's `>>> maildir over quota`.
            if span.hasPrefix("mail from", ignoringCaseIn: trimmed) { last = .mail }
            if span.hasPrefix("ehlo", ignoringCaseIn: trimmed) || span.hasPrefix("helo", ignoringCaseIn: trimmed) {
                last = .ehlo
            }
            from = mark + 3
        }
        return last
    }
}
