import MIME

/// Feedback reports (RFC 5965).
enum Complaint {
    /// The envelope senders of the mails that a feedback report is about (RFC 5965, section 3.2: Original-Mail-From).
    static func returnPaths(_ message: Message) -> [String] {
        guard
            let part = message.parts.indices.first(where: {
                message.parts[$0].type == .messageFeedbackReport && !message.parts[$0].isEnclosed
            })
        else { return [] }
        let fields = Message(parsing: message.decodedBody(ofPart: part))
        return fields.withValue(FieldName("original-mail-from")) { AddressText.all(in: $0, limit: 1) } ?? []
    }

    static func verdict(_ message: Message, part: Int) -> Verdict {
        let body = message.decodedBody(ofPart: part)
        let fields = Message(parsing: body)
        let type = fields.value(FieldName("feedback-type")).map { FoldedText($0) } ?? FoldedText([])
        // RFC 6591: a report of a broken or forged signature has this form too, but nobody complained.
        if type.hasPrefix("auth-failure") || type.hasPrefix("dmarc") {
            return Verdict(
                messageClass: .complaint, evidence: [Evidence(rule: "complaint/auth-failure", at: "Feedback-Type")])
        }
        var found = AddressSet(limit: Limits.recipients)
        for name in [FieldName("original-rcpt-to"), FieldName("removal-recipient")] {
            for field in fields.allFields(name) {
                guard !found.isFull else { break }
                fields.withValue(of: field) { found.add(allIn: $0) }
            }
        }
        var addresses = found.list
        if addresses.isEmpty { addresses = Array(Original(message).recipients.prefix(1)) }
        let outcomes = addresses.map { Outcome(address: $0, kind: .delivered, reason: .feedback) }
        return Verdict(
            messageClass: .complaint, recipients: outcomes,
            evidence: [
                Evidence(
                    rule: "complaint/feedback-report", at: "Feedback-Type",
                    matched: String(decoding: type.bytes, as: UTF8.self))
            ])
    }
}
