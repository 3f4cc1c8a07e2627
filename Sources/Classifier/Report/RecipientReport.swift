import Bytes

/// One recipient as a report describes it, before it is judged.
struct RecipientReport: Sendable {
    /// RFC 3464 section 2.3.1.
    var originalRecipient: String?
    /// RFC 3464 section 2.3.2.
    var finalRecipient: String?
    /// The address that was mailed, from a note after the one that failed (``ForwardingNote``).
    var mailedAddress: String?
    /// The address is the rest of one with an expiring tag, and nothing else names it.
    var isAssumed = false
    /// A field names a recipient that cannot be read completely; no other address may be taken instead.
    var isUnreadable = false
    /// Lower case, as written.
    var action: String?
    var status: StatusCode?
    /// Whether the Diagnostic-Code is a program's output (its type is x-unix); `nil` if there is none.
    var isProgram: Bool?
    /// The Diagnostic-Code's text.
    var diagnostic: [UInt8] = []
    var remoteMTA: String?
    /// What the prose says of this recipient.
    var explanation: [UInt8] = []
    /// The SMTP command that was refused, if the dialect knows it.
    var command: SMTPCommand?
    /// The dialect's decision, which overrides words and codes.
    var ruling: Ruling?
    /// The relay that, by its own notification, has the address on its suppression list.
    var relay: Relay?
    /// Whether the prose of a report says that the delivery is still tried.
    var isDelayed = false
    /// The dialect knows that there are no more attempts, whatever the text says.
    var isFinal = false

    /// Whether it has the fields that a group requires.
    var isComplete: Bool {
        (action != nil || status != nil) && (finalRecipient != nil || originalRecipient != nil)
    }

    /// The report itself names an earlier address than the one that failed.
    var namesOriginal: Bool {
        guard let originalRecipient, originalRecipient.contains("@") else { return false }
        return finalRecipient.map { $0 != originalRecipient } ?? false
    }

    /// Whether the Action says that the message arrived (RFC 3464 section 2.3.3; `deliverable` is Sendmail's, of an address that was only looked up).
    var isDelivered: Bool {
        switch action {
        case "delivered", "relayed", "expanded", "deliverable": true
        default: false
        }
    }

    /// The prose about this recipient has a 2xx reply or status, or says that the message arrived, and has no refusal.
    var tellsSuccess: Bool {
        let folded = FoldedText(explanation)
        guard !SMTPReply.hasRefusal(folded.bytes.span) else { return false }
        let reply = SMTPReply(explanation.span)
        if (reply.code ?? 0) / 100 == 2 || reply.status?.statusClass == 2 { return true }
        let found = ProsePhrases.groups.find(in: folded)
        return found.contains(.success) && !found.contains(.failure)
    }

    /// The address this failure counts against: the one that was mailed, before the one that it led to.
    var address: String? {
        if let originalRecipient, originalRecipient.isAddress,
            originalRecipient != finalRecipient || mailedAddress == nil
        {
            return originalRecipient
        }
        if let mailedAddress { return mailedAddress }
        if let finalRecipient, finalRecipient.isAddress { return finalRecipient }
        return originalRecipient ?? finalRecipient
    }
}

/// A dialect's own decision.
struct Ruling: Sendable, Equatable {
    var reason: Reason
    var rule: String
    var matched: String?

    init(_ reason: Reason, rule: String, matched: String?) {
        self.reason = reason
        self.rule = rule
        self.matched = matched
    }
}

extension String {
    /// Whether there is a local part and a domain.
    var isAddress: Bool {
        guard let at = lastSign else { return false }
        return at > 0 && at + 1 < utf8.count
    }

    /// What comes after the last `@`; all of it if there is none, `nil` if nothing is left.
    var domainPart: String? {
        guard let at = lastSign else { return isEmpty ? nil : self }
        return at + 1 < utf8.count ? String(reading: utf8.span.extracting((at + 1)..<utf8.count)) : nil
    }

    /// Where the last `@` is, in bytes.
    var lastSign: Int? {
        let bytes = utf8.span
        var at = bytes.count - 1
        while at >= 0, bytes[at] != UInt8(ascii: "@") { at -= 1 }
        return at >= 0 ? at : nil
    }

    /// What comes before the first `@`.
    var localPart: String {
        guard let at = utf8.span.firstIndex(of: UInt8(ascii: "@"), in: 0..<utf8.count), at > 0 else { return self }
        return String(reading: utf8.span.extracting(0..<at))
    }
}
