/// One part of a message, as offsets into its message's bytes. Part 0 is the message itself.
public struct Part: Sendable {
    /// The media type that its header names; text if it names none (RFC 2045 section 5.2).
    public internal(set) var type: MediaType
    /// Its transfer encoding.
    public internal(set) var encoding: TransferEncoding
    /// Which of the message's fields are this part's.
    public internal(set) var fields: Range<Int>
    /// The bytes after the empty line, up to the next delimiter.
    public internal(set) var body: Range<Int>
    /// The part that holds this one; nil for the message itself.
    public internal(set) var parent: Int?
    /// In how many parts it is; 0 for the message itself.
    public internal(set) var depth: Int
    /// Whether this part is within an enclosed message (message/rfc822), so that it is only quoted.
    public internal(set) var isEnclosed: Bool
    /// Whether the part has a Content-Type field of its own.
    public internal(set) var hasContentType: Bool
    /// A bit for each name of its fields: most fields that are asked for are not there.
    var names: UInt64
    /// multipart/digest, whose parts are messages if they say nothing else.
    var isDigest: Bool
}
