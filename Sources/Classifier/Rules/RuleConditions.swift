import Bytes
import CRules

/// Conditions of a rule in addition to its words.
struct RuleConditions: Sendable {
    /// Suffixes of host names, one of which the remote MTA, the reporting MTA or the recipient's domain has. Empty:
    /// any.
    let hosts: [String]
    let status: StatusPattern?
    /// The command that was refused.
    let stage: SMTPCommand?
    /// Words that must not be in the same text.
    let against: [PhrasePattern]

    /// `nil` if there are no conditions.
    init?(_ record: crules_rule, of table: RuleTable) {
        hosts = table.strings(record.hosts)
        status = StatusPattern(packed: record.status)
        stage = record.stage == 0 ? nil : SMTPCommand.allCases[Int(record.stage) - 1]
        against = table.strings(record.against).map { PhrasePattern(folded: $0) }
        if hosts.isEmpty, status == nil, stage == nil, against.isEmpty { return nil }
    }

    /// - Parameters:
    ///   - text: the text in which the words are.
    ///   - reply: the reply in that text.
    func hold(_ text: FoldedText, _ facts: FailureFacts, _ reply: SMTPReply) -> Bool {
        let statuses = [facts.status, reply.status].compactMap { $0 }
        return status.map { pattern in statuses.contains { pattern.fits($0) } } ?? true
            && (stage == nil || stage == facts.command)
            && (hosts.isEmpty || facts.isFrom(hosts))
            && !against.contains { $0.isHeld(by: text) }
    }
}

/// An RFC 3463 status, with `*` for any number: `5.7.1`, `4.*.*`.
package struct StatusPattern: Sendable, Equatable {
    /// Class, subject, detail; nil: any.
    private let numbers: [Int?]

    /// `nil` if the text is not such a pattern.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        numbers = parts.map { $0 == "*" ? nil : Int($0) }
        guard parts.count == 3, zip(parts, numbers).allSatisfy({ $0 == "*" || (0...999).contains($1 ?? -1) }) else {
            return nil
        }
    }

    package func fits(_ code: StatusCode) -> Bool {
        zip(numbers, [code.statusClass, code.subject, code.detail]).allSatisfy { $0 == nil || $0 == $1 }
    }

    /// Whether it matches only temporary failures.
    package var isTransient: Bool { numbers[0] == 4 }

    /// The status itself, if no number may be any.
    var code: StatusCode? {
        guard let statusClass = numbers[0], let subject = numbers[1], let detail = numbers[2] else { return nil }
        return StatusCode(statusClass, subject, detail)
    }

    /// The pattern as a number of the table: ten bits for each number, all of them set for any. None is 0.
    package var packed: UInt32 { numbers.reduce(1) { $0 << 10 | UInt32($1 ?? 0x3FF) } }

    init?(packed: UInt32) {
        guard packed != 0 else { return nil }
        numbers = [20, 10, 0].map { shift in
            let number = Int(packed >> shift & 0x3FF)
            return number == 0x3FF ? nil : number
        }
    }
}

/// A phrase as rules have it: it starts where a word starts, and `*` matches up to `maximumGap` bytes.
package struct PhrasePattern: Sendable {
    /// The maximum number of bytes that `*` matches.
    package static let maximumGap = 80

    private let pieces: [[UInt8]]

    /// - Parameter phrase: as `FoldedText` folds.
    init(folded phrase: String) { pieces = PhrasePattern.pieces(of: phrase).map { Array($0.utf8) } }

    /// Folds a phrase.
    init(_ phrase: String) { self.init(folded: String(decoding: FoldedText(phrase).bytes, as: UTF8.self)) }

    /// The pieces between the `*` of a phrase, blanks at the stars removed.
    package static func pieces(of phrase: String) -> [String] {
        let bytes = Array(phrase.utf8)
        return bytes.split(separator: UInt8(ascii: "*")).map { piece in
            var piece = piece
            if piece.startIndex != bytes.startIndex, piece.first == 0x20 { piece.removeFirst() }
            if piece.endIndex != bytes.endIndex, piece.last == 0x20 { piece.removeLast() }
            return String(decoding: piece, as: UTF8.self)
        }.filter { !$0.isEmpty }
    }

    /// Whether a folded text contains the phrase.
    func isHeld(by text: FoldedText) -> Bool {
        guard let first = pieces.first else { return false }
        var from = 0
        while let start = text.bytes.span.firstIndex(of: first.span, in: from..<text.bytes.count) {
            if text.startsWord(at: start), holdsRest(text, after: start + first.count) { return true }
            from = start + 1
        }
        return false
    }

    private func holdsRest(_ text: FoldedText, after end: Int) -> Bool {
        var end = end
        for piece in pieces.dropFirst() {
            let last = min(text.bytes.count, end + PhrasePattern.maximumGap + piece.count)
            guard let start = text.bytes.span.firstIndex(of: piece.span, in: end..<last) else { return false }
            end = start + piece.count
        }
        return true
    }
}
