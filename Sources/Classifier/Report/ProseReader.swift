import MIME

/// Finds the failed recipients in a report's prose, and what is said of each. It knows no server: it looks for lines that
/// an address opens or closes, for SMTP dialogues, and for sentences that say that something was not delivered; addresses
/// of the sender, of people to ask and of the returned message are passed over.
struct ProseReader {
    /// How plainly a line says that the address on it failed.
    private enum Rank: Int, Comparable {
        case none = 0
        /// Named somewhere behind a sentence about a failure.
        case mention
        /// Named in a sentence about a failure.
        case sentence
        /// `RCPT TO:<…>` of a dialogue.
        case dialogue
        /// An address alone on its line, or behind a label such as `To:`, before anything was said to have failed.
        case line
        /// The same, behind a sentence that says that something failed.
        case listed

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    private struct Candidate {
        var address: String
        var rank: Rank
        var line: Int
        /// Where the text behind the address starts.
        var end: Int
    }

    /// What the prose does as a whole.
    private(set) var signals: Set<ProseSignal> = []
    private(set) var recipients: [RecipientReport] = []

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
        var hasFailed = false
        var previousFailed = false
        for (number, range) in prose.lines.enumerated() {
            let line = span.trimmed(range)
            guard !line.isEmpty else { continue }
            let folded = FoldedText(span.extracting(line))
            let found = ProsePhrases.groups.find(in: folded)
            signals.formUnion(found.keys)
            let addresses = AddressScan.list(span, in: line, limit: 50)
            for address in addresses {
                let text = ProseReader.withoutX400(AddressText.text(span.copy(address)))
                guard !isExcluded(text) else { continue }
                let rank = rank(
                    span, line: line, address: address, found: found, hasFailed: hasFailed,
                    previousFailed: previousFailed)
                if rank > .none {
                    candidates.append(Candidate(address: text, rank: rank, line: number, end: address.upperBound))
                }
            }
            if found[.failure] != nil || found[.delay] != nil { hasFailed = true }
            previousFailed = found[.failure] != nil || found[.delay] != nil
        }
        choose(candidates)
    }

    /// `c=US;a= ;p=ORG;dda:SMTP=bob@dest.example` (X.400, Exchange 5.5): the value of the attribute.
    private static func withoutX400(_ address: String) -> String {
        address.hasPrefix("smtp=") ? String(address.dropFirst(5)) : address
    }

    private func isExcluded(_ address: String) -> Bool {
        if excluded.contains(address) { return true }
        return ["mailer-daemon@", "postmaster@", "abuse@", "mailer-daemon.", "double-bounce@", "noreply@", "no-reply@"]
            .contains { address.hasPrefix($0) }
    }

    private func rank(
        _ text: Span<UInt8>, line: Range<Int>, address: Range<Int>, found: [ProseSignal: Int], hasFailed: Bool,
        previousFailed: Bool
    ) -> Rank {
        let before = line.lowerBound..<address.lowerBound
        if ProseReader.endsWithRCPT(text, before) { return .dialogue }
        if ProseReader.namesHeader(text, line) { return .none }
        if found[.header] != nil, found[.failure] == nil { return .none }
        if ProseReader.isLabel(text, before) {
            if found[.contact] != nil, found[.failure] == nil { return .none }
            return hasFailed || found[.failure] != nil ? .listed : .line
        }
        if found[.contact] != nil { return .none }
        if found[.failure] != nil || found[.delay] != nil || previousFailed { return .sentence }
        return hasFailed ? .mention : .none
    }

    /// Nothing, punctuation, or a short label (`Recipient:`, `To:`, `SMTP:`, `user`) stands before the address.
    private static func isLabel(_ text: Span<UInt8>, _ before: Range<Int>) -> Bool {
        var range = text.trimmed(before)
        while let first = range.first, !text[first].isLetter, text[first] < 0x80 {
            range = (first + 1)..<range.upperBound
        }
        while !range.isEmpty, isBracket(text[range.upperBound - 1]) {
            range = range.lowerBound..<(range.upperBound - 1)
        }
        range = text.trimmed(range)
        if range.isEmpty { return true }
        guard range.count <= 40 else { return false }
        let last = text[range.upperBound - 1]
        if last == UInt8(ascii: ":") || last == UInt8(ascii: "=") {
            // A label has few words.
            var blanks = 0
            for index in range where text[index] == 0x20 { blanks += 1 }
            return blanks <= 4
        }
        // A display name in quotes or followed by an angle bracket: "Bob" <bob@dest.example>
        return false
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[")
            || byte == UInt8(ascii: "\"")
            || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "{")
    }

    private static func endsWithRCPT(_ text: Span<UInt8>, _ before: Range<Int>) -> Bool {
        var range = text.trimmed(before)
        while !range.isEmpty,
            isBracket(text[range.upperBound - 1]) || text[range.upperBound - 1] == UInt8(ascii: ":")
                || text[range.upperBound - 1] == 0x20
        {
            range = range.lowerBound..<(range.upperBound - 1)
        }
        guard range.count >= 7 else { return false }
        return text.equals("rcpt to", ignoringCaseIn: (range.upperBound - 7)..<range.upperBound)
    }

    /// `From:`, `Message-ID:` and the like: somebody else's address.
    private static func namesHeader(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var start = line.lowerBound
        while start < line.upperBound, !text[start].isLetter, text[start] < 0x80 { start += 1 }
        let rest = start..<line.upperBound
        for name: StaticString in [
            "from:", "from :", "sender:", "reply-to:", "message-id", "return-path", "mail from", "cc:", "bcc:",
            "subject:", "date:",
            "received", "references:", "in-reply-to", "envelope-from", "errors-to", "von:", "de:", "x-", "organization",
            "sent from", "差出人", "送信者", "発信者",
            "发件人", "寄件者", "보낸 사람", "от:", "від:", "mailto:",
        ] where text.hasPrefix(name, ignoringCaseIn: rest) { return true }
        return false
    }

    private mutating func choose(_ candidates: [Candidate]) {
        guard let top = candidates.map(\.rank).max() else { return }
        // Lists and dialogues beat sentences; a list beats a dialogue about it.
        let chosen = candidates.filter { $0.rank == top }
        var order: [String] = []
        var segments: [String: [Range<Int>]] = [:]
        for (place, candidate) in chosen.enumerated() {
            if segments[candidate.address] == nil { order.append(candidate.address) }
            let end = place + 1 < chosen.count ? prose.lines[chosen[place + 1].line].lowerBound : prose.head.upperBound
            // Two addresses on one line share what follows.
            segments[candidate.address, default: []].append(candidate.end..<max(candidate.end, end))
        }
        for address in order.prefix(Limits.recipients) {
            var report = RecipientReport()
            report.finalRecipient = address
            report.explanation = explanation(segments[address] ?? [])
            recipients.append(report)
        }
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

    /// Bytes of prose kept for one recipient.
    static let explanationBytes = 3_000
}
