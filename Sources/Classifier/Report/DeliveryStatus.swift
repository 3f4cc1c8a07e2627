import MIME

/// A delivery-status part (RFC 3464, RFC 6533): fields about the message, then a group of fields a recipient.
///
/// Real reports break the grammar: groups without an empty line between them, empty lines within a group, no fields about
/// the message, everything in base64. A new recipient therefore starts where a field repeats that a group has once.
struct DeliveryStatus: Sendable {
    var reportingMTA: String?
    /// Postfix: X-Postfix-Sender, the envelope sender of the message that the report is about, lower case.
    var postfixSender: String?
    var isPostfix = false
    var originalEnvelopeID: String?
    var recipients: [RecipientReport] = []
    var isTruncated = false

    private var current = RecipientReport()

    init(_ bytes: Span<UInt8>) {
        var position = 0
        var name = 0..<0
        var value: [UInt8] = []
        while position < bytes.count {
            let line = bytes.line(at: position, before: bytes.count)
            position = line.next
            let content = line.content
            if content.isEmpty || bytes.trimmed(content).isEmpty {
                field(bytes, name, value)
                name = 0..<0
                // An empty line ends a group that is complete; one without an Action goes on.
                if current.action != nil || current.status != nil,
                    current.finalRecipient != nil || current.originalRecipient != nil
                {
                    endGroup()
                }
                continue
            }
            if bytes[content.lowerBound].isSpace, !name.isEmpty {
                if value.count < Judge.maximumText {
                    value.append(0x20)
                    value += bytes.copy(bytes.trimmed(content))
                }
                continue
            }
            field(bytes, name, value)
            name = 0..<0
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: content) else { continue }
            name = bytes.trimmed(content.lowerBound..<colon)
            value = bytes.copy(bytes.trimmed((colon + 1)..<content.upperBound))
            if recipients.count >= Limits.recipients {
                isTruncated = true
                break
            }
        }
        field(bytes, name, value)
        endGroup()
    }

    private mutating func field(_ bytes: Span<UInt8>, _ name: Range<Int>, _ value: [UInt8]) {
        guard !name.isEmpty else { return }
        if bytes.equals("final-recipient", ignoringCaseIn: name) {
            if current.finalRecipient != nil { endGroup() }
            current.finalRecipient = DeliveryStatus.address(value)
        } else if bytes.equals("original-recipient", ignoringCaseIn: name) {
            if current.originalRecipient != nil { endGroup() }
            current.originalRecipient = DeliveryStatus.address(value)
        } else if bytes.equals("action", ignoringCaseIn: name) {
            if current.action != nil { endGroup() }
            let word = value.prefix { $0.isLetter || $0 == UInt8(ascii: "-") }
            current.action = String(decoding: word, as: UTF8.self).lowercased()
        } else if bytes.equals("status", ignoringCaseIn: name) {
            if current.status == nil { current.status = StatusCode(value.span, firstIn: 0..<value.count) }
        } else if bytes.equals("diagnostic-code", ignoringCaseIn: name) {
            let (type, text) = DeliveryStatus.typed(value)
            if current.diagnosticType == nil { current.diagnosticType = type }
            if !current.diagnostic.isEmpty { current.diagnostic.append(0x20) }
            if current.diagnostic.count < Judge.maximumText { current.diagnostic += text }
        } else if bytes.equals("remote-mta", ignoringCaseIn: name) {
            current.remoteMTA = DeliveryStatus.name(value)
        } else if bytes.equals("reporting-mta", ignoringCaseIn: name) {
            if reportingMTA == nil { reportingMTA = DeliveryStatus.name(value) }
        } else if bytes.equals("original-envelope-id", ignoringCaseIn: name) {
            originalEnvelopeID = String(decoding: value, as: UTF8.self)
        } else if bytes.hasPrefix("x-postfix-", ignoringCaseIn: name) {
            isPostfix = true
            if bytes.equals("x-postfix-sender", ignoringCaseIn: name) {
                postfixSender = DeliveryStatus.address(value) ?? ""
            }
        } else if bytes.equals("x-actual-recipient", ignoringCaseIn: name), current.finalRecipient == nil {
            current.finalRecipient = DeliveryStatus.address(value)
        }
    }

    private mutating func endGroup() {
        defer { current = RecipientReport() }
        guard current.finalRecipient != nil || current.originalRecipient != nil || current.action != nil else { return }
        recipients.append(current)
    }

    /// `rfc822; bob@dest.example`, `utf-8; …`, `RFC822;<bob@dest.example>`; nil where there is no address at all.
    /// A local user without a domain stays as it is.
    static func address(_ value: [UInt8]) -> String? {
        let (type, text) = typed(value)
        let decoded = type.hasPrefix("utf-8") ? unescaped(text) : text
        if let address = AddressText.first(in: decoded) { return address }
        let bare = AddressText.bare(decoded)
        return bare.isEmpty || bare.utf8.count > Limits.addressBytes ? nil : bare
    }

    /// `dns; mx.dest.example` without the type, lower case, or nil.
    static func name(_ value: [UInt8]) -> String? {
        var (_, text) = typed(value)
        if let space = text.firstIndex(where: { $0.isSpace || $0 == UInt8(ascii: "(") }) {
            text = Array(text[..<space])
        }
        let name = String(decoding: text.prefix(Limits.hostBytes), as: UTF8.self).lowercased()
        return name.isEmpty ? nil : name
    }

    /// Splits `type; text`. Without a semicolon, or with one that no type stands before, all is text.
    static func typed(_ value: [UInt8]) -> (type: String, text: [UInt8]) {
        let span = value.span
        guard let mark = span.firstIndex(of: UInt8(ascii: ";"), in: 0..<span.count), mark > 0, mark <= 24 else {
            return ("", value)
        }
        for index in 0..<mark
        where !(span[index].isLetter || span[index].isDigit || span[index] == UInt8(ascii: "-") || span[index] == 0x20)
        {
            return ("", value)
        }
        let type = String(decoding: span.copy(span.trimmed(0..<mark)), as: UTF8.self).lowercased()
        return (type, span.copy(span.trimmed((mark + 1)..<span.count)))
    }

    /// RFC 6533 section 3: `\x{1F600}` in utf-8-addr-xtext.
    static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\\"), index + 3 < text.count,
                text[index + 1].lowercased == UInt8(ascii: "x"),
                text[index + 2] == UInt8(ascii: "{"),
                let close = text[index...].prefix(12).firstIndex(of: UInt8(ascii: "}")),
                let value = UInt32(String(decoding: text[(index + 3)..<close], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            {
                out += Array(String(Character(scalar)).utf8)
                index = close + 1
            } else {
                out.append(text[index])
                index += 1
            }
        }
        return out
    }
}
