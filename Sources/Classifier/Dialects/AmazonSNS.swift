import Bytes
import MIME

/// What a notification of Amazon SES by way of SNS says: a mail whose text is a JSON object with a notificationType (Amazon SES
/// developer guide, notification contents).
struct SNSNotification {
    /// The verdict, as far as the notification itself decides.
    private(set) var verdict: Verdict
    /// The recipients of a bounce, who are still to be judged.
    private(set) var reports: [RecipientReport] = []

    /// `nil` if the message is not a notification.
    init?(_ message: Message, _ envelope: Envelope) {
        guard envelope.from.hasSuffix("sns.amazonaws.com"),
            let part = message.parts.indices.first(where: {
                message.parts[$0].type.isText && !message.parts[$0].isEnclosed
            })
        else { return nil }
        guard let root = JSONValue(message.textBytes(ofPart: part)) else { return nil }
        self.init(root)
    }

    static let dialect = "amazon-sns"

    /// `nil` if the object is none, or one of a type that says nothing about a delivery.
    init?(_ object: JSONValue) {
        var root = object
        // Without raw delivery the notification is a string within an envelope of SNS's own.
        if let inner = root["Message"]?.string, let value = JSONValue(Array(inner.utf8)) { root = value }
        let type = (root["notificationType"] ?? root["eventType"])?.string ?? ""
        let evidence = [Evidence(rule: "amazon-sns/notification", at: "text", matched: type)]
        verdict = Verdict(messageClass: .notABounce, dialect: SNSNotification.dialect, evidence: evidence)
        switch type {
        case "Bounce":
            guard let bounce = root["bounce"] else { return nil }
            let isPermanent = bounce["bounceType"]?.string == "Permanent"
            let detail = bounce["bounceSubType"]?.string ?? ""
            verdict.reportingMTA = bounce["reportingMTA"]?.string.map { DeliveryStatus.name($0.utf8.span) ?? $0 }
            for recipient in bounce["bouncedRecipients"]?.array ?? [] {
                guard let address = ServiceEventReading.address(recipient["emailAddress"]) else { continue }
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
                    report.ruling = Ruling(
                        SNSNotification.transient(detail), rule: "amazon-sns/\(detail)", matched: detail)
                } else if detail == "General" || detail == "NoEmail" || detail == "Suppressed"
                    || detail == "OnAccountSuppressionList"
                {
                    report.ruling =
                        diagnostic.isEmpty || detail != "General"
                        ? Ruling(.userUnknown, rule: "amazon-sns/\(detail)", matched: detail) : nil
                    if detail == "Suppressed" || detail == "OnAccountSuppressionList" { report.relay = .amazonSES }
                }
                reports.append(report)
            }
        case "Complaint":
            if let feedback = root["complaint"]?["complaintFeedbackType"]?.string, !Complaint.isComplaint(feedback) {
                verdict.evidence += Complaint.otherFeedback(feedback.lowercased()).evidence
                return
            }
            verdict.messageClass = .complaint
            let named = (root["complaint"]?["complainedRecipients"]?.array ?? []).map { $0["emailAddress"] }
            verdict.recipients = named.compactMap(ServiceEventReading.address).map {
                Outcome(address: $0, kind: .delivered, reason: .feedback)
            }
        case "Delivery":
            verdict.messageClass = .deliveryReceipt
            verdict.recipients = (root["delivery"]?["recipients"]?.array ?? []).compactMap(ServiceEventReading.address)
                .map {
                    Outcome(address: $0, kind: .delivered, reason: .delivered)
                }
        case "DeliveryDelay":
            for recipient in root["deliveryDelay"]?["delayedRecipients"]?.array ?? [] {
                guard let address = ServiceEventReading.address(recipient["emailAddress"]) else { continue }
                var report = RecipientReport()
                report.finalRecipient = address
                report.diagnostic = Array((recipient["diagnosticCode"]?.string ?? "").utf8)
                report.action = "delayed"
                report.isDelayed = true
                reports.append(report)
            }
        default: return nil
        }
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
