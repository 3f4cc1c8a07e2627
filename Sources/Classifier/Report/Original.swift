import Bytes
import MIME

/// The message that a report is about, as far as the report returns it.
struct Original: Sendable {
    var summary = OriginalMessage()
    /// When it was sent, by its Date field, in seconds since 1970, UTC.
    var date: Int64?
    /// Whether its header says that many got the same (RFC 2919, 2369, 3834): a mailing, no single mail.
    var isOfMailing = false
    /// Addresses of To and Cc, and of `for <…>` in its Received fields, lower case.
    var recipients: [String] = []
    /// Addresses that sent it: Return-Path, From, Sender, Reply-To.
    var senders: [String] = []
    /// Its envelope sender: `nil` if unknown, empty for the null sender.
    var returnPath: String?
    /// It is itself a report, so a report that returns it is a double bounce.
    var isReport = false
    /// It has a report's form (multipart/report about a delivery), whoever sent it.
    var isWrapped = false
    var exists = false
    /// The fields that ``OriginalMessage/headers`` shows.
    private let captured: ArraySlice<CustomFieldName>

    /// Reads it from the report's parts.
    ///
    /// - Parameter captured: the fields that ``OriginalMessage/headers`` shows.
    init(_ message: Message, captured names: [CustomFieldName] = []) {
        captured = names.prefix(Limits.capturedHeaders)
        for (index, part) in message.parts.enumerated() where !part.isEnclosed && index > 0 {
            switch part.type {
            case .messageRFC822:
                if part.encoding == .identity, let child = message.parts.firstIndex(where: { $0.parent == index }) {
                    read(message, part: child)
                } else {
                    read(header: message.decodedBody(ofPart: index))
                }
                return
            case .textHeaders:
                read(header: message.decodedBody(ofPart: index))
                return
            default: continue
            }
        }
    }

    /// Reads a header block; what follows it is ignored.
    mutating func read(header bytes: [UInt8]) {
        let head = bytes.count > Limits.quotedHeaderBytes ? Array(bytes[..<Limits.quotedHeaderBytes]) : bytes
        read(Message(parsing: head), part: 0)
    }

    private mutating func read(_ message: Message, part: Int) {
        exists = !message.parts[part].fields.isEmpty
        guard exists else { return }
        message.withValue(.messageID, in: part) { summary.messageID = AddressText.messageID($0) }
        summary.subject = message.text(.subject, in: part)
        summary.listID = message.text(Names.listID, in: part).flatMap(Identifier.list)
        date = message.field(.date, in: part).flatMap { MailDate.seconds(message.bytes.span, in: $0.value) }
        isOfMailing =
            summary.listID != nil || message.field(Names.listUnsubscribe, in: part) != nil
            || message.withValue(Names.precedence, in: part) {
                $0.hasPrefix("bulk", ignoringCaseIn: 0..<$0.count) || $0.hasPrefix("list", ignoringCaseIn: 0..<$0.count)
            } ?? false
        summary.feedbackID = message.text(Names.feedbackID, in: part).flatMap { Identifier.line($0) }
        for name in captured {
            guard let field = message.field(name, in: part),
                let line = Identifier.line(message.text(of: field), limit: Limits.capturedBytes)
            else { continue }
            summary.headers.append(OriginalMessage.Header(name: name.spelling, value: line))
        }
        message.withValue(.returnPath, in: part) { value in
            let address = AddressText.first(in: value)
            returnPath = AddressText.path(value, first: address)
            if let address { senders.append(address) }
        }
        message.withValue(.from, in: part) { value in
            summary.from = AddressText.first(in: value)
            if let from = summary.from, !senders.contains(from) { senders.append(from) }
        }
        for name in Original.otherSenderFields {
            message.withValue(name, in: part) { AddressText.add(firstIn: $0, to: &senders) }
        }
        for name in Original.recipientFields {
            message.forEachField(name, in: part, limit: 4) { field in
                // At the end of the message the address may be truncated.
                guard field.value.upperBound < message.bytes.count else { return }
                message.withValue(of: field) { AddressText.add(membersOf: $0, limit: 50, to: &recipients) }
            }
        }
        message.forEachField(.received, in: part, limit: 8) { field in
            message.withValue(of: field) { value in
                guard let mark = Original.mark(afterFor: value) else { return }
                AddressText.add(firstIn: value.extracting((mark..<value.count).prefix(400)), to: &recipients)
            }
        }
        // A list's mail is addressed to the list's own address, which is not a subscriber (RFC 2369 section 3.4).
        message.withValue(Names.listPost, in: part) { value in
            guard let scheme = value.position(of: "mailto:") else { return }
            let start = scheme + 7
            let end = (start..<value.count).first { "?>".utf8.contains(value[$0]) } ?? value.count
            let list = String(lowercasing: value.extracting(start..<end))
            recipients.removeAll { $0 == list }
        }
        let isMultipartReport = message.parts[part].type == .multipartReport && !isFeedback(message)
        let sender = summary.from ?? ""
        isWrapped = isMultipartReport
        isReport =
            isMultipartReport
            && (returnPath.map { $0.isEmpty || $0.hasPrefix("mailer-daemon") } ?? sender.hasPrefix("mailer-daemon"))
    }

    private func isFeedback(_ message: Message) -> Bool {
        message.parts.contains { $0.type == .messageFeedbackReport || $0.type == .messageDisposition }
    }

    private static let otherSenderFields: [FieldName] = [.sender, .replyTo]
    private static let recipientFields = [
        FieldName.to, .cc, Names.xOriginalTo, Names.deliveredTo, Names.envelopeTo, Names.xEnvelopeTo,
    ]

    /// Where the address starts in `… for <bob@dest.example>; date` (RFC 5321 section 4.4).
    private static func mark(afterFor value: Span<UInt8>) -> Int? {
        var from = 0
        while let hit = value.firstIndex(of: UInt8(ascii: "<"), in: from..<value.count) {
            from = hit + 1
            if hit >= 5, value[hit - 5].isSpace, value.equals("for ", ignoringCaseIn: (hit - 4)..<hit) { return hit }
        }
        return nil
    }
}
