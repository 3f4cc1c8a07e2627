import Bytes
import MIME

/// A request to unsubscribe, sent by a mail program's unsubscribe button (RFC 2369 section 3.2, RFC 8058) or written by
/// a person.
///
/// Such a request names only its sender, and anybody can write one. The address is taken from the tag of the address
/// that the message was delivered to, else from From.
enum UnsubscribeRequest {
    /// The maximum number of bytes of a mail's own words: longer ones are about something else.
    static let maximumWords = 1_500
    /// A request must be within this many bytes from the start.
    static let requestReach = 500
    /// Bytes of a text in which a few words make a request.
    static let maximumWish = 250
    /// Bytes of a text that is a command and nothing else.
    static let maximumCommand = 100
    /// Bytes of a greeting before a command.
    static let maximumGreeting = 12
    /// Bytes of what is below a subject that asks: a name, a company's lines.
    static let maximumClosing = 300

    /// The verdict about a request, or nil if the message is not one or does not name who asks.
    static func verdict(_ message: Message, _ envelope: Envelope, _ settings: Settings) -> Verdict? {
        guard mayAsk(message, envelope), let sign = sign(message, envelope, settings) else { return nil }
        let from = message.withValue(.from) { AddressText.whole($0) } ?? nil
        let tag = VERP.tag(
            in: envelope.deliveredTo, settings: settings, known: from.map { [$0] } ?? [], arrival: envelope.arrival)
        // A tag with an invalid signature is ignored.
        let tagged = tag.flatMap { $0.trust == .invalid ? nil : $0.recipient }
        guard let recipient = tagged ?? from else { return nil }
        return Verdict(
            messageClass: .unsubscribe,
            recipients: [
                Outcome(address: recipient, kind: .delivered, reason: .feedback, isVERP: tagged != nil)
            ], evidence: [sign])
    }

    /// Whether the header allows a request. Reports, lists and newsletters only mention unsubscribing.
    private static func mayAsk(_ message: Message, _ envelope: Envelope) -> Bool {
        !envelope.hasNullSender && !Sender.isDaemon(envelope) && !ListSign.isBulk(message, envelope)
            && !envelope.precedence.hasPrefix("bulk") && !envelope.precedence.hasPrefix("junk")
            && message.parts[0].type != .multipartReport
    }

    /// The evidence that the message is a request.
    private static func sign(_ message: Message, _ envelope: Envelope, _ settings: Settings) -> Evidence? {
        if let value = message.withValue(appleField, { FoldedText($0) }), !value.hasPrefix("false"),
            !value.hasPrefix("no")
        {
            return Evidence(rule: "unsubscribe/mail-program", at: "X-Apple-Unsubscribe")
        }
        let subject = BareSubject(envelope.subjectText)
        let machine = MachineSign(message, envelope, hasPrefix: subject.hasPrefix)
        let isAutomatic = machine.answer != nil || machine.isAutomatic || machine.isInboxRule
        let body = UnsubscribeText(OwnWords(message))
        if body.isProgram { return evidence("mail-program", at: "text", body) }
        // In a program's text only commands count: the words of an automatic answer are not a request.
        if !isAutomatic, body.isRequest { return evidence("request", at: "text", body) }
        if !isAutomatic, body.isCommand { return evidence("command", at: "text", body) }
        if !isAutomatic, body.isWish { return evidence("wish", at: "text", body) }
        if !subject.hasPrefix {
            let words = UnsubscribeText(subject.text)
            if body.isEmpty || body.isToken || body.isCommand, words.isRequest || words.hasCommand {
                return evidence("subject", at: "Subject", words)
            }
            if words.isNamedCommand, body.isClosing { return evidence("subject", at: "Subject", words) }
            if words.isEmptySubject || words.isToken, body.isEmpty || body.isToken,
                let address = unsubscribeAddress(envelope, settings)
            {
                return Evidence(rule: "unsubscribe/address", at: "recipient", matched: address)
            }
        }
        return nil
    }

    private static func evidence(_ rule: String, at place: String, _ words: UnsubscribeText) -> Evidence {
        Evidence(
            rule: "unsubscribe/\(rule)", at: place,
            matched: String(decoding: words.text.bytes.prefix(80), as: UTF8.self))
    }

    /// The address at which unsubscribe requests arrive, if the message was delivered to one: the configuration's, also
    /// with an extension, or one that says so itself: `unsubscribe+4711@`, `garden-unsub@`.
    private static func unsubscribeAddress(_ envelope: Envelope, _ settings: Settings) -> String? {
        envelope.deliveredTo.first { address in
            settings.unsubscribeAddresses.contains { isSame(address, $0, settings.verpDelimiters) }
                || address.localPart.utf8.split(whereSeparator: { !$0.isLetter }).contains { part in
                    part.elementsEqual("unsubscribe".utf8) || part.elementsEqual("unsub".utf8)
                        || part.elementsEqual("optout".utf8)
                }
        }
    }

    /// Whether an address is a configured one, with or without an extension.
    private static func isSame(_ address: String, _ known: String, _ delimiters: [UInt8]) -> Bool {
        if address == known { return true }
        guard address.domainPart == known.domainPart, address.hasPrefix(known.localPart) else { return false }
        let rest = address.utf8.dropFirst(known.localPart.utf8.count)
        return rest.first.map { delimiters.contains($0) } ?? false
    }

    private static let appleField = FieldName("x-apple-unsubscribe")
}
