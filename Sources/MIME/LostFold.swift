import Bytes

/// Header fields that continue in a line without a leading blank.
///
/// POP clients, web forms and gateways remove the blanks at the start of a line, which make it a fold (RFC 5322 section
/// 2.2.3). Such a line is treated as the rest of the field above it if the field requires it (a parameter, the clauses
/// and the date of a Received field, the end of a quoted string or of a comment), or if a known field follows before
/// the empty line that ends the header, and no fold of that header kept its blanks. Neither applies to a body that
/// starts without an empty line before it.
struct LostFold {
    /// Lines that are searched for the next field: folded signatures and a filter's findings take some forty.
    static let linesSearched = 60

    /// Lines that are searched for the end of the header.
    static let headerLines = 500

    /// Whether it is a message's header, and not that of a part within a multipart.
    let isMessage: Bool
    /// A fold kept its blanks, so they were not removed.
    var hasFolds = false
    /// Whether an empty line ends the header, once that was searched.
    private var isClosed: Bool?
    /// The field that the lines below are about, by where its value starts.
    private var field = -1
    /// How far its value was looked through.
    private var seen = 0
    private var isQuoted = false
    private var isEscaped = false
    /// Comments that are open.
    private var depth = 0

    init(isMessage: Bool) { self.isMessage = isMessage }

    /// Whether a line that looks like a field is a parameter of the field above it: `boundary="a:b"`.
    func isParameter(_ bytes: Span<UInt8>, _ line: Range<Int>, name: Range<Int>, after field: HeaderField) -> Bool {
        guard let end = field.value.last, bytes[end] == UInt8(ascii: ";") || bytes[end].isSpace,
            let last = bytes.trimmed(field.value).last, bytes[last] == UInt8(ascii: ";")
        else { return false }
        return name.contains { bytes[$0] == UInt8(ascii: "=") } && LostFold.startsWithParameter(bytes, line)
    }

    /// Whether the field's value is incomplete, and the line continues with the missing part.
    mutating func completes(_ bytes: Span<UInt8>, _ line: Range<Int>, _ field: HeaderField) -> Bool {
        let value = bytes.trimmed(field.value)
        let isBehindSemicolon = !value.isEmpty && bytes[value.upperBound - 1] == UInt8(ascii: ";")
        if isBehindSemicolon, LostFold.startsWithParameter(bytes, line) { return true }
        if FieldName.received.matches(field, bytes) {
            if isBehindSemicolon, MailDate.seconds(bytes, in: line) != nil { return true }
            if LostFold.startsWithClause(bytes, line, isFirst: value.isEmpty) { return true }
        } else if bytes[line.lowerBound] == UInt8(ascii: ";"), FieldName.contentType.matches(field, bytes) {
            return true
        }
        guard LostFold.quoting.contains(where: { $0.matches(field, bytes) }) else { return false }
        look(through: bytes, field)
        if isQuoted { return bytes.firstIndex(of: UInt8(ascii: "\""), in: line) != nil }
        return depth > 0 && bytes.firstIndex(of: UInt8(ascii: ")"), in: line) != nil
    }

    /// Finds quotation marks and comments that are open at the value's end. No byte is read twice.
    private mutating func look(through bytes: Span<UInt8>, _ field: HeaderField) {
        if field.value.lowerBound != self.field {
            (isQuoted, isEscaped, depth) = (false, false, 0)
            self.field = field.value.lowerBound
            seen = field.value.lowerBound
        }
        while seen < field.value.upperBound {
            let byte = bytes[seen]
            seen += 1
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = isQuoted || depth > 0
            } else if byte == UInt8(ascii: "\""), depth == 0 {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "("), !isQuoted {
                depth += 1
            } else if byte == UInt8(ascii: ")"), !isQuoted, depth > 0 {
                depth -= 1
            }
        }
    }

    /// Whether an empty line follows, as it does after a header. It is looked for once.
    mutating func isClosed(_ bytes: Span<UInt8>, from position: Int) -> Bool {
        if let isClosed { return isClosed }
        var position = position
        var isFound = false
        for _ in 0..<LostFold.headerLines where position < bytes.count && !isFound {
            let line = bytes.line(at: position, before: bytes.count)
            isFound = line.content.isEmpty
            position = line.next
        }
        isClosed = isFound
        return isFound
    }

    /// `name=`, `name*0*=`, with blanks before the sign.
    private static func startsWithParameter(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var index = line.lowerBound
        while index < line.upperBound,
            bytes[index].isLetterOrDigit || bytes[index] == UInt8(ascii: "-")
                || bytes[index] == UInt8(ascii: "*") || bytes[index] == UInt8(ascii: "_")
        {
            index += 1
        }
        guard index > line.lowerBound else { return false }
        while index < line.upperBound, bytes[index] == 0x20 { index += 1 }
        return index < line.upperBound && bytes[index] == UInt8(ascii: "=")
    }

    /// A clause of a Received field (RFC 5321 section 4.4), a comment, or the semicolon before its date.
    private static func startsWithClause(_ bytes: Span<UInt8>, _ line: Range<Int>, isFirst: Bool) -> Bool {
        let first = bytes[line.lowerBound]
        if first == UInt8(ascii: "(") || first == UInt8(ascii: ";") { return true }
        for word: StaticString in ["by ", "for ", "with ", "id ", "via ", "tls "]
        where bytes.hasPrefix(word, ignoringCaseIn: line) { return true }
        return isFirst && bytes.hasPrefix("from ", ignoringCaseIn: line)
    }

    /// Fields in which quotation marks and parentheses come in pairs.
    private static let quoting: [FieldName] = [
        .contentType, .contentDisposition, .received, .from, .to, .cc, .sender, .replyTo,
        FieldName("authentication-results"),
    ]

    /// Fields that a message has once. A second one is in a returned message's header.
    static let single: [FieldName] = [
        .from, .to, .subject, .date, .messageID, FieldName("mime-version"), .contentType, .contentTransferEncoding,
        .replyTo, .sender, .cc, .inReplyTo, .references, .returnPath, FieldName("auto-submitted"),
        FieldName("precedence"),
    ]

    /// Prefixes of other field names.
    static let otherPrefixes: [StaticString] = [
        "received", "x-", "delivered-to", "dkim-", "domainkey-", "arc-", "authentication-results", "list-", "resent-",
        "content-", "envelope-to", "feedback-id", "user-agent", "thread-", "errors-to", "disposition-", "importance",
        "priority", "organization", "comments", "keywords", "bcc", "autocrypt", "accept-language",
    ]
}

extension MessageParser {
    /// What of the lines at `position` belongs to the last of `own`, the header's fields so far: where it ends, and
    /// where the line after it starts; `nil` if the header ends here.
    func lostFold(
        _ bytes: Span<UInt8>, at position: Int, _ fold: inout LostFold, fields own: Range<Int>
    ) -> (content: Int, next: Int)? {
        let line = bytes.line(at: position, before: bytes.count)
        if fold.completes(bytes, line.content, fields[own.upperBound - 1]) {
            return (line.content.upperBound, line.next)
        }
        guard !fold.hasFolds, fold.isClosed(bytes, from: position) else { return nil }
        var last = line
        for _ in 0..<LostFold.linesSearched where last.next < bytes.count {
            let next = bytes.line(at: last.next, before: bytes.count)
            guard let first = next.content.first, !bytes[first].isBlank,
                boundary(bytes, next.content) == nil
            else { return nil }
            if let (name, hash, _) = headerName(bytes, next.content) {
                switch isField(bytes, HeaderField(name: name, value: name, hash: hash), own, fold) {
                case true: return (last.content.upperBound, last.next)
                case false: return nil
                case nil: break
                }
            }
            last = next
        }
        return nil
    }

    /// Whether a field of the same header is there: false for one of another header, nil for what may be anything.
    private func isField(_ bytes: Span<UInt8>, _ field: HeaderField, _ own: Range<Int>, _ fold: LostFold) -> Bool? {
        guard fold.isMessage else { return bytes.hasPrefix("content-", ignoringCaseIn: field.name) ? true : nil }
        if let name = LostFold.single.first(where: { $0.matches(field, bytes) }) {
            return !own.contains { name.matches(fields[$0], bytes) }
        }
        return LostFold.otherPrefixes.contains { bytes.hasPrefix($0, ignoringCaseIn: field.name) } ? true : nil
    }
}
