/// Limits on what is read of a report.
public enum Limits {
    /// Bytes of `Outcome.diagnostic`.
    public static let diagnosticBytes = 1_000
    /// Recipients of one report. Further ones are not read, and the verdict says so.
    public static let recipients = 10_000
    /// Bytes of a recipient's address; anything longer is not an address (RFC 5321 section 4.5.3.1: 64 before the @,
    /// 255 after it).
    public static let addressBytes = 320
    /// Bytes of a host's name; longer ones are truncated (RFC 5321 section 4.5.3.1.2).
    public static let hostBytes = 255
    /// Bytes of a returned message's List-Id or Feedback-ID; longer ones are truncated (RFC 2919 section 3: 255).
    public static let identifierBytes = 255
    /// Header fields of the returned message that the settings may name.
    public static let capturedHeaders = 16
    /// Bytes of such a field's value; longer ones are truncated.
    public static let capturedBytes = 256
    /// Bytes of an Authentication-Results field; a longer one says nothing.
    public static let authenticationBytes = 8 << 10
    /// Authentication-Results fields of one message that are read.
    public static let authenticationFields = 20
    /// Bytes of the host and its address at the start of a Received field.
    public static let peerBytes = 1 << 10
    /// Bytes of a delivery-status part that are read.
    public static let deliveryStatusBytes = 4 << 20
    /// Events in one file of a service's; a file with more is not divided.
    public static let events = 10_000
    /// Bytes of such a file.
    public static let eventFileBytes = 16 << 20
    /// Characters of a number in JSON.
    static let jsonNumberBytes = 64
    /// Bytes of prose that are searched for failed recipients.
    public static let proseBytes = 128 << 10
    /// Bytes of prose that are used in addition to the fields about recipients, for all recipients of a report
    /// together.
    public static let explanationBytes = 2 << 20
    /// Bytes of an original's header that are read if it is quoted as text.
    public static let quotedHeaderBytes = 64 << 10
}
