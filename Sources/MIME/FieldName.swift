import Bytes

/// A header field's name, compared without case (RFC 5322 section 1.2.2).
public struct FieldName: Sendable {
    let spelling: StaticString
    let hash: UInt32

    /// - Parameter spelling: the name in lower case.
    public init(_ spelling: StaticString) {
        self.spelling = spelling
        hash = spelling.withUTF8Buffer { $0.reduce(FieldName.noHash) { FieldName.hash($0, $1) } }
    }

    /// The bit of a name in `Part.names`.
    static func bit(_ hash: UInt32) -> UInt64 { 1 << UInt64(hash & 63) }

    /// FNV-1a, byte by byte, without the bit that distinguishes upper and lower case: fields are compared by this
    /// number first.
    static func hash(_ hash: UInt32, _ byte: UInt8) -> UInt32 { (hash ^ UInt32(byte | 0x20)) &* 16_777_619 }

    /// The hash of no bytes.
    static let noHash: UInt32 = 2_166_136_261

    /// Whether a field of a message with these bytes has this name.
    func matches(_ field: HeaderField, _ bytes: Span<UInt8>) -> Bool {
        field.hash == hash && bytes.equals(spelling, ignoringCaseIn: field.name)
    }
}

extension FieldName {
    /// Content-Type (RFC 2045 section 5).
    public static let contentType = FieldName("content-type")
    /// Content-Transfer-Encoding (RFC 2045 section 6).
    public static let contentTransferEncoding = FieldName("content-transfer-encoding")
    /// Content-Description (RFC 2045 section 8).
    public static let contentDescription = FieldName("content-description")
    /// Content-Disposition (RFC 2183).
    public static let contentDisposition = FieldName("content-disposition")
    /// Date (RFC 5322 section 3.6.1).
    public static let date = FieldName("date")
    /// From (RFC 5322 section 3.6.2).
    public static let from = FieldName("from")
    /// Sender (RFC 5322 section 3.6.2).
    public static let sender = FieldName("sender")
    /// Reply-To (RFC 5322 section 3.6.2).
    public static let replyTo = FieldName("reply-to")
    /// To (RFC 5322 section 3.6.3).
    public static let to = FieldName("to")
    /// Cc (RFC 5322 section 3.6.3).
    public static let cc = FieldName("cc")
    /// Subject (RFC 5322 section 3.6.5).
    public static let subject = FieldName("subject")
    /// Message-ID (RFC 5322 section 3.6.4).
    public static let messageID = FieldName("message-id")
    /// In-Reply-To (RFC 5322 section 3.6.4).
    public static let inReplyTo = FieldName("in-reply-to")
    /// References (RFC 5322 section 3.6.4).
    public static let references = FieldName("references")
    /// Received (RFC 5321 section 4.4, the topmost is the latest).
    public static let received = FieldName("received")
    /// Return-Path (RFC 5321 section 4.4, the envelope sender).
    public static let returnPath = FieldName("return-path")
}
