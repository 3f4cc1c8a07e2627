import Bytes
import MIME

/// The message's own header fields, read once.
struct Envelope: Sendable {
    /// Address of the From field, lower case, and the whole field, folded.
    var from = ""
    var fromText = FoldedText([])
    var subjectText = FoldedText([])
    /// The functions of the subject's words.
    var subjectSignals = FoundGroups<SubjectSignal>()
    /// The topmost Return-Path: `nil` if there is none, empty if it is `<>`.
    var returnPath: String?
    /// Addresses that this message was delivered to, the surest first: X-Original-To, Delivered-To, Envelope-To, To.
    var deliveredTo: [String] = []
    /// Of these, the ones that our own server wrote on delivery, above the fields that came with the message. Some
    /// servers (DragonFly) name the failed recipient in X-Original-To.
    var deliveryAddresses: [String] = []
    /// The To field's.
    var toAddresses: [String] = []
    var autoSubmitted = FoldedText([])
    var precedence = FoldedText([])
    var messageID: String?
    var arrival: Int64?
    /// The Date field's date.
    var date: Int64?
    /// Host that wrote the topmost Received field that names one.
    var receivingHost: String?
    /// All Received fields have the form of a local submission: the message was made on the host that has it now.
    ///
    /// One field is not enough: the topmost may be a delivery from one queue of that host to another (qmail's
    /// `invoked by uid`, a Postfix alias).
    var isMadeHere = false
    var hasReceived = false

    /// A report is sent with the null sender (RFC 5321 section 4.5.5); some servers use their daemon's name instead.
    var hasNullSender: Bool {
        guard let returnPath else { return false }
        return returnPath.isEmpty || returnPath.hasPrefix("mailer-daemon")
    }

    init(_ message: Message) {
        message.withValue(.from) { value in
            from = AddressText.first(in: value) ?? ""
            fromText = EncodedWord.isPlain(value) ? FoldedText(value) : FoldedText(EncodedWord.decode(value))
        }
        message.withValue(.subject) { value in
            subjectText =
                EncodedWord.isPlain(value) ? FoldedText(value) : FoldedText(Envelope.subject(value, of: message))
        }
        subjectSignals = SubjectPhrases.groups.find(in: subjectText)
        returnPath = message.withValue(.returnPath) { AddressText.path($0, first: AddressText.first(in: $0)) }
        var recipients: [String] = []
        let top = message.field(.received)?.name.lowerBound ?? .max
        for name in Envelope.deliveryFields {
            message.forEachField(name, limit: 3) { field in
                message.withValue(of: field) { value in
                    AddressText.add(whole: value, to: &recipients)
                    if field.name.lowerBound < top { AddressText.add(whole: value, to: &deliveryAddresses) }
                }
            }
        }
        message.forEachField(.to, limit: 3) { field in
            message.withValue(of: field) { AddressText.add(firstIn: $0, to: &toAddresses) }
        }
        for address in toAddresses where !recipients.contains(address) { recipients.append(address) }
        deliveredTo = recipients
        if let text = message.withValue(Names.autoSubmitted, { FoldedText($0) }) { autoSubmitted = text }
        if let text = message.withValue(Names.precedence, { FoldedText($0) }) { precedence = text }
        messageID = message.withValue(.messageID) { AddressText.messageID($0) } ?? nil
        date = Envelope.date(message)
        readTrace(message)
    }

    /// The same for a report that came in a wrapper: place and time of delivery are taken from the wrapper, since our
    /// own server wrote them.
    func delivered(by wrapper: Envelope) -> Envelope {
        var envelope = self
        envelope.deliveredTo = wrapper.deliveredTo + deliveredTo
        envelope.deliveryAddresses = wrapper.deliveryAddresses + deliveryAddresses
        envelope.arrival = wrapper.arrival ?? arrival
        envelope.date = wrapper.date ?? date
        return envelope
    }

    private static let deliveryFields = [
        Names.xOriginalTo, Names.deliveredTo, Names.envelopeTo, Names.xEnvelopeTo, Names.xDeliveredTo,
    ]

    /// The message's subject.
    static func subject(_ message: Message) -> String { message.withValue(.subject) { subject($0, of: message) } ?? "" }

    /// The subject; bytes that are there raw are in the charset of the text, as old mailers write them.
    private static func subject(_ raw: Span<UInt8>, of message: Message) -> String {
        if Charset.hasHighByte(raw), !Charset.isUTF8(raw),
            let part = message.parts.indices.first(where: {
                message.parts[$0].type.isText && !message.parts[$0].isEnclosed
            }),
            let charset = message.parameter("charset", ofPart: part)
        {
            return String(decoding: Charset.utf8(raw.copy(0..<raw.count), charset: charset), as: UTF8.self)
        }
        return EncodedWord.decode(raw)
    }

    private mutating func readTrace(_ message: Message) {
        guard let top = message.field(.received) else {
            arrival = date
            return
        }
        hasReceived = true
        arrival = message.withValue(of: top) { Envelope.date(ofTrace: $0) } ?? date
        isMadeHere = true
        message.forEachField(.received, limit: Envelope.maximumTraces) { field in
            guard isMadeHere || receivingHost == nil else { return }
            let trace = message.withValue(of: field) { Trace($0) }
            if receivingHost == nil { receivingHost = trace.by }
            isMadeHere = isMadeHere && trace.isLocal
        }
    }

    /// The number of Received fields that are read; servers stop at some thirty.
    private static let maximumTraces = 50

    /// The date is after the last semicolon (RFC 5321 section 4.4).
    private static func date(ofTrace span: Span<UInt8>) -> Int64? {
        var semicolon: Int?
        var from = 0
        while let hit = span.firstIndex(of: UInt8(ascii: ";"), in: from..<span.count) {
            semicolon = hit
            from = hit + 1
        }
        return semicolon.flatMap { MailDate.seconds(span, in: ($0 + 1)..<span.count) }
    }

    private static func date(_ message: Message) -> Int64? {
        message.field(.date).flatMap { MailDate.seconds(message.bytes.span, in: $0.value) }
    }
}

/// Header fields that reports and automatic answers carry.
enum Names {
    static let xOriginalTo = FieldName("x-original-to")
    static let deliveredTo = FieldName("delivered-to")
    static let envelopeTo = FieldName("envelope-to")
    static let xEnvelopeTo = FieldName("x-envelope-to")
    static let xDeliveredTo = FieldName("x-delivered-to")
    static let autoSubmitted = FieldName("auto-submitted")
    static let precedence = FieldName("precedence")
    static let xFailedRecipients = FieldName("x-failed-recipients")
    static let reportingMTA = FieldName("reporting-mta")
    static let finalRecipient = FieldName("final-recipient")
    static let xMailer = FieldName("x-mailer")
    static let listID = FieldName("list-id")
    static let listPost = FieldName("list-post")
    static let feedbackID = FieldName("feedback-id")
    static let authenticationResults = FieldName("authentication-results")
    static let listUnsubscribe = FieldName("list-unsubscribe")
}

extension Message {
    /// Whether the header has a mailing list's marks (RFC 2369, RFC 2919).
    var isOfList: Bool { has(Names.listUnsubscribe) || has(Names.listID) }

    /// Whether the header has a field of that name, in any case, and the words in one of them.
    func holds(_ name: String, _ words: String?) -> Bool {
        let wanted = name.lowercased()
        let folded = words.map { String(decoding: FoldedText(Array($0.utf8)).bytes, as: UTF8.self) }
        return parts[0].fields.contains { index in
            let field = fields[index]
            guard String(decoding: bytes.span.copy(field.name), as: UTF8.self).lowercased() == wanted else {
                return false
            }
            return folded.map { FoldedText(Array(text(of: field).utf8)).contains($0) } ?? true
        }
    }
}
