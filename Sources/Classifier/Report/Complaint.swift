import Bytes
import MIME

/// Feedback reports (RFC 5965).
enum Complaint {
    /// The types with which a recipient says that he does not want such mail: RFC 5965 section 7.3, and a draft of it
    /// for `opt-out`. All others suppress nobody: `not-spam` (RFC 6430) says that the mail is wanted, `auth-failure`
    /// (RFC 6591) and `virus` are automatic, `opt-out-list` names a list.
    private static let types: Set<String> = ["abuse", "fraud", "opt-out"]
    /// Bytes of a type that evidence shows.
    private static let shownBytes = 60

    /// The envelope senders of the mails that a feedback report is about (RFC 5965, section 3.2: Original-Mail-From).
    static func returnPaths(_ message: Message) -> [String] {
        guard
            let part = message.parts.indices.first(where: {
                message.parts[$0].type == .messageFeedbackReport && !message.parts[$0].isEnclosed
            })
        else { return [] }
        let fields = Message(parsing: message.decodedBody(ofPart: part))
        return fields.withValue(FieldName("original-mail-from")) { AddressText.whole($0).map { [$0] } ?? [] } ?? []
    }

    static func verdict(_ message: Message, part: Int, _ envelope: Envelope, _ original: Original) -> Verdict {
        let fields = Message(parsing: message.decodedBody(ofPart: part))
        let given = fields.allFields(FieldName("feedback-type")).map { field in
            fields.withValue(of: field) { type($0) }
        }
        // A report without a type, or with two, is not a complaint.
        guard let type = given.first, given.allSatisfy({ types.contains($0) }) else {
            return otherFeedback(given.first { !types.contains($0) } ?? "")
        }
        var list = Complainants()
        for name in [FieldName("original-rcpt-to"), FieldName("removal-recipient")] {
            for field in fields.allFields(name).prefix(Limits.recipients) {
                fields.withValue(of: field) { list.add($0) }
            }
        }
        if list.isEmpty { list = MicrosoftComplaint.complainants(message, envelope) ?? list }
        if list.isEmpty { list.add(returned: original) }
        return verdict(list, Evidence(rule: "complaint/feedback-report", at: "Feedback-Type", matched: type))
    }

    /// A complaint of the readable complainants.
    static func verdict(_ list: Complainants, _ evidence: Evidence) -> Verdict {
        var verdict = Verdict(messageClass: .complaint, evidence: [evidence])
        verdict.recipients = list.addresses.map { Outcome(address: $0, kind: .delivered, reason: .feedback) }
        if verdict.recipients.isEmpty, list.isRedacted {
            verdict.evidence.append(Evidence(rule: "complaint/redacted-recipient", at: "Original-Rcpt-To"))
        }
        return verdict
    }

    /// Feedback that is not a complaint.
    static func otherFeedback(_ type: String) -> Verdict {
        let rule = type == "auth-failure" || type == "dmarc" ? "complaint/auth-failure" : "complaint/other-feedback"
        return Verdict(
            messageClass: .notABounce, evidence: [Evidence(rule: rule, at: "Feedback-Type", matched: type)])
    }

    /// Whether a notification's type of feedback is one of a complaint.
    static func isComplaint(_ type: String) -> Bool { types.contains(type.lowercased()) }

    /// The type in lower case, without comments, quotes and a semicolon at its end; the whole value if more is there.
    static func type(_ value: Span<UInt8>) -> String {
        var words: [UInt8] = []
        var comments = 0
        for index in 0..<value.count {
            switch value[index] {
            case UInt8(ascii: "("): comments += 1
            case UInt8(ascii: ")") where comments > 0: comments -= 1
            case _ where comments > 0: break
            case let byte where byte.isSpace: if words.last != 0x20, !words.isEmpty { words.append(0x20) }
            case let byte: words.append(byte.lowercased)
            }
        }
        while let last = words.last, last == 0x20 || last == UInt8(ascii: ";") { words.removeLast() }
        if words.count > 2, words.first == UInt8(ascii: "\""), words.last == UInt8(ascii: "\"") {
            words = Array(words.dropFirst().dropLast())
        }
        return String(decoding: words.prefix(shownBytes), as: UTF8.self)
    }
}

/// The complainants that a report names.
struct Complainants {
    private(set) var addresses: [String] = []
    private var known: Set<String> = []
    /// A field names a complainant that is unreadable.
    private(set) var isRedacted = false

    /// Nobody is named, readably or not.
    var isEmpty: Bool { addresses.isEmpty && !isRedacted }

    /// Adds the addresses in a field.
    mutating func add(_ value: Span<UInt8>) {
        let members = AddressText.members(of: value, limit: Limits.recipients)
        if !members.isComplete { isRedacted = true }
        for address in members.addresses { add(address) }
    }

    /// Adds the recipient of the returned message. With several, it is unknown which one complained.
    mutating func add(returned original: Original) {
        if original.recipients.count == 1 { add(original.recipients[0]) }
    }

    private mutating func add(_ address: String) {
        if Redaction.isRedacted(address) {
            isRedacted = true
        } else if addresses.count < Limits.recipients, known.insert(address).inserted {
            addresses.append(address)
        }
    }
}
