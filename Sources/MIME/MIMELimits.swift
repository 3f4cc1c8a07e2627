/// How much of a message is looked at. Beyond a limit the rest is treated as plain bytes of the part at hand, and the
/// message says so in `Message.limitHit`; nothing is refused.
public struct MIMELimits: Sendable {
    /// Parts within parts, counting messages within messages.
    public var depth = 40
    /// Parts in all.
    public var parts = 1_000
    /// Header fields in all parts together.
    public var fields = 20_000
    /// Bytes of one text that are decoded from its transfer encoding and charset.
    public var decodedBytes = 1 << 20
    /// Bytes of one header field's value that are decoded.
    public var fieldBytes = 16 << 10
    /// Addresses read from one field.
    public var addresses = 10_000

    public init() {}
}
