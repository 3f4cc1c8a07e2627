import Bytes
import MIME

/// The complaints of Microsoft's Junk Mail Reporting Program in the forms that are not feedback reports: the mail comes
/// back enclosed, or as it was, and `X-HmXmrOriginalRecipient` names who complained. (Since 2026 it sends feedback
/// reports.)
///
/// Anybody can write that field into a mail; it counts only if the sender is the program's.
enum MicrosoftComplaint {
    private static let field = FieldName("x-hmxmroriginalrecipient")
    /// Fields of that name that are read: the program writes one.
    private static let maximumFields = 4
    /// The domains of its senders. Their users have other names than the program's, and none at hosts below them.
    private static let senders: Set<String> = [
        "staff@hotmail.com", "staff@outlook.com", "staff@live.com", "staff@msn.com",
    ]
    private static let hosts = [".hotmail.com", ".outlook.com", ".live.com", ".msn.com"]

    static func verdict(_ message: Message, _ envelope: Envelope) -> Verdict? {
        if let list = complainants(message, envelope) {
            return Complaint.verdict(list, Evidence(rule: "complaint/microsoft", at: "X-HmXmrOriginalRecipient"))
        }
        guard senders.contains(envelope.from), envelope.subjectText.hasPrefix("complaint about message from") else {
            return nil
        }
        return Complaint.verdict(Complainants(), Evidence(rule: "complaint/microsoft", at: "Subject"))
    }

    /// The complainants in the field; `nil` if the mail does not have the form, or no such field.
    static func complainants(_ message: Message, _ envelope: Envelope) -> Complainants? {
        if let path = envelope.returnPath, senders.contains(path), message.has(field) {
            // The mail as it was, with the program as its envelope sender.
            return named(in: message, part: 0)
        }
        guard senders.contains(envelope.from) || hosts.contains(where: { envelope.from.hasSuffix($0) }) else {
            return nil
        }
        for (index, part) in message.parts.enumerated() where !part.isEnclosed {
            switch part.type {
            case .messageRFC822, .textHeaders: break
            case _ where part.type.isText: break
            default: continue
            }
            let head = message.decodedBody(ofPart: index).drop { $0.isSpace }.prefix(Limits.quotedHeaderBytes)
            if let list = named(in: Message(parsing: Array(head)), part: 0) { return list }
        }
        return nil
    }

    private static func named(in message: Message, part: Int) -> Complainants? {
        guard message.has(field, in: part) else { return nil }
        var list = Complainants()
        message.forEachField(field, in: part, limit: maximumFields) { field in
            message.withValue(of: field) { list.add($0) }
        }
        // One complaint has one complainant.
        return list.addresses.count > 1 ? Complainants() : list
    }
}
