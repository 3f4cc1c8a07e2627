/// Limits on what is read of a message; no message is refused. Beyond the first three limits the rest is kept as plain
/// bytes of the current part, and `Message.limitHit` says so; the others truncate what is requested.
public struct MIMELimits: Sendable {
    /// The nesting of parts, including enclosed messages.
    public var depth = 40
    /// The total number of parts, including the message itself.
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
