import MIME

/// Reads the JSON of a notification that Amazon SES sends by way of SNS: a mail whose text is an object with a notificationType
/// (Amazon SES developer guide, notification contents).
enum SNSNotification {
    static func verdict(_ message: Message, _ envelope: Envelope) -> Verdict? {
        guard envelope.from.hasSuffix("sns.amazonaws.com"),
            let part = message.parts.indices.first(where: {
                message.parts[$0].type.isText && !message.parts[$0].isEnclosed
            })
        else { return nil }
        guard var root = JSONValue(message.textBytes(ofPart: part)) else { return nil }
        // Without raw delivery the notification is a string within an envelope of SNS's own.
        if let inner = root["Message"]?.string, let value = JSONValue(Array(inner.utf8)) { root = value }
        let type = (root["notificationType"] ?? root["eventType"])?.string ?? ""
        let evidence = [Evidence(rule: "amazon-sns/notification", at: "text", matched: type)]
        var verdict = Verdict(messageClass: .notABounce, dialect: "amazon-sns", evidence: evidence)
        switch type {
        case "Bounce":
            guard let bounce = root["bounce"] else { return nil }
            let isPermanent = bounce["bounceType"]?.string == "Permanent"
            let detail = bounce["bounceSubType"]?.string ?? ""
            verdict.reportingMTA = bounce["reportingMTA"]?.string.map { DeliveryStatus.name($0.utf8.span) ?? $0 }
            for recipient in bounce["bouncedRecipients"]?.array ?? [] {
                guard let address = recipient["emailAddress"]?.string.flatMap({ AddressText.whole($0.utf8.span) })
                else {
                    continue
                }
                let status = recipient["status"]?.string.flatMap {
                    StatusCode($0.utf8.span, firstIn: 0..<$0.utf8.count)
                }
                let diagnostic =
                    recipient["diagnosticCode"]?.string.map { code in
                        code.utf8.span.copy(DeliveryStatus.typed(code.utf8.span).text)
                    } ?? []
                var report = RecipientReport()
                report.finalRecipient = address
                report.status = status
                report.diagnostic = diagnostic
                report.action = recipient["action"]?.string
                if !isPermanent {
                    report.ruling = Ruling(transient(detail), rule: "amazon-sns/\(detail)", matched: detail)
                } else if detail == "General" || detail == "NoEmail" || detail == "Suppressed"
                    || detail == "OnAccountSuppressionList"
                {
                    report.ruling =
                        diagnostic.isEmpty || detail != "General"
                        ? Ruling(.userUnknown, rule: "amazon-sns/\(detail)", matched: detail) : nil
                    if detail == "Suppressed" || detail == "OnAccountSuppressionList" { report.relay = .amazonSES }
                }
                verdict.pending.append(report)
            }
        case "Complaint":
            if let feedback = root["complaint"]?["complaintFeedbackType"]?.string, !Complaint.isComplaint(feedback) {
                verdict.evidence += Complaint.otherFeedback(feedback.lowercased()).evidence
                return verdict
            }
            verdict.messageClass = .complaint
            for recipient in root["complaint"]?["complainedRecipients"]?.array ?? [] {
                guard let address = recipient["emailAddress"]?.string.flatMap({ AddressText.whole($0.utf8.span) })
                else {
                    continue
                }
                verdict.recipients.append(Outcome(address: address, kind: .delivered, reason: .feedback))
            }
        case "Delivery":
            verdict.messageClass = .deliveryReceipt
            for recipient in root["delivery"]?["recipients"]?.array ?? [] {
                guard let address = recipient.string.flatMap({ AddressText.whole($0.utf8.span) }) else {
                    continue
                }
                verdict.recipients.append(Outcome(address: address, kind: .delivered, reason: .delivered))
            }
        default: return nil
        }
        return verdict
    }

    private static func transient(_ detail: String) -> Reason {
        switch detail {
        case "MailboxFull": .mailboxFull
        case "MessageTooLarge": .messageTooBig
        case "ContentRejected": .contentError
        case "AttachmentRejected": .policyViolation
        default: .onHold
        }
    }
}
