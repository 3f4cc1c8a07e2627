import MIME

/// Message disposition notifications (RFC 8098): a mail program says what happened to a message that arrived.
enum DispositionNotification {
    /// `nil` if the notification is a refusal in disguise (Dovecot's and Pigeonhole's reject answers with an MDN).
    static func verdict(_ message: Message, part: Int) -> Verdict? {
        let fields = Message(parsing: message.decodedBody(ofPart: part))
        let disposition = fields.value(FieldName("disposition")).map { FoldedText($0) } ?? FoldedText([])
        let isRefusal = disposition.contains("mdn-sent-automatically") && disposition.contains("deleted")
        let text = message.text(.subject).map { FoldedText(Array($0.utf8)) } ?? FoldedText([])
        if isRefusal, text.contains("reject") { return nil }
        let field = fields.field(FieldName("original-recipient")) ?? fields.field(FieldName("final-recipient"))
        let recipient = field.flatMap { fields.withValue(of: $0) { DeliveryStatus.address($0) } }
        return Verdict(
            messageClass: .deliveryReceipt,
            recipients: recipient.map { [Outcome(address: $0, kind: .delivered, reason: .delivered)] } ?? [],
            evidence: [
                Evidence(
                    rule: "receipt/disposition-notification", at: "Disposition",
                    matched: String(decoding: disposition.bytes.prefix(80), as: UTF8.self))
            ])
    }
}
