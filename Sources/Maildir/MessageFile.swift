/// A message as it was read from its file.
public struct MessageFile: Sendable {
    /// The content, from its first byte; see ``isTruncated``.
    public let bytes: [UInt8]
    /// What there is to know beside the content.
    public let facts: MessageFacts

    /// The size of the whole file in bytes.
    public var size: Int64 { facts.size }
    /// When the file was last written, in seconds since 1970 UTC: the delivery, as mail servers never write again.
    public var modificationSeconds: Int64 { facts.modificationSeconds }
    /// Whether the file has more than was read.
    public var isTruncated: Bool { facts.isTruncated }
}

/// What there is to know about a message's file beside its content.
public struct MessageFacts: Hashable, Sendable {
    /// The size of the whole file in bytes.
    public let size: Int64
    /// When the file was last written, in seconds since 1970 UTC: the delivery, as mail servers never write again.
    public let modificationSeconds: Int64
    /// Whether the file has more than was read.
    public let isTruncated: Bool
}
