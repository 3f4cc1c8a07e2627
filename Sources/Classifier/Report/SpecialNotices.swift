import MIME

/// Messages whose form alone says what they are.
enum SpecialNotices {
    static func verdict(_ message: Message, _ envelope: Envelope) -> Verdict? {
        for (index, part) in message.parts.enumerated() where !part.isEnclosed {
            switch part.type {
            case .messageFeedbackReport: return Complaint.verdict(message, part: index)
            case .messageDisposition: return DispositionNotification.verdict(message, part: index)
            default: continue
            }
        }
        if SubjectPhrases.groups.find(in: envelope.subjectText)[.postmasterCopy] != nil,
            !message.parts.contains(where: { $0.type == .messageDeliveryStatus && !$0.isEnclosed })
        {
            // Postfix: "Postfix SMTP server: errors from HOST": the transcript of a session, no mail of ours.
            return Verdict(
                messageClass: .postmasterNotice, dialect: "postfix",
                evidence: [Evidence(rule: "postmaster/transcript", at: "Subject")])
        }
        if envelope.autoSubmitted.hasPrefix("auto-"), envelope.subjectText.bytes == Array("unsubscribe".utf8),
            !envelope.from.isEmpty
        {
            // A mail program's "unsubscribe" button answers List-Unsubscribe (RFC 2369) by mail.
            return Verdict(
                messageClass: .complaint,
                recipients: [Outcome(address: envelope.from, kind: .delivered, reason: .feedback)],
                evidence: [Evidence(rule: "complaint/unsubscribe", at: "Subject", matched: "unsubscribe")])
        }
        return nil
    }
}
