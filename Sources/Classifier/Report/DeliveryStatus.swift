import Bytes
import MIME

/// A delivery-status part (RFC 3464, RFC 6533): fields about the message, then a group of fields for each recipient.
///
/// Real reports break the grammar: groups without an empty line between them, empty lines within a group, no fields about
/// the message, folds without their blanks, everything or half of it in base64. A new recipient therefore starts where a
/// field repeats that a group has once.
struct DeliveryStatus: Sendable {
    var reportingMTA: String?
    /// Postfix: X-Postfix-Sender, the envelope sender of the message that the report is about, lower case.
    var postfixSender: String?
    var isPostfix = false
    var recipients: [RecipientReport] = []
    var isTruncated = false

    private var current = RecipientReport()
    /// The original recipient of the current group, decoded if it may be in xtext.
    private var decodedOriginal: String?
    /// How a gateway encoded what follows: it put its own fields among these.
    private var encoding = TransferEncoding.identity
    /// A gateway encodes once.
    private var wasDecoded = false
    /// Exchange 2007 and 2010: what the other server said, if no Diagnostic-Code says it.
    private var supplement: [UInt8] = []

    init(_ bytes: Span<UInt8>) {
        read(bytes)
        if recipients.isEmpty, !wasDecoded, let decoded = DeliveryStatus.decodedBase64(bytes) {
            wasDecoded = true
            read(decoded.span)
        }
    }

    private mutating func read(_ bytes: Span<UInt8>) {
        var position = 0
        var name = 0..<0
        var value = 0..<0
        // The value, if other lines continue it.
        var joined: [UInt8] = []
        func endField(_ status: inout DeliveryStatus) {
            guard !name.isEmpty else { return }
            if joined.isEmpty {
                status.field(bytes, name, bytes.extracting(value))
            } else {
                status.field(bytes, name, joined.span)
                joined.removeAll(keepingCapacity: true)
            }
            name = 0..<0
        }
        while position < bytes.count {
            let line = bytes.line(at: position, before: bytes.count)
            position = line.next
            let content = line.content
            if content.isEmpty || bytes.trimmed(content).isEmpty {
                endField(&self)
                // An empty line ends a complete group; one without an Action continues.
                if current.isComplete { endGroup() }
                if encoding != .identity, !wasDecoded {
                    wasDecoded = true
                    let rest = encoding.decode(bytes, position..<bytes.count, limit: Limits.deliveryStatusBytes)
                    read(rest.span)
                    return
                }
                continue
            }
            let colon = DeliveryStatus.colon(bytes, content, isOpen: !name.isEmpty)
            // A gateway may have removed the blanks of a fold.
            if !name.isEmpty, colon == nil || bytes[content.lowerBound].isSpace {
                if joined.isEmpty { joined.append(contentsOf: bytes.extracting(value)) }
                if joined.count < Statement.maximumBytes {
                    joined.append(0x20)
                    joined.append(contentsOf: bytes.extracting(bytes.trimmed(content)))
                }
                continue
            }
            endField(&self)
            guard let colon else { continue }
            name = bytes.trimmed(content.lowerBound..<colon)
            value = bytes.trimmed((colon + 1)..<content.upperBound)
            if recipients.count >= Limits.recipients {
                isTruncated = true
                break
            }
        }
        endField(&self)
        endGroup()
    }

    private mutating func field(_ bytes: Span<UInt8>, _ name: Range<Int>, _ value: Span<UInt8>) {
        if bytes.equals("final-recipient", ignoringCaseIn: name) {
            if current.finalRecipient != nil { endGroup() }
            current.finalRecipient = recipient(value)
        } else if bytes.equals("original-recipient", ignoringCaseIn: name) {
            if current.originalRecipient != nil { endGroup() }
            current.originalRecipient = recipient(value)
            decodedOriginal = DeliveryStatus.withoutXtext(value)
        } else if bytes.equals("action", ignoringCaseIn: name) {
            if current.action != nil { endGroup() }
            var end = 0
            while end < value.count, value[end].isLetter || value[end] == UInt8(ascii: "-") { end += 1 }
            current.action = String(lowercasing: value.extracting(0..<end))
        } else if bytes.equals("status", ignoringCaseIn: name) {
            if current.status == nil { current.status = StatusCode(value, firstIn: 0..<value.count) }
        } else if bytes.equals("diagnostic-code", ignoringCaseIn: name) {
            let (type, text) = DeliveryStatus.typed(value)
            if current.isProgram == nil { current.isProgram = value.equals("x-unix", ignoringCaseIn: type) }
            if !current.diagnostic.isEmpty { current.diagnostic.append(0x20) }
            if current.diagnostic.count < Statement.maximumBytes {
                current.diagnostic.append(contentsOf: value.extracting(text))
            }
        } else if bytes.equals("remote-mta", ignoringCaseIn: name) {
            current.remoteMTA = DeliveryStatus.name(value)
        } else if bytes.equals("reporting-mta", ignoringCaseIn: name) {
            if reportingMTA == nil { reportingMTA = DeliveryStatus.name(value) }
        } else if bytes.hasPrefix("x-postfix-", ignoringCaseIn: name) {
            isPostfix = true
            if bytes.equals("x-postfix-sender", ignoringCaseIn: name) {
                postfixSender = DeliveryStatus.address(value) ?? ""
            }
        } else if bytes.equals("x-actual-recipient", ignoringCaseIn: name), current.finalRecipient == nil {
            current.finalRecipient = recipient(value)
        } else if bytes.equals("content-transfer-encoding", ignoringCaseIn: name) {
            encoding = TransferEncoding(value, 0..<value.count)
        } else if bytes.equals("x-supplementary-info", ignoringCaseIn: name) {
            supplement = DeliveryStatus.supplement(value)
        }
    }

    private mutating func recipient(_ value: Span<UInt8>) -> String? {
        let address = DeliveryStatus.address(value)
        let text = DeliveryStatus.typed(value).text
        // Sendmail writes `@mx.dest.example` of a host without a user.
        if address == nil, value.firstIndex(of: UInt8(ascii: "@"), in: text.dropFirst()) != nil {
            current.isUnreadable = true
        }
        return address
    }

    /// Where the colon of a field is, or nil if the line has none.
    ///
    /// - Parameter isOpen: whether the line may continue a preceding field. Then only a known name starts a field: a
    ///   diagnostic may contain a colon, too.
    private static func colon(_ bytes: Span<UInt8>, _ line: Range<Int>, isOpen: Bool) -> Int? {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: line) else { return nil }
        guard isOpen else { return colon }
        let name = bytes.trimmed(line.lowerBound..<colon)
        guard let first = name.first, bytes[first].isLetter else { return nil }
        var hasDash = false
        for index in name {
            if bytes[index] == UInt8(ascii: "-") {
                hasDash = true
            } else if !bytes[index].isLetterOrDigit {
                return nil
            }
        }
        // RFC 3464 knows two names of one word.
        let isField =
            hasDash || bytes.equals("action", ignoringCaseIn: name) || bytes.equals("status", ignoringCaseIn: name)
        return isField ? colon : nil
    }

    /// The text of `<mx.dest.example #5.1.1 smtp;550 5.1.1 User unknown>`.
    private static func supplement(_ value: Span<UInt8>) -> [UInt8] {
        var text = value.trimmed(0..<value.count)
        guard let mark = value.position(of: "smtp;") else { return [] }
        text = (mark + 5)..<text.upperBound
        if let last = text.last, value[last] == UInt8(ascii: ">") { text = text.lowerBound..<last }
        return value.copy(value.trimmed(text).prefix(Statement.maximumBytes))
    }

    /// What a gateway has put into base64 without saying so, or `nil` if the text is something else.
    private static func decodedBase64(_ bytes: Span<UInt8>) -> [UInt8]? {
        let text = bytes.trimmed(0..<bytes.count)
        guard text.count >= 40,
            !text.contains(where: {
                let byte = bytes[$0]
                return
                    !(byte.isLetterOrDigit || byte.isSpace || byte == UInt8(ascii: "+")
                    || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "="))
            })
        else { return nil }
        return TransferEncoding.base64.decode(bytes, text, limit: Limits.deliveryStatusBytes)
    }

    private mutating func endGroup() {
        var group = RecipientReport()
        swap(&group, &current)
        if let decoded = decodedOriginal, group.originalRecipient != group.finalRecipient {
            group.originalRecipient = decoded
        }
        decodedOriginal = nil
        if group.address?.isAddress == true { group.isUnreadable = false }
        if group.diagnostic.isEmpty { group.diagnostic = supplement }
        supplement.removeAll()
        guard group.finalRecipient != nil || group.originalRecipient != nil || group.action != nil else { return }
        recipients.append(group)
    }

    /// `rfc822; bob@dest.example`, `utf-8; …`, `RFC822;<bob@dest.example>`; `nil` if there is no address at all, or if
    /// something else is there, too. A local user without a domain stays as it is.
    static func address(_ value: Span<UInt8>) -> String? {
        let (type, text) = typed(value)
        guard value.hasPrefix("utf-8", ignoringCaseIn: type) else { return address(untyped: value.extracting(text)) }
        return unescaped(value.copy(text)).flatMap { address(untyped: $0.span) }
    }

    private static func address(untyped text: Span<UInt8>) -> String? {
        if let address = AddressText.whole(text) { return address }
        for index in 0..<text.count where text[index] == UInt8(ascii: "@") || !text[index].isShown { return nil }
        let bare = AddressText.bare(text)
        return bare.isEmpty || bare.utf8.count > Limits.addressBytes ? nil : bare
    }

    /// The address without the xtext of RFC 3461 section 4, in which servers pass on the sender's ORCPT; `nil` if there
    /// is none, or if only a plus tag looks like it.
    private static func withoutXtext(_ value: Span<UInt8>) -> String? {
        let text = typed(value).text
        guard value.firstIndex(of: UInt8(ascii: "+"), in: text) != nil else { return nil }
        var out: [UInt8] = []
        var index = text.lowerBound
        while index < text.upperBound {
            guard value[index] == UInt8(ascii: "+") else {
                if value[index] == UInt8(ascii: "=") { return nil }
                out.append(value[index])
                index += 1
                continue
            }
            guard index + 2 < text.upperBound, let high = capital(value[index + 1]),
                let low = capital(value[index + 2])
            else { return nil }
            let byte = high << 4 | low
            // Characters that need no encoding are not encoded.
            guard byte <= 0x20 || byte >= 0x7F || "+=@".utf8.contains(byte) else { return nil }
            out.append(byte)
            index += 3
        }
        return AddressText.whole(out.span)
    }

    /// RFC 3461 section 4: capitals only.
    private static func capital(_ byte: UInt8) -> UInt8? { byte < UInt8(ascii: "a") ? byte.hexadecimalValue : nil }

    /// `dns; mx.dest.example` without the type, lower case, or nil.
    static func name(_ value: Span<UInt8>) -> String? {
        let text = typed(value).text
        var end = text.lowerBound
        while end < text.upperBound, !value[end].isSpace, value[end] != UInt8(ascii: "(") { end += 1 }
        let name = (text.lowerBound..<end).prefix(Limits.hostBytes)
        return name.isEmpty ? nil : String(lowercasing: value.extracting(name))
    }

    /// Splits `type; text`. Without a semicolon, or with one that no type is before, all is text.
    static func typed(_ value: Span<UInt8>) -> (type: Range<Int>, text: Range<Int>) {
        let all = 0..<value.count
        guard let mark = value.firstIndex(of: UInt8(ascii: ";"), in: all.prefix(25)), mark > 0 else {
            return (0..<0, all)
        }
        for index in 0..<mark
        where
            !(value[index].isLetterOrDigit || value[index] == UInt8(ascii: "-")
            || value[index] == 0x20)
        {
            return (0..<0, all)
        }
        return (value.trimmed(0..<mark), value.trimmed((mark + 1)..<value.count))
    }

    /// RFC 6533 section 3: `\x{1F600}` in utf-8-addr-xtext; `nil` if an escape is invalid, or encodes a control
    /// character or a blank at an end.
    static func unescaped(_ text: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\"), index + 2 < text.count,
                text[index + 1].lowercased == UInt8(ascii: "x"), text[index + 2] == UInt8(ascii: "{")
            else {
                out.append(text[index])
                index += 1
                continue
            }
            guard let close = text[index...].prefix(12).firstIndex(of: UInt8(ascii: "}")),
                let value = UInt32(String(decoding: text[(index + 3)..<close], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value), value >= 0x20, value != 0x7F
            else { return nil }
            if value == 0x20, index == 0 || close + 1 == text.count { return nil }
            out += Array(String(Character(scalar)).utf8)
            index = close + 1
        }
        return out
    }
}
