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

    /// Reads `type/subtype` at the start of a Content-Type value.
    init(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        let value = bytes.trimmed(value)
        let end = bytes.firstIndex(of: UInt8(ascii: ";"), in: value) ?? value.upperBound
        // Some senders write blanks or a comment behind the subtype.
        var stop = value.lowerBound
        while stop < end, !bytes[stop].isSpace, bytes[stop] != UInt8(ascii: "(") { stop += 1 }
        let type = value.lowerBound..<stop
        if bytes.hasPrefix("text/", ignoringCaseIn: type) {
            self =
                if bytes.equals("text/plain", ignoringCaseIn: type) {
                    .textPlain
                } else if bytes.equals(
                    "text/html", ignoringCaseIn: type)
                { .textHTML } else if bytes.equals("text/rfc822-headers", ignoringCaseIn: type) {
                    .textHeaders
                } else if bytes.equals("text/calendar", ignoringCaseIn: type) { .textCalendar } else { .textOther }
        } else if bytes.hasPrefix("multipart/", ignoringCaseIn: type) {
            self =
                if bytes.equals("multipart/report", ignoringCaseIn: type) {
                    .multipartReport
                } else if bytes.equals(
                    "multipart/alternative", ignoringCaseIn: type)
                { .multipartAlternative } else { .multipartOther }
        } else if bytes.hasPrefix("message/", ignoringCaseIn: type) {
            let sub = (type.lowerBound + 8)..<type.upperBound
            self =
                if bytes.equals("rfc822", ignoringCaseIn: sub) || bytes.equals("global", ignoringCaseIn: sub) {
                    .messageRFC822
                } else if bytes.equals("delivery-status", ignoringCaseIn: sub)
                    || bytes.equals("global-delivery-status", ignoringCaseIn: sub)
                {
                    .messageDeliveryStatus
                } else if bytes.equals("feedback-report", ignoringCaseIn: sub) {
                    .messageFeedbackReport
                } else if bytes.equals("disposition-notification", ignoringCaseIn: sub)
                    || bytes.equals("global-disposition-notification", ignoringCaseIn: sub)
                {
                    .messageDisposition
                } else if bytes.equals("global-headers", ignoringCaseIn: sub) {
                    .textHeaders
                } else if bytes.equals("partial", ignoringCaseIn: sub) { .messagePartial } else { .messageOther }
        } else if bytes.equals("text", ignoringCaseIn: type) {
            // RFC 1049's bare "text", still written by old mailers.
            self = .textPlain
        } else {
            self = .other
        }
    }
}
