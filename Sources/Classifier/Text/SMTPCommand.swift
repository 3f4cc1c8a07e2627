import MIME

/// Which SMTP command a report says was refused.
enum SMTPCommand {
    /// `RCPT`, `DATA`, `MAIL`, `EHLO`, `CONN` or nil. Sources: Postfix `(in reply to end of DATA command)`, Exim `after
    /// RCPT TO:<…>`, Sendmail `>>> DATA` before `<<< 550`, qmail-family `during RCPT`, and their like.
    static func find(in text: FoldedText) -> String? {
        if let last = lastDialogue(text) { return last }
        return groups.find(in: text).first?.token
    }

    enum Stage: UInt8, PhraseGroup {
        case data, rcpt, mail, ehlo, conn

        /// The token of the output contract.
        var token: String {
            switch self {
            case .data: "DATA"
            case .rcpt: "RCPT"
            case .mail: "MAIL"
            case .ehlo: "EHLO"
            case .conn: "CONN"
            }
        }
    }

    private static let groups = PhraseGroups<Stage>(.command)

    /// `>>> RCPT To:<@>` … `<<< 550`: the last command before the first refusal.
    private static func lastDialogue(_ text: FoldedText) -> String? {
        let span = text.bytes.span
        var from = 0
        var last: String?
        while let mark = span.firstIndex(of: UInt8(ascii: ">"), in: from..<span.count) {
            from = mark + 1
            guard mark + 4 < span.count, span[mark + 1] == UInt8(ascii: ">"), span[mark + 2] == UInt8(ascii: ">") else {
                continue
            }
            let rest = (mark + 3)..<span.count
            let trimmed = span.trimmed(rest.lowerBound..<min(rest.upperBound, rest.lowerBound + 24))
            if span.hasPrefix("rcpt", ignoringCaseIn: trimmed) { last = "RCPT" }
            if span.hasPrefix("data", ignoringCaseIn: trimmed) || span.hasPrefix(".", ignoringCaseIn: trimmed) {
                last = "DATA"
            }
            // Not Courier's `>>> maildir over quota`.
            if span.hasPrefix("mail from", ignoringCaseIn: trimmed) { last = "MAIL" }
            if span.hasPrefix("ehlo", ignoringCaseIn: trimmed) || span.hasPrefix("helo", ignoringCaseIn: trimmed) {
                last = "EHLO"
            }
            from = mark + 3
        }
        return last
    }
}
