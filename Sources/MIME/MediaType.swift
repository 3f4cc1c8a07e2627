/// The media types that reports are made of (RFC 2046, 6522, 3464, 6533, 5965, 8098).
public enum MediaType: UInt8, Sendable {
    case textPlain, textHTML, textHeaders, textCalendar, textOther
    case multipartReport, multipartAlternative, multipartOther
    case messageRFC822, messageDeliveryStatus, messageFeedbackReport, messageDisposition, messagePartial, messageOther
    case other

    public var isText: Bool {
        switch self {
        case .textPlain, .textHTML, .textOther: true
        default: false
        }
    }
    public var isMultipart: Bool {
        switch self {
        case .multipartReport, .multipartAlternative, .multipartOther: true
        default: false
        }
    }

    /// Reads `type/subtype` at the start of a Content-Type value. What is no media type at all says nothing: text, by
    /// RFC 2045 section 5.2, as is RFC 1049's bare `text`.
    init(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        let value = bytes.trimmed(value)
        let end = bytes.firstIndex(of: UInt8(ascii: ";"), in: value) ?? value.upperBound
        // Some senders write blanks or a comment behind the subtype.
        var stop = value.lowerBound
        while stop < end, !bytes[stop].isSpace, bytes[stop] != UInt8(ascii: "(") { stop += 1 }
        let type = value.lowerBound..<stop
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/"), in: type) else {
            self = .textPlain
            return
        }
        let subtype = (slash + 1)..<stop
        if bytes.hasPrefix("text/", ignoringCaseIn: type) {
            self = MediaType.find(bytes, subtype, among: MediaType.texts) ?? .textOther
        } else if bytes.hasPrefix("multipart/", ignoringCaseIn: type) {
            self = MediaType.find(bytes, subtype, among: MediaType.multiparts) ?? .multipartOther
        } else if bytes.hasPrefix("message/", ignoringCaseIn: type) {
            self = MediaType.find(bytes, subtype, among: MediaType.messages) ?? .messageOther
        } else {
            self = .other
        }
    }

    private static let texts: [(StaticString, MediaType)] = [
        ("plain", .textPlain), ("html", .textHTML), ("rfc822-headers", .textHeaders), ("calendar", .textCalendar),
    ]
    private static let multiparts: [(StaticString, MediaType)] = [
        ("report", .multipartReport), ("alternative", .multipartAlternative),
    ]
    private static let messages: [(StaticString, MediaType)] = [
        ("rfc822", .messageRFC822), ("global", .messageRFC822), ("global-headers", .textHeaders),
        ("delivery-status", .messageDeliveryStatus), ("global-delivery-status", .messageDeliveryStatus),
        ("feedback-report", .messageFeedbackReport), ("partial", .messagePartial),
        ("disposition-notification", .messageDisposition), ("global-disposition-notification", .messageDisposition),
    ]

    private static func find(
        _ bytes: Span<UInt8>, _ subtype: Range<Int>, among names: [(StaticString, MediaType)]
    ) -> MediaType? {
        for (name, type) in names where bytes.equals(name, ignoringCaseIn: subtype) { return type }
        return nil
    }
}
