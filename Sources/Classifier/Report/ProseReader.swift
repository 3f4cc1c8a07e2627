import Bytes
import MIME

/// Finds the failed recipients in a report's prose, and what is said about each. It is the same for all servers: it
/// looks for lines that begin or end with an address, for SMTP dialogues, and for sentences that say that something was
/// not delivered; addresses of the sender, of contacts and of the returned message are ignored.
struct ProseReader {
    /// How clearly a line says that the address on it failed.
    private enum Rank: Int, Comparable {
        case none = 0
        /// Named somewhere after a sentence about a failure.
        case mention
        /// Named in a sentence about a failure.
        case sentence
        /// `RCPT TO:<…>` of a dialogue.
        case dialogue
        /// An address alone on its line, or after a label such as `To:`, before anything was said to have failed.
        case line
        /// The same, after a sentence that says that something failed.
        case listed

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    private struct Candidate {
        var address: String
        var rank: Rank
        var line: Int
        /// Where the text after the address starts.
        var end: Int
        /// The line summarises the dialogue before it.
        var isSum: Bool
        /// The address has words before it on its line.
        var hasLabel: Bool
        /// The address that was mailed, if a note after this one names it.
        var mailed: String?
    }

    /// The functions of the prose as a whole.
    private(set) var signals = FoundGroups<ProseSignal>()
    private(set) var recipients: [RecipientReport] = []
    /// The recipients are in a list or a dialogue, not in sentences only.
    private(set) var isList = false
    /// The text names a recipient that cannot be read completely.
    private(set) var hasUnreadable = false
    /// Where the last of them is in the text.
    private(set) var lastRecipientEnd = 0
    /// There are more than `Limits.recipients`.
    private(set) var isTruncated = false

    private let prose: Prose
    private let excluded: Set<String>

    /// - Parameter excluded: addresses that cannot have failed: the sender's own.
    init(_ prose: Prose, excluded: Set<String>) {
        self.prose = prose
        self.excluded = excluded
        read()
    }

    private mutating func read() {
        let prose = prose
        let span = prose.text.span
        var candidates: [Candidate] = []
        // Our own addresses, which count only if a report lists nobody else.
        var own: [Candidate] = []
        var hasFailed = false
        var previousFailed = false
        var isBehindLine = false
        // Where the last note about an address ends.
        var noteEnd = 0
        for (number, range) in prose.lines.enumerated() {
            let line = span.trimmed(range)
            guard !line.isEmpty else {
                isBehindLine = false
                continue
            }
            var found = prose.signals(ofLine: number)
            // A sentence may be cut between two lines.
            if !hasFailed, isBehindLine { found.formUnion(prose.signals(endingInLine: number)) }
            isBehindLine = true
            signals.formUnion(found)
            let (addresses, isUnreadable) = AddressScan.listing(span, in: line, limit: 50)
            hasUnreadable = hasUnreadable || isUnreadable
            for address in addresses where address.lowerBound >= noteEnd {
                // Outside angle brackets, letters beyond ASCII before the @ belong more often to the sentence than to
                // the address.
                let isBracketed = address.lowerBound > 0 && span[address.lowerBound - 1] == UInt8(ascii: "<")
                guard isBracketed || span[address.lowerBound] < 0x80 else { continue }
                if ProseReader.isCut(span, line, address) {
                    hasUnreadable = true
                    continue
                }
                let text = ProseReader.withoutX400(span, address)
                let rank = rank(
                    span, line: line, address: address, found: found, hasFailed: hasFailed,
                    previousFailed: previousFailed)
                let hasLabel = (line.lowerBound..<address.lowerBound).contains { span[$0].isLetter }
                let note = ForwardingNote.read(span, after: address.upperBound, before: prose.head.upperBound)
                if let note { noteEnd = note.end }
                let candidate = Candidate(
                    address: text, rank: rank, line: number, end: address.upperBound,
                    isSum: ProseReader.isTranscript(span, line, address), hasLabel: hasLabel,
                    mailed: note?.mailed == text ? nil : note?.mailed)
                if isExcluded(text) {
                    if rank == .listed { own.append(candidate) }
                } else if rank > .none {
                    candidates.append(candidate)
                }
            }
            if found[.failure] != nil || found[.delay] != nil { hasFailed = true }
            previousFailed = found[.failure] != nil || found[.delay] != nil
        }
        choose(candidates.isEmpty ? own : candidates)
    }

    /// `c=US;a= ;p=ORG;dda:SMTP=bob@dest.example` (X.400, Exchange 5.5): the value of the attribute.
    private static func withoutX400(_ text: Span<UInt8>, _ address: Range<Int>) -> String {
        let isAttribute =
            address.lowerBound > 0
            && (text[address.lowerBound - 1] == UInt8(ascii: ":") || text[address.lowerBound - 1] == UInt8(ascii: ";"))
            && text.hasPrefix("smtp=", ignoringCaseIn: address)
        return AddressText.text(text, isAttribute ? address.dropFirst(5) : address)
    }

    private func isExcluded(_ address: String) -> Bool {
        if excluded.contains(address) { return true }
        return ["mailer-daemon@", "postmaster@", "abuse@", "mailer-daemon.", "double-bounce@", "noreply@", "no-reply@"]
            .contains { address.hasPrefix($0) }
    }

    private func rank(
        _ text: Span<UInt8>, line: Range<Int>, address: Range<Int>, found: FoundGroups<ProseSignal>, hasFailed: Bool,
        previousFailed: Bool
    ) -> Rank {
        let before = line.lowerBound..<address.lowerBound
        if ProseReader.endsWithRCPT(text, before) || ProseReader.isTranscript(text, line, address) { return .dialogue }
        // After a program or an address that is not disclosed: `(expanded from: <bob@dest.example>)`.
        if text[line.lowerBound] == UInt8(ascii: "("),
            ForwardingNote.read(text, after: line.lowerBound, before: line.upperBound)?.mailed
                == AddressText.text(text, address)
        {
            return hasFailed ? .listed : .line
        }
        if ProseReader.namesHeader(text, line) || ProseReader.namesSender(text, before) { return .none }
        if found[.header] != nil, found[.failure] == nil { return .none }
        if ProseReader.isLabel(text, before) || ProseReader.isMailbox(text, line, address) {
            if found[.contact] != nil, found[.failure] == nil { return .none }
            return hasFailed || found[.failure] != nil ? .listed : .line
        }
        if found[.contact] != nil { return .none }
        if found[.failure] != nil || found[.delay] != nil || previousFailed { return .sentence }
        return hasFailed ? .mention : .none
    }

    /// Nothing, punctuation, or a short label (`Recipient:`, `To:`, `SMTP:`, `user`) is before the address.
    private static func isLabel(_ text: Span<UInt8>, _ before: Range<Int>) -> Bool {
        var range = text.trimmed(before)
        var digits = 0
        while let first = range.first, !text[first].isLetter, text[first] < 0x80 {
            // A list may be numbered; a reply code is not a number of a list.
            digits += text[first].isDigit ? 1 : 0
            guard digits <= 2 else { return false }
            range = (first + 1)..<range.upperBound
        }
        range = withoutBrackets(text, range)
        if range.isEmpty { return true }
        guard range.count <= 40 else { return false }
        let last = text[range.upperBound - 1]
        let isFullWidth =
            range.count >= 3 && text.equals("：", ignoringCaseIn: (range.upperBound - 3)..<range.upperBound)
        if last == UInt8(ascii: ":") || last == UInt8(ascii: "=") || isFullWidth {
            // A label has few words.
            var blanks = 0
            for index in range where text[index] == 0x20 { blanks += 1 }
            return blanks <= 4
        }
        return false
    }

    /// Nothing but `"Bob Brown" <bob@dest.example>` or `Bob Brown <bob@dest.example>` is on the line.
    private static func isMailbox(_ text: Span<UInt8>, _ line: Range<Int>, _ address: Range<Int>) -> Bool {
        guard address.lowerBound > line.lowerBound, text[address.lowerBound - 1] == UInt8(ascii: "<"),
            address.upperBound < line.upperBound, text[address.upperBound] == UInt8(ascii: ">")
        else { return false }
        for index in (address.upperBound + 1)..<line.upperBound where text[index].isLetter { return false }
        let name = text.trimmed(line.lowerBound..<(address.lowerBound - 1))
        guard name.count <= 60, !name.isEmpty else { return false }
        if text[name.lowerBound] == UInt8(ascii: "\""), text[name.upperBound - 1] == UInt8(ascii: "\"") { return true }
        var blanks = 0
        for index in name {
            if text[index] == 0x20 { blanks += 1 }
            if text[index].isDigit { return false }
        }
        return blanks <= 2 && text[name.lowerBound].isLetter && text[name.lowerBound] & 0x20 == 0
    }

    /// A range without the brackets at its end.
    private static func withoutBrackets(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var range = range
        while let last = range.last, isBracket(text[last]) { range = range.dropLast() }
        return text.trimmed(range)
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[")
            || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "{")
    }

    private static let senderWords: [StaticString] = [
        "mail from", "message from", "sent by", "messages from", "mails from",
    ]

    /// `mail from bob@…`, `sent by bob@…` in a sentence: he is the one who sent it.
    private static func namesSender(_ text: Span<UInt8>, _ before: Range<Int>) -> Bool {
        let range = withoutBrackets(text, text.trimmed(before))
        return senderWords.contains { word in
            let length = word.utf8CodeUnitCount
            return range.count > length && text.equals(word, ignoringCaseIn: range.suffix(length))
        }
    }

    /// Whether the words before the address are part of it rather than of a sentence: on an indented line that ends
    /// with it, or continues with a colon, as in lists of recipients, and in a transcript. Otherwise an address with a
    /// blank in it would become a different one.
    private static func isCut(_ text: Span<UInt8>, _ line: Range<Int>, _ address: Range<Int>) -> Bool {
        let before = text.trimmed(line.lowerBound..<address.lowerBound)
        guard !before.isEmpty, address.lowerBound > 0, text[address.lowerBound - 1].isSpace else { return false }
        let rest = address.upperBound..<line.upperBound
        if text.hasPrefix("...", ignoringCaseIn: rest) {
            guard before.count > 3, text[before.lowerBound].isDigit, text[before.lowerBound + 3] == 0x20 else {
                return false
            }
            return before.dropFirst(3).contains { text[$0].isLetter }
        }
        let isIndented = line.lowerBound > 0 && text[line.lowerBound - 1] == 0x20
        guard isIndented, rest.isEmpty || text[rest.lowerBound] == UInt8(ascii: ":") else { return false }
        var words = 1
        var last = before
        // Leaders and bullets are not part of a word.
        var isWord = false
        for index in before {
            let byte = text[index]
            if byte.isBlank {
                words += 1
                last = (index + 1)..<before.upperBound
                isWord = false
            } else if byte.isLetterOrDigit {
                isWord = true
            } else if !"!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte) {
                return false
            }
        }
        return isWord && words <= cutWords && !links.contains { text.equals($0, ignoringCaseIn: last) }
    }

    /// Words before an address that may be part of it, and words of a sentence or a label.
    private static let cutWords = 2
    private static let links: [StaticString] = [
        "by", "to", "for", "from", "of", "user", "address", "recipient", "mailbox", "account", "is", "and", "or",
    ]

    /// Sendmail's transcript: `550 5.1.1 <bob@dest.example>... User unknown`.
    private static func isTranscript(_ text: Span<UInt8>, _ line: Range<Int>, _ address: Range<Int>) -> Bool {
        guard line.count > 8, text[line.lowerBound] == UInt8(ascii: "4") || text[line.lowerBound] == UInt8(ascii: "5"),
            text[line.lowerBound + 1].isDigit, text[line.lowerBound + 2].isDigit, text[line.lowerBound + 3] == 0x20
        else { return false }
        for index in (line.lowerBound + 3)..<address.lowerBound where text[index].isLetter { return false }
        let rest = address.upperBound..<line.upperBound
        return text.hasPrefix(">...", ignoringCaseIn: rest) || text.hasPrefix("...", ignoringCaseIn: rest)
    }

    private static func endsWithRCPT(_ text: Span<UInt8>, _ before: Range<Int>) -> Bool {
        var range = text.trimmed(before)
        while let last = range.last, isBracket(text[last]) || text[last] == UInt8(ascii: ":") || text[last] == 0x20 {
            range = range.dropLast()
        }
        return range.count >= 7 && text.equals("rcpt to", ignoringCaseIn: range.suffix(7))
    }

    /// `From:`, `Message-ID:` and the like: somebody else's address.
    private static func namesHeader(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var start = line.lowerBound
        while start < line.upperBound, !text[start].isLetter, text[start] < 0x80 { start += 1 }
        let rest = start..<line.upperBound
        for name: StaticString in [
            "from:", "from :", "sender:", "reply-to:", "message-id", "return-path", "mail from", "cc:", "bcc:",
            "subject:", "date:", "received", "references:", "in-reply-to", "envelope-from", "errors-to", "von:", "de:",
            "x-", "organization",
            "sent from", "差出人", "送信者", "発信者", "发件人", "寄件者", "보낸 사람", "от:", "від:", "mailto:",
        ] where text.hasPrefix(name, ignoringCaseIn: rest) { return true }
        return false
    }

    private mutating func choose(_ candidates: [Candidate]) {
        guard let top = candidates.map(\.rank).max() else { return }
        isList = top >= .dialogue
        // Lists and dialogues take precedence over sentences, a list over a dialogue about it.
        let chosen = candidates.filter { $0.rank == top }
        lastRecipientEnd = chosen.last?.end ?? 0
        // Most reports are about one.
        if chosen.count == 1 { return add(chosen[0], [segment(of: chosen[0], at: 0, among: chosen)]) }
        var order: [Candidate] = []
        var segments: [[String?]: [Range<Int>]] = [:]
        // Two aliases may lead to one address; if it is named again without a note, the last one is meant.
        var mailed: [String: String] = [:]
        for (place, candidate) in chosen.enumerated() {
            if let note = candidate.mailed { mailed[candidate.address] = note }
            let key = [candidate.address, mailed[candidate.address]]
            if segments[key] == nil { order.append(candidate) }
            segments[key, default: []].append(segment(of: candidate, at: place, among: chosen))
        }
        isTruncated = order.count > Limits.recipients
        for candidate in order.prefix(Limits.recipients) {
            add(candidate, segments[[candidate.address, candidate.mailed]] ?? [])
        }
    }

    private mutating func add(_ candidate: Candidate, _ segments: [Range<Int>]) {
        var report = RecipientReport()
        report.finalRecipient = candidate.address
        report.mailedAddress = candidate.mailed
        report.explanation = explanation(segments)
        recipients.append(report)
    }

    /// The text of a candidate: up to the next one; for a summary, the dialogue since the one before.
    private func segment(of candidate: Candidate, at place: Int, among chosen: [Candidate]) -> Range<Int> {
        let line = prose.lines[candidate.line]
        if candidate.isSum {
            let start = place > 0 ? prose.lines[chosen[place - 1].line].upperBound : prose.head.lowerBound
            return min(start, line.lowerBound)..<line.upperBound
        }
        let end = place + 1 < chosen.count ? prose.lines[chosen[place + 1].line].lowerBound : prose.head.upperBound
        // What comes before the address may be the command or the reply code.
        let isBare = candidate.rank > .dialogue && !candidate.hasLabel
        let start = isBare ? candidate.end : line.lowerBound
        return start..<max(start, end)
    }

    private func explanation(_ segments: [Range<Int>]) -> [UInt8] {
        var out: [UInt8] = []
        for segment in segments where out.count < ProseReader.explanationBytes {
            let cut = segment.lowerBound..<min(segment.upperBound, segment.lowerBound + ProseReader.explanationBytes)
            if !out.isEmpty { out.append(0x0A) }
            out += prose.text.span.copy(cut)
        }
        return out
    }

    /// Which of ``recipients`` is the first of that address.
    var firstByRecipient: [String?: Int] {
        Dictionary(
            recipients.indices.map { (recipients[$0].finalRecipient, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Bytes of prose kept for one recipient.
    static let explanationBytes = 3_000
}
