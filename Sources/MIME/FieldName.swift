/// A header field's name, compared without case (RFC 5322 section 1.2.2).
public struct FieldName: Sendable {
    let spelling: StaticString
    let hash: UInt32

    /// - Parameter spelling: the name in lower case.
    public init(_ spelling: StaticString) {
        self.spelling = spelling
        hash = spelling.withUTF8Buffer { FieldName.hash($0.span, 0..<$0.count) }
    }

    /// FNV-1a over the lower-case bytes: fields are compared by this number first.
    static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in range { hash = (hash ^ UInt32(bytes[index].lowercased)) &* 16_777_619 }
        return hash
    }
}

extension FieldName {
    public static let contentType = FieldName("content-type")
    public static let contentTransferEncoding = FieldName("content-transfer-encoding")
    public static let contentDescription = FieldName("content-description")
    public static let contentDisposition = FieldName("content-disposition")
    public static let date = FieldName("date")
    public static let from = FieldName("from")
    public static let sender = FieldName("sender")
    public static let replyTo = FieldName("reply-to")
    public static let to = FieldName("to")
    public static let cc = FieldName("cc")
    public static let subject = FieldName("subject")
    public static let messageID = FieldName("message-id")
    public static let inReplyTo = FieldName("in-reply-to")
    public static let references = FieldName("references")
    public static let received = FieldName("received")
    public static let returnPath = FieldName("return-path")
}
