import Bytes

/// A message as a tree of parts over one block of bytes. Parts are decoded on demand.
///
/// ```swift
/// let message = Message(parsing: bytes)
/// if let field = message.field(.subject) { print(message.text(of: field)) }
/// for (index, part) in message.parts.enumerated() where part.type == .textPlain { print(message.text(ofPart: index)) }
/// ```
public struct Message: Sendable {
    /// The message. If the input's lines ended with bare CRs, they end with LF here.
    public let bytes: [UInt8]
    /// All parts' header fields, one part's side by side.
    public let fields: [HeaderField]
    /// The parts in the order in which they are; part 0 is the message itself.
    public let parts: [Part]
    /// The limit that was reached while reading, in words, or nil.
    public let limitHit: String?
    /// The limits under which it was read.
    public let limits: MIMELimits

    /// Parses a message; never fails, whatever the bytes.
    public init(parsing input: [UInt8], limits: MIMELimits = MIMELimits()) {
        let bytes = Message.withLineFeeds(input)
        var parser = MessageParser(limits: limits)
        parser.parse(bytes.span)
        self.bytes = bytes
        self.limits = limits
        fields = parser.fields
        parts = parser.parts
        limitHit = parser.limitHit
    }

    /// Old Macintosh mailers end lines with only CR. If a message has no LF at all, its CRs are line ends.
    private static func withLineFeeds(_ input: [UInt8]) -> [UInt8] {
        let span = input.span
        guard span.firstIndex(of: UInt8(ascii: "\n"), in: 0..<span.count) == nil,
            span.firstIndex(of: UInt8(ascii: "\r"), in: 0..<span.count) != nil
        else { return input }
        return input.map { $0 == UInt8(ascii: "\r") ? UInt8(ascii: "\n") : $0 }
    }

    // MARK: fields

    /// The first field of that name in a part's header.
    public func field(_ name: FieldName, in part: Int = 0) -> HeaderField? {
        fields.first(name, in: parts[part], bytes.span)
    }

    /// All fields of that name in a part's header, in the order in which they are.
    public func allFields(_ name: FieldName, in part: Int = 0) -> [HeaderField] {
        var found: [HeaderField] = []
        forEachField(name, in: part, limit: .max) { found.append($0) }
        return found
    }

    /// Calls `body` with the first `limit` fields of that name in a part's header.
    package func forEachField(_ name: FieldName, in part: Int = 0, limit: Int, _ body: (HeaderField) -> Void) {
        guard parts[part].names & FieldName.bit(name.hash) != 0 else { return }
        var count = 0
        let span = bytes.span
        for index in parts[part].fields where count < limit && name.matches(fields[index], span) {
            count += 1
            body(fields[index])
        }
    }

    /// Whether a part's header has a field of that name.
    public func has(_ name: FieldName, in part: Int = 0) -> Bool { field(name, in: part) != nil }

    /// The field's value without folds (RFC 5322 section 2.2.3) and without blanks at its ends.
    public func value(of field: HeaderField) -> [UInt8] {
        let range = valueRange(field)
        return isFolded(range) ? unfolded(range) : bytes.span.copy(range)
    }

    /// Calls `body` with the same value, without a copy if it has no folds.
    @inlinable package func withValue<Result>(of field: HeaderField, _ body: (Span<UInt8>) -> Result) -> Result {
        let range = valueRange(field)
        return isFolded(range) ? body(unfolded(range).span) : body(bytes.span.extracting(range))
    }

    /// Calls `body` with the value of the first field of that name; `nil` if there is none.
    @inlinable package func withValue<Result>(
        _ name: FieldName, in part: Int = 0, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        guard let field = field(name, in: part) else { return nil }
        return withValue(of: field, body)
    }

    /// Where a field's value is, with its folds.
    @usableFromInline package func valueRange(_ field: HeaderField) -> Range<Int> {
        let range = bytes.span.trimmed(field.value)
        return range.lowerBound..<(range.lowerBound + min(range.count, limits.fieldBytes))
    }

    @usableFromInline package func isFolded(_ value: Range<Int>) -> Bool {
        bytes.span.firstIndex(of: UInt8(ascii: "\n"), in: value) != nil
    }

    @usableFromInline package func unfolded(_ range: Range<Int>) -> [UInt8] {
        let span = bytes.span
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            // A CR that the limit parts from its LF is part of a line end, too.
            let line = span.line(at: position, before: min(range.upperBound + 1, span.count))
            let content = position..<min(line.content.upperBound, range.upperBound)
            // A fold that lost its blanks (`LostFold`) still parts two words.
            if position > range.lowerBound, let first = content.first, !span[first].isSpace { out.append(0x20) }
            out.append(contentsOf: span.extracting(content))
            position = line.next
        }
        return out
    }

    /// The value of the first field of that name, unfolded, or nil.
    public func value(_ name: FieldName, in part: Int = 0) -> [UInt8]? {
        // A method handed to `map` would copy the message.
        guard let field = field(name, in: part) else { return nil }
        return value(of: field)
    }

    /// The value as text: RFC 2047 encoded words decoded, bytes that are not UTF-8 read as the likeliest charset.
    public func text(of field: HeaderField) -> String { withValue(of: field) { EncodedWord.decode($0) } }

    /// The text of the first field of that name, or nil.
    public func text(_ name: FieldName, in part: Int = 0) -> String? {
        guard let field = field(name, in: part) else { return nil }
        return text(of: field)
    }

    /// Where the addresses of a field are in `bytes` (RFC 5322 section 3.4), at most `MIMELimits.addresses` of them.
    public func addresses(of field: HeaderField) -> [Range<Int>] {
        AddressScan.list(bytes.span, in: field.value, limit: limits.addresses)
    }

    // MARK: bodies

    /// A parameter of a part's Content-Type (RFC 2045 section 5.1, RFC 2231), decoded.
    public func parameter(_ name: StaticString, ofPart part: Int) -> String? {
        withValue(.contentType, in: part) { Parameters.value(name, in: $0) } ?? nil
    }

    /// Calls `body` with at most `limit` decoded bytes of a part's body, without a copy if it has no transfer encoding.
    @inlinable package func withDecodedBody<Result>(
        ofPart part: Int, limit: Int, _ body: (Span<UInt8>) -> Result
    ) -> Result {
        let (encoding, range) = (parts[part].encoding, parts[part].body)
        guard encoding == .identity else { return body(encoding.decode(bytes.span, range, limit: limit).span) }
        return body(bytes.span.extracting(range.prefix(limit)))
    }

    /// A part's body without its transfer encoding, at most `MIMELimits.decodedBytes` of it.
    public func decodedBody(ofPart part: Int) -> [UInt8] {
        parts[part].encoding.decode(bytes.span, parts[part].body, limit: limits.decodedBytes)
    }

    /// A text part's content in UTF-8, tags and entities of HTML resolved.
    public func textBytes(ofPart part: Int) -> [UInt8] { textBytes(ofPart: part, limit: limits.decodedBytes) }

    /// The same, of the first `limit` bytes of the body without its transfer encoding.
    package func textBytes(ofPart part: Int, limit: Int) -> [UInt8] {
        let decoded = parts[part].encoding.decode(bytes.span, parts[part].body, limit: min(limit, limits.decodedBytes))
        var charset = parameter("charset", ofPart: part)
        // A page's own charset is better than a guess if the mailer gives none.
        if parts[part].type == .textHTML, charset.map({ Charset.canonicalName($0) }) ?? "ASCII" == "ASCII" {
            charset = HTMLText.declaredCharset(decoded.span) ?? charset
        }
        let utf8 = Charset.utf8(decoded, charset: charset)
        return parts[part].type == .textHTML ? HTMLText.plain(utf8.span) : utf8
    }

    /// The same as a string.
    public func text(ofPart part: Int) -> String { String(decoding: textBytes(ofPart: part), as: UTF8.self) }
}
