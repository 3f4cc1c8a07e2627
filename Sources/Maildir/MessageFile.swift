/// A message as it was read from its file.
public struct MessageFile: Sendable {
    /// The content, from its first byte; see ``isTruncated``.
    public let bytes: [UInt8]
    /// The file's properties other than the content.
    public let facts: MessageFacts

    /// The size of the whole file in bytes.
    public var size: Int64 { facts.size }
    /// When the file was last written, in seconds since 1970 UTC: the time of delivery, since mail servers do not write
    /// to it again.
    public var modificationSeconds: Int64 { facts.modificationSeconds }
    /// Whether the file has more than was read.
    public var isTruncated: Bool { facts.isTruncated }
}

/// The properties of a message's file other than its content.
public struct MessageFacts: Hashable, Sendable {
    /// The size of the whole file in bytes.
    public let size: Int64
    /// When the file was last written, in seconds since 1970 UTC: the time of delivery, since mail servers do not write
    /// to it again.
    public let modificationSeconds: Int64
    /// Whether the file has more than was read.
    public let isTruncated: Bool
}
