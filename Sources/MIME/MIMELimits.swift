/// How much of a message is looked at; nothing is refused. Beyond the first three limits the rest is plain bytes of the
/// part at hand, and the message says so in `Message.limitHit`; the others cut what is asked for.
public struct MIMELimits: Sendable {
    /// Parts within parts, counting messages within messages.
    public var depth = 40
    /// Parts in all. The message itself always is one.
    public var parts = 1_000
    /// Header fields in all parts together.
    public var fields = 20_000
    /// Bytes of one body that are decoded from its transfer encoding.
    public var decodedBytes = 1 << 20
    /// Bytes of one header field's value that are decoded.
    public var fieldBytes = 16 << 10
    /// Addresses read from one field.
    public var addresses = 10_000

    /// The limits that suit reports; each may be changed.
    public init() {}
}
