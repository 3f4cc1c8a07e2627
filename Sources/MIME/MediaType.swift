import Bytes

/// The media types that reports are made of (RFC 2046, 6522, 3464, 6533, 5965, 8098).
public enum MediaType: UInt8, Sendable {
    /// text/plain, or no type at all.
    case textPlain
    /// text/html
    case textHTML
    /// text/rfc822-headers (RFC 6522) and message/global-headers (RFC 6533): the header of a returned mail.
    case textHeaders
    /// text/calendar
    case textCalendar
    /// Any other text.
    case textOther
    /// multipart/report (RFC 6522)
    case multipartReport
    /// multipart/alternative: one content in several forms, the plainest first.
    case multipartAlternative
    /// Any other multipart.
    case multipartOther
    /// message/rfc822 and message/global: a whole mail.
    case messageRFC822
    /// message/delivery-status (RFC 3464) and message/global-delivery-status (RFC 6533)
    case messageDeliveryStatus
    /// message/feedback-report (RFC 5965)
    case messageFeedbackReport
    /// message/disposition-notification (RFC 8098) and its global form.
    case messageDisposition
    /// message/partial
    case messagePartial
    /// Any other message type.
    case messageOther
    /// Everything else: pictures, programs, archives.
    case other

    /// Whether it is text for people: plain, HTML or another, but neither headers nor a calendar.
    public var isText: Bool {
        switch self {
        case .textPlain, .textHTML, .textOther: true
        default: false
        }
    }
    /// Whether it holds parts.
    public var isMultipart: Bool {
        switch self {
        case .multipartReport, .multipartAlternative, .multipartOther: true
        default: false
        }
    }

    /// Reads `type/subtype` at the start of a Content-Type value. An invalid media type counts as text (RFC 2045
    /// section 5.2), as does RFC 1049's bare `text`.
    init(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        let value = bytes.trimmed(value)
        var slash: Int?
        // Some senders write blanks or a comment after the subtype.
        var stop = value.lowerBound
        while stop < value.upperBound, bytes[stop] != UInt8(ascii: ";"), bytes[stop] != UInt8(ascii: "("),
            !bytes[stop].isSpace
        {
            if slash == nil, bytes[stop] == UInt8(ascii: "/") { slash = stop }
            stop += 1
        }
        guard let slash else {
            self = .textPlain
            return
        }
        let type = value.lowerBound..<stop
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
