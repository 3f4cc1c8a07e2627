import Bytes
import MIME

/// Messages that are recognised by their form alone.
enum SpecialNotices {
    static func verdict(_ message: Message, _ envelope: Envelope, _ original: Original) -> Verdict? {
        for (index, part) in message.parts.enumerated() where !part.isEnclosed {
            switch part.type {
            case .messageFeedbackReport: return Complaint.verdict(message, part: index, envelope, original)
            case .messageDisposition: return DispositionNotification.verdict(message, part: index)
            default: continue
            }
        }
        if let complaint = MicrosoftComplaint.verdict(message, envelope) { return complaint }
        if envelope.subjectSignals[.postmasterCopy] != nil,
            !message.parts.contains(where: { $0.type == .messageDeliveryStatus && !$0.isEnclosed })
        {
            // Postfix: "Postfix SMTP server: errors from HOST": the transcript of a session, no mail of ours.
            return Verdict(
                messageClass: .postmasterNotice, dialect: "postfix",
                evidence: [Evidence(rule: "postmaster/transcript", at: "Subject")])
        }
        if let frozen = frozen(message, envelope) { return frozen }
        return nil
    }

    /// Bytes of a text that are decoded to look for Exim's words, which are at its start.
    private static let frozenBytes = 4_000

    /// Whether `frozen` is there, found by its rarest letter.
    private static func saysFrozen(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var from = range.lowerBound + 3
        while from < range.upperBound, let hit = bytes.firstIndex(of: UInt8(ascii: "z"), in: from..<range.upperBound) {
            from = hit + 1
            guard bytes.hasPrefix("frozen", ignoringCaseIn: (hit - 3)..<range.upperBound) else { continue }
            if bytes.copy((hit - 3)..<(hit + 3)) == Array("frozen".utf8) { return true }
        }
        return false
    }

    /// Exim's `freeze_tell`: `Message 1tEabC-0001Ab-7C frozen`, sent to the postmaster about a message that stays in
    /// the queue. With `The sender is <>.` it is a bounce that cannot be delivered.
    private static func frozen(_ message: Message, _ envelope: Envelope) -> Verdict? {
        // One text and nothing else.
        guard message.parts[0].type.isText, Sender.isDaemon(envelope) else { return nil }
        let isNamed =
            envelope.subjectText.hasPrefix("message ") && envelope.subjectText.bytes.suffix(7) == Array(" frozen".utf8)
        // Exim writes it as it is: most texts need no decoding.
        let body = message.parts[0].body
        let start = body.lowerBound..<min(body.upperBound, body.lowerBound + frozenBytes)
        guard isNamed || saysFrozen(message.bytes.span, start) else { return nil }
        let text = FoldedText(Array(message.textBytes(ofPart: 0, limit: frozenBytes).prefix(2_000)))
        guard isNamed || text.contains("has been frozen") && text.contains("the sender is <") else { return nil }
        return Verdict(
            messageClass: text.contains("the sender is <>.") ? .doubleBounce : .postmasterNotice, dialect: "exim",
            evidence: [Evidence(rule: "postmaster/frozen", at: "Subject")])
    }
}
